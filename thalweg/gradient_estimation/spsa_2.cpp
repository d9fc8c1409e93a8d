#include "thalweg/gradient_estimation/spsa_2.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "thalweg/core/noise.hpp"
#include "thalweg/gradient_estimation/estimator.hpp"
#include "thalweg/gradient_estimation/spsa.hpp"
#include "thalweg/gradient_estimation/spsa_gains.hpp"
#include "thalweg/gradient_estimation/spsa_hessian.hpp"

namespace thalweg {
namespace {

// The four points of each draw, asked in one batch, and what they say of gradient and Hessian.
class Draws4 {
 public:
  Draws4(Objective<double>& f, const Search& search, std::size_t n, std::size_t directions)
      : f_(f),
        bounds_(search.bounds()),
        n_(n),
        points_(4 * directions * n),
        signs_(directions * n),
        others_(directions * n),
        centre_(n),
        questions_(4 * directions),
        answers_(4 * directions) {}

  // Probes around x, or around x moved inwards where they would leave the bounds.
  void ask(std::span<const double> x, double c, SampleKey sample, const Stream& stream) {
    const std::size_t count = signs_.size() / n_;
    for (std::size_t i = 0; i < n_; ++i)
      centre_[i] = bounds_.empty() ? x[i] : moved_inside(x[i], 2.0 * c, bounds_.lower[i], bounds_.upper[i]);
    for (std::size_t k = 0; k < count; ++k) {
      fill_noise(std::span(signs_).subspan(k * n_, n_), Noise::rademacher,
                 stream.at(stream.step, static_cast<std::uint32_t>(2 * k)));
      fill_noise(std::span(others_).subspan(k * n_, n_), Noise::rademacher,
                 stream.at(stream.step, static_cast<std::uint32_t>(2 * k + 1)));
      for (std::size_t p = 0; p < 4; ++p) {  // +, −, + with Δ̃, − with Δ̃
        const std::span<double> point(points_.data() + (4 * k + p) * n_, n_);
        const double side = p % 2 == 0 ? c : -c, beside = p < 2 ? 0.0 : c;
        for (std::size_t i = 0; i < n_; ++i)
          point[i] = centre_[i] + side * signs_[k * n_ + i] + beside * others_[k * n_ + i];
        bounds_.clamp(point);
        questions_[4 * k + p] = {.asks = AnswerKind::value, .point = point, .sample = sample};
        answers_[4 * k + p].failed = false;
      }
    }
    f_.answer(questions_, answers_);
  }
  // ĝ, and the draws of the Hessian; false when no draw was finite.
  bool read(double c, std::span<double> gradient, SpsaHessian& hessian) const {
    std::ranges::fill(gradient, 0.0);
    double finite = 0.0;
    for (std::size_t k = 0; k < questions_.size() / 4; ++k) {
      const auto value = [&](std::size_t p) {
        const Answer<double>& a = answers_[4 * k + p];
        return a.failed ? std::numeric_limits<double>::infinity() : a.value;
      };
      const double slope = (value(0) - value(1)) / (2.0 * c);
      const double bend = ((value(2) - value(0)) - (value(3) - value(1))) / (2.0 * c * c);
      if (!std::isfinite(slope) || !std::isfinite(bend)) continue;
      finite += 1.0;
      const std::span<const double> signs(signs_.data() + k * n_, n_);
      for (std::size_t i = 0; i < n_; ++i) gradient[i] += slope * signs[i];
      hessian.draw(bend, signs, std::span(others_).subspan(k * n_, n_));
    }
    for (double& g : gradient) g /= std::max(finite, 1.0);
    return finite > 0.0;
  }

