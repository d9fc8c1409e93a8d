#include "thalweg/higher_order/ar3.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/higher_order/quartic_model.hpp"

namespace thalweg {
namespace {

// a + bα + cα² ≥ 0 on [0, 1], to the relative rounding of its terms.
bool non_negative(double a, double b, double c) {
  const double slack = 1e-12 * (std::abs(a) + std::abs(b) + std::abs(c));
  if (a < -slack || a + b + c < -slack) return false;
  const double vertex = c > 0.0 ? -b / (2.0 * c) : 0.0;
  return !(vertex > 0.0 && vertex < 1.0) || a + vertex * (b + c * vertex) >= -slack;
}

// A step is persistent if, along it, the minimiser of the regularised model moves continuously from 0 to α = 1 while
// σ falls from infinity: σ(α) = −t′(α)/(‖s‖⁴ α³) is positive and decreasing on (0, 1], t the Taylor polynomial.
bool persistent(const TaylorAlongStep& t) {
  return non_negative(-t[1], -2.0 * t[2], -3.0 * t[3]) &&      // −t′(α) ≥ 0
         non_negative(-3.0 * t[1], -4.0 * t[2], -3.0 * t[3]);  // α t″(α) − 3 t′(α) ≥ 0
}

class ThirdOrderModel final : public TaylorModel {
 public:
  ThirdOrderModel(Objective<double>& f, const Ar3& options)
      : f_(f), options_(options), n_(f.dimension()), pairs_(n_ * (n_ + 1) / 2), model_(n_), eigen_(n_) {
    directions_.assign(pairs_ * n_, 0.0);
    contractions_.assign(pairs_ * n_, 0.0);
    questions_.resize(pairs_);
    answers_.resize(pairs_);
    std::size_t k = 0;
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t j = 0; j <= i; ++j, ++k) {
        directions_[k * n_ + i] = directions_[k * n_ + j] = 1.0;
        questions_[k].asks = AnswerKind::third;
        questions_[k].direction = {directions_.data() + k * n_, n_};
        answers_[k].third = {contractions_.data() + k * n_, n_};
      }
  }
  [[nodiscard]] int order() const override { return 3; }

  bool move_to(std::span<const double> x, std::span<const double> gradient) override {
    blas::copy(gradient, model_.gradient());
    f_.hessian(x, model_.hessian());
    for (auto& question : questions_) question.point = x;
    f_.answer(questions_, answers_);
    // T[eᵢ, eⱼ, ·] by polarisation
    const auto t = model_.third();
    const auto at = [this](std::size_t i, std::size_t j) {
      return contractions_.data() + (i * (i + 1) / 2 + j) * n_;
    };
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t j = 0; j <= i; ++j)
        for (std::size_t k = 0; k < n_; ++k) {
          const double v = i == j ? at(i, i)[k] : 0.5 * (at(i, j)[k] - at(i, i)[k] - at(j, j)[k]);
          t[(i * n_ + j) * n_ + k] = t[(j * n_ + i) * n_ + k] = v;
        }
    decomposed_ = false;
    return std::isfinite(blas::max_abs(model_.hessian())) && std::isfinite(blas::max_abs(t));
  }

  bool minimise(double sigma, std::span<double> s, TaylorAlongStep& taylor) override {
    const auto found = model_.minimise(sigma, options_.theta, options_.inner_steps, s);
    taylor = {0.0, found.slope, found.quadratic / 2.0, found.cubic / 6.0};
    if (!found.converged) return false;
    return !options_.prerejection || persistent(taylor);
  }

  bool at_saddle() override {
    if (!decomposed_ && !eigen_.compute(model_.hessian())) return false;
    decomposed_ = true;
    const double low = eigen_.values()[0], high = eigen_.values()[n_ - 1];
    return low < -1e-10 * std::max(std::abs(low), high);  // beyond the rounding of second derivatives
  }

 private:
  Objective<double>& f_;
  const Ar3& options_;
  std::size_t n_, pairs_;
  QuarticModel model_;
  linalg::SymmetricEigen eigen_;
  std::vector<double> directions_, contractions_;  // pairs × n
  std::vector<Question<double>> questions_;
  std::vector<Answer<double>> answers_;
  bool decomposed_ = false;
};

}  // namespace

Description<Ar3> Ar3::describe() {
  Description<Ar3> d("ar3", "Adaptive third-order regularisation (AR3)", "2.3");
  d.reference(
       "Cartis, Hauser, Liu, Welzel & Zhu, arXiv:2501.00404 (2024); Birgin, Gardenghi, Martínez, Santos & Toint, "
       "Math. "
       "Prog. 163 (2017)")
      .formula("x ← x + s, s a minimiser of gᵀs + ½ H[s,s] + (1/6) T[s,s,s] + (σ/4)‖s‖⁴")
      .cost(
          "memory 1.5n³ + 6n²; n(n+1)/2 third-derivative contractions, a Hessian and some 11n³ operations an inner "
          "step (typically 3 to 10) a step")
      .notes("for tens of variables: the tensor is stored whole")
      .asks({AnswerKind::value, AnswerKind::gradient, AnswerKind::hessian, AnswerKind::third})
      .needs_exact();
  d.option("sigma", &Ar3::sigma, "first regularisation weight σ; adapts").above(0.0);
  d.option("successful", &Ar3::successful, "η₁: a step is taken if it gains this fraction of the promise")
      .above(0.0)
      .below(0.9);
  d.option("theta", &Ar3::theta, "the model is minimised to ‖∇m(s)‖ ≤ theta·‖s‖³").above(0.0);
  d.option("prerejection", &Ar3::prerejection, "refuse transient minimisers of the model before f is asked");
  d.option("inner_steps", &Ar3::inner_steps, "most steps of the model's minimisation").at_least(1);
  d.option("gradient_tolerance", &Ar3::gradient_tolerance,
           "converged when ‖∇f‖∞ ≤ this; --tolerance gradient=V goes before")
      .at_least(0.0);
  return d;
}

void Ar3::run(Objective<double>& f, Search& search) const {
  Regularisation loop;
  loop.sigma = sigma;
  loop.rule.successful = successful;
  loop.rule.most_margin = 8.0;
  loop.gradient_tolerance = gradient_tolerance;
  ThirdOrderModel model(f, *this);
  loop.run(f, search, model);
}

}  // namespace thalweg
