#include "thalweg/gradient_estimation/directional_derivative.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/core/noise.hpp"
#include "thalweg/gradient_estimation/estimator.hpp"
#include "thalweg/gradient_estimation/making.hpp"

namespace thalweg {
namespace {

template <class S>
class DirectionalDerivativeEstimator final : public Estimator<S> {
 public:
  DirectionalDerivativeEstimator(Objective<S>& base, const DirectionalDerivative& o)
      : Estimator<S>(base, DirectionalDerivative::describe(), Quality::unbiased,
                     o.frozen ? Draws::frozen : Draws::fresh),
        noise_(o.law == DirectionalDerivative::Law::gaussian ? Noise::gaussian : Noise::rademacher),
        directions_(o.directions * base.dimension()),
        coefficients_(o.directions) {}

 private:
  void estimate(const Question<S>& question, Answer<S>& answer, std::uint64_t call) override {
    const std::size_t n = question.point.size(), k_count = coefficients_.size();
    const Stream base_stream(this->seed(), Purpose("directional-derivative.direction"), call);
    this->start_batch(question, k_count);
    for (std::size_t k = 0; k < k_count; ++k) {
      const std::span<S> v(directions_.data() + k * n, n);
      fill_noise(v, noise_, base_stream.at(call, static_cast<std::uint32_t>(k)));
      this->question(k).asks = AnswerKind::directional;
      this->question(k).direction = v;
    }
    const bool wants_value = question.asks.has(AnswerKind::value);
    if (wants_value) this->question(0).asks = {AnswerKind::value, AnswerKind::directional};
    this->ask_batch(answer);
    if (wants_value) answer.value = this->reply_value(0);
    std::fill(answer.gradient.begin(), answer.gradient.end(), S(0));
    std::size_t finite = 0;
    for (std::size_t k = 0; k < k_count; ++k) finite += usable(k) ? 1 : 0;
    if (finite == 0) {
      answer.failed = true;
      answer.error = "no directional derivative was finite";
      return;
    }
    for (std::size_t k = 0; k < k_count; ++k)
      coefficients_[k] = usable(k) ? static_cast<S>(this->reply(k).directional / static_cast<double>(finite)) : S(0);
    add_noises(answer.gradient, std::span<const S>(coefficients_), noise_, base_stream);
    answer.flops += static_cast<double>(n) * static_cast<double>(k_count) * 2.0;
  }
  [[nodiscard]] bool usable(std::size_t k) const {
    return !this->reply(k).failed && std::isfinite(this->reply(k).directional);
  }

  Noise noise_;
  std::vector<S> directions_, coefficients_;
};

}  // namespace

Description<DirectionalDerivative> DirectionalDerivative::describe() {
  Description<DirectionalDerivative> d("directional-derivative", "Forward gradient by directional derivatives",
                                       "3.3");
  d.reference("Baydin, Pearlmutter, Syme, Wood & Torr (2022), arXiv 2202.08587, Theorem 1")
      .asks(AnswerKind::directional)
      .cost("K directional derivatives a gradient; memory Kn; 2nK operations and the noise")
      .formula("ĝ = (1/K) Σ_k (∇f(θ)·v_k) v_k")
      .notes("Unbiased; relative variance (n+1)/K for Gaussian directions, (n−1)/K for signs.")
      .example(
          "thalweg minimize --problem rosenbrock:n=10 --estimator directional-derivative --rule 'adam(rate=0.01)'");
  d.option("directions", &DirectionalDerivative::directions, "K: directions averaged").at_least(1.0);
  d.option("law", &DirectionalDerivative::law, {"gaussian", "rademacher"}, "how directions are drawn");
  describe_frozen(d);
  return d;
}
THALWEG_ESTIMATES(DirectionalDerivative, DirectionalDerivativeEstimator)

}  // namespace thalweg