 private:
  Objective<double>& f_;
  const Bounds& bounds_;
  std::size_t n_;
  std::vector<double> points_, signs_, others_, centre_;
  std::vector<Question<double>> questions_;
  std::vector<Answer<double>> answers_;
};

}  // namespace

Description<Spsa2> Spsa2::describe() {
  Description<Spsa2> d("spsa-2", "Second-order SPSA", "3.3");
  d.reference(
       "Spall (2000), IEEE Transactions on Automatic Control 45:1839; Spall (2009), IEEE "
       "Transactions on Automatic Control 54:1216")
      .asks(AnswerKind::value)
      .supports_bounds()
      .cost("4K values a step; memory 2n²; 9n³ operations")
      .formula(
          "θ ← θ − a/(A+k)^α |H̄|⁻¹ĝ;  H̄ ← H̄ + w_k(Ĥ − H̄);  Ĥ = H̄ + (d − Δ̃ᵀH̄Δ)(Δ̃Δᵀ + ΔΔ̃ᵀ)/2;  d = (f(θ+cΔ+cΔ̃) − "
          "f(θ+cΔ) − f(θ−cΔ+cΔ̃) + f(θ−cΔ))/(2c²)")
      .notes(
          "|H̄| has the absolute eigenvalues, at least `floor` of the largest. w is 2/(n²+n) with feedback and no "
          "noise, "
          "1/(k+(n²+n)/2) with noise, 1/(k+1) without feedback. H̄₀ is chosen by first_step, and a variable moves by "
          "largest_step at most. Within bounds the step is projected on the box, and probes stay "
          "inside.")
      .example("thalweg minimize --problem ellipsoid:n=5,condition=1000 --method spsa-2 --max-evaluations 4000");
  d.option("a", &Spsa2::a, "gain of the steps; 1 is Newton's").above(0.0);
  d.option("A", &Spsa2::A, "steps for which the gain stays about the same; 0: a tenth of those expected")
      .at_least(0.0)
      .unit("step");
  d.option("alpha", &Spsa2::alpha, "α: the steps fall as a/(A+k)^α").above(0.0).at_most(1.0);
  d.option("c", &Spsa2::c, "first perturbation; 0: the noise of f, at least 1e-3·max(1, ‖θ₀‖∞)").at_least(0.0);
  d.option("gamma", &Spsa2::gamma, "γ: the perturbation falls as c/k^γ").at_least(0.0);
  d.option("steps", &Spsa2::steps, "steps expected; 0: what the budget of evaluations buys, 1000 without one")
      .at_least(0.0)
      .unit("step");
  d.option("directions", &Spsa2::directions, "K: gradients and Hessians averaged in a step").at_least(1.0);
  d.option("feedback", &Spsa2::feedback, "take what the average predicts out of each draw of the Hessian");
  d.option("first_step", &Spsa2::first_step, "what a variable should move at first, in the units of θ").above(0.0);
  d.option("largest_step", &Spsa2::largest_step, "what a variable may move in one step, in the units of θ")
      .above(0.0);
  d.option("floor", &Spsa2::floor, "smallest eigenvalue of |H̄| over the largest").above(0.0).at_most(1.0);
  return d;
}

void Spsa2::run(Objective<double>& f, Search& search) const {
  NoisySteps loop(f, search);
  std::vector<double>& x = loop.x();
  const std::size_t n = x.size();
  const std::uint64_t price = 4 * directions;
  const double first = c > 0.0 ? c : detail::first_perturbation(detail::noise_of_values(f, loop, x), x);
  const auto pilot = Spsa{.c = first, .gamma = 0.0}.make(f);
  dynamic_cast<AsksBeside&>(*pilot).within(search.bounds());
  pilot->begin(search.seed());
  const double typical = detail::typical_component(*pilot, loop, x).value_or(0.0);
  const auto expected = static_cast<double>(steps > 0 ? steps : detail::planned_steps(search, price));
  const double stability = A > 0.0 ? A : 0.1 * expected;

  SpsaHessian hessian(n, typical > 0.0 ? typical / first_step : 1.0, feedback, floor);
  Draws4 draws(f, search, n, directions);
  std::vector<double> step(n);
  const auto cubed = static_cast<double>(n * n * n), unknowns = 0.5 * static_cast<double>(n * (n + 1));
  // E‖ĝ‖²/‖g‖² is 1 + (n−1)/K: no step is longer than what shortens the error most.
  const double longest = 1.0 / (1.0 + static_cast<double>(n - 1) / static_cast<double>(directions));
  for (std::uint64_t t = 1;; ++t) {
    if (loop.closes(price, first)) return;
    const auto time = static_cast<double>(t);
    const double spacing = first / std::pow(time, gamma);
    draws.ask(x, spacing, loop.sample(t), search.stream(Purpose("spsa-2.direction"), t));
    bool answered = draws.read(spacing, step, hessian);
    hessian.average(feedback ? 1.0 / (unknowns + (loop.stochastic() ? time : 0.0)) : 1.0 / (time + 1.0));
    answered = answered && hessian.divide(step);
    if (answered) {
      const double gain = a * std::min(longest, std::pow(stability + time, -alpha));
      for (std::size_t i = 0; i < n; ++i) x[i] -= std::clamp(gain * step[i], -largest_step, largest_step);
      search.bounds().clamp(std::span(x));
    }
    search.charge_flops(9.0 * cubed);
    if (loop.ends(!answered)) return;
  }
}

}  // namespace thalweg
