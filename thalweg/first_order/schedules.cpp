#include "thalweg/first_order/schedules.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

// O has factor(t).
template <class S, class O>
class ScheduleRule final : public detail::OptionedRule<ScheduleRule<S, O>, ElementWiseRule<S>, O> {
 public:
  using detail::OptionedRule<ScheduleRule<S, O>, ElementWiseRule<S>, O>::OptionedRule;
  void prepare(std::uint64_t t) override { factor_ = S(this->o.factor_at(t)); }
  void update_part(std::size_t, std::span<S> u, std::span<const S>) override {
    for_each_element(u.size(), [g = u.data(), c = factor_](std::size_t i) { g[i] *= c; });
  }
  [[nodiscard]] bool scales() const override { return true; }
  [[nodiscard]] double factor(std::uint64_t t) const override { return this->o.factor_at(t); }
  [[nodiscard]] double flops(std::size_t n) const override { return static_cast<double>(n); }
  THALWEG_CLONES(ScheduleRule)

 private:
  S factor_ = S(1);
};

template <class O>
Description<O> schedule(const char* id, const char* name, const char* formula, const char* reference,
                        const char* notes, const char* example) {
  Description<O> d(id, name, "2.1");
  d.reference(reference).notes(notes).example(example).asks(AnswerKind::gradient);
  d.cost("no state; no pass of its own inside a chain");
  d.formula(formula);
  return d;
}

}  // namespace

double LrConstant::factor_at(std::uint64_t t) const {
  static_cast<void>(t);
  return factor;
}
Description<LrConstant> LrConstant::describe() {
  auto d = schedule<LrConstant>("lr-constant", "A constant rate", "a(k) = factor", "elementary",
                                "The rate of the rule before it, times the factor.", "lr-constant(factor=0.5)");
  d.option("factor", &LrConstant::factor, "the factor").at_least(0.0);
  return d;
}
template <class S>
std::unique_ptr<UpdateRule<S>> LrConstant::make() const {
  return std::make_unique<ScheduleRule<S, LrConstant>>(*this);
}
template std::unique_ptr<UpdateRule<float>> LrConstant::make() const;
template std::unique_ptr<UpdateRule<double>> LrConstant::make() const;

double LrStep::factor_at(std::uint64_t t) const {
  const std::uint64_t drops = (t - 1) / every;
  return std::pow(gamma, static_cast<double>(drops));
}
Description<LrStep> LrStep::describe() {
  auto d =
      schedule<LrStep>("lr-step", "Step decay", "a(k) = γ^⌊k/every⌋", "elementary; PyTorch StepLR",
                       "Equal to PyTorch's StepLR called once a step.", "momentum(rate=0.1) | lr-step(every=500)");
  d.option("every", &LrStep::every, "steps between two drops").at_least(1).unit("step");
  d.option("gamma", &LrStep::gamma, "factor of each drop").above(0.0).at_most(1.0);
  return d;
}
template <class S>
std::unique_ptr<UpdateRule<S>> LrStep::make() const {
  return std::make_unique<ScheduleRule<S, LrStep>>(*this);
}
template std::unique_ptr<UpdateRule<float>> LrStep::make() const;
template std::unique_ptr<UpdateRule<double>> LrStep::make() const;

double LrExponential::factor_at(std::uint64_t t) const { return std::pow(gamma, static_cast<double>(t - 1)); }
Description<LrExponential> LrExponential::describe() {
  auto d = schedule<LrExponential>(
      "lr-exponential", "Exponential decay", "a(k) = γᵏ", "elementary; PyTorch ExponentialLR",
      "Equal to PyTorch's ExponentialLR called once a step.", "adam(rate=1e-2) | lr-exponential(gamma=0.99)");
  d.option("gamma", &LrExponential::gamma, "factor a step").above(0.0).at_most(1.0);
  return d;
}
template <class S>
std::unique_ptr<UpdateRule<S>> LrExponential::make() const {
  return std::make_unique<ScheduleRule<S, LrExponential>>(*this);
}
template std::unique_ptr<UpdateRule<float>> LrExponential::make() const;
template std::unique_ptr<UpdateRule<double>> LrExponential::make() const;

double LrCosine::factor_at(std::uint64_t t) const {
  const double k = std::min(static_cast<double>(t - 1), static_cast<double>(steps));
  return end + (1.0 - end) * 0.5 * (1.0 + std::cos(std::numbers::pi * k / static_cast<double>(steps)));
}
Description<LrCosine> LrCosine::describe() {
  auto d = schedule<LrCosine>(
      "lr-cosine", "Cosine annealing", "a(k) = e + (1−e)(1 + cos(π min(k,T)/T))/2",
      "Loshchilov & Hutter (2017), SGDR, ICLR, eq. (5)",
      "One descent of the paper's cosine, without warm restarts; the end value is kept afterwards.",
      "adam(rate=1e-3) | lr-cosine(steps=2000)");
  d.option("steps", &LrCosine::steps, "T: steps until the end value").at_least(1).unit("step");
  d.option("end", &LrCosine::end, "e: the factor from step T on").at_least(0.0).at_most(1.0);
  return d;
}
template <class S>
std::unique_ptr<UpdateRule<S>> LrCosine::make() const {
  return std::make_unique<ScheduleRule<S, LrCosine>>(*this);
}
template std::unique_ptr<UpdateRule<float>> LrCosine::make() const;
template std::unique_ptr<UpdateRule<double>> LrCosine::make() const;

double LrWarmUp::factor_at(std::uint64_t t) const {
  const double done = std::min(1.0, static_cast<double>(t) / static_cast<double>(steps));
  return start + (1.0 - start) * done;
}
Description<LrWarmUp> LrWarmUp::describe() {
  auto d = schedule<LrWarmUp>("lr-warm-up", "Linear warm-up", "a(k) = s + (1−s) min(1, (k+1)/W)",
                              "Goyal et al. (2017), Accurate, large minibatch SGD, arXiv 1706.02677, section 2.2",
                              "The first step has s + (1−s)/W, step W and all later ones 1. Chain another schedule "
                              "after it for what follows.",
                              "adam(rate=1e-3) | lr-warm-up(steps=50) | lr-cosine(steps=2000)");
  d.option("steps", &LrWarmUp::steps, "W: steps until the whole rate").at_least(1).unit("step");
  d.option("start", &LrWarmUp::start, "s: where the ramp starts").at_least(0.0).at_most(1.0);
  return d;
}
template <class S>
std::unique_ptr<UpdateRule<S>> LrWarmUp::make() const {
  return std::make_unique<ScheduleRule<S, LrWarmUp>>(*this);
}
template std::unique_ptr<UpdateRule<float>> LrWarmUp::make() const;
template std::unique_ptr<UpdateRule<double>> LrWarmUp::make() const;

double LrOneCycle::factor_at(std::uint64_t t) const {
  const double total = static_cast<double>(steps), k = std::min(static_cast<double>(t - 1), total - 1.0);
  const double up = std::max(warm * total - 1.0, 0.0), down = total - 1.0 - up;
  const auto anneal = [](double from, double to, double share) {
    return to + (from - to) * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
  };
  return k <= up && up > 0.0 ? anneal(start, 1.0, k / up) : anneal(1.0, end, (k - up) / down);
}
Description<LrOneCycle> LrOneCycle::describe() {
  auto d = schedule<LrOneCycle>(
      "lr-one-cycle", "One cycle",
      "a(k) = k ≤ u: cosine from s to 1 over u = wT−1 steps; then cosine from 1 to e over T−1−u steps",
      "Smith & Topin (2019), Super-convergence, arXiv 1708.07120",
      "PyTorch's OneCycleLR (two phases, cosine; div_factor 25 and final_div_factor 1e4 are the defaults of start "
      "and end) without its cycling of the momentum. The end value is kept after T steps.",
      "momentum(rate=0.4) | lr-one-cycle(steps=2000)");
  d.option("steps", &LrOneCycle::steps, "T: length of the cycle").at_least(3).unit("step");
  d.option("warm", &LrOneCycle::warm, "w: share of T in which the rate rises").above(0.0).below(1.0);
  d.option("start", &LrOneCycle::start, "s: factor of the first step").above(0.0).at_most(1.0);
  d.option("end", &LrOneCycle::end, "e: factor of the last step").at_least(0.0).at_most(1.0);
  return d;
}
template <class S>
std::unique_ptr<UpdateRule<S>> LrOneCycle::make() const {
  return std::make_unique<ScheduleRule<S, LrOneCycle>>(*this);
}
template std::unique_ptr<UpdateRule<float>> LrOneCycle::make() const;
template std::unique_ptr<UpdateRule<double>> LrOneCycle::make() const;

double LrSearchThenConverge::factor_at(std::uint64_t t) const {
  const double k = static_cast<double>(t - 1), r = k / tau;
  if (c == 0.0) return 1.0 / (1.0 + r);
  return (1.0 + c * r) / (1.0 + c * r + tau * r * r);
}
Description<LrSearchThenConverge> LrSearchThenConverge::describe() {
  auto d = schedule<LrSearchThenConverge>(
      "lr-search-then-converge", "Search then converge (Darken)",
      "a(k) = c = 0: 1/(1 + k/τ);  c > 0: (1 + ck/τ)/(1 + ck/τ + τ(k/τ)²), which tends to c/k",
      "Darken & Moody (1990), NIPS 3:832; Darken, Chang & Moody (1992), Learning rate schedules for faster "
      "stochastic gradient search, IEEE NNSP 2",
      "The option c is the paper's c divided by the rate η₀. For the fastest asymptotic convergence c·η₀ must exceed "
      "1/(2λ) of the smallest curvature λ.",
      "sgd(rate=0.1) | lr-search-then-converge(tau=500)");
  d.option("tau", &LrSearchThenConverge::tau, "τ: how long the rate stays high").above(0.0).unit("step");
  d.option("c", &LrSearchThenConverge::c, "c/η₀: the rate tends to c/k; 0 gives the simple form").at_least(0.0);
  return d;
}
template <class S>
std::unique_ptr<UpdateRule<S>> LrSearchThenConverge::make() const {
  return std::make_unique<ScheduleRule<S, LrSearchThenConverge>>(*this);
}
template std::unique_ptr<UpdateRule<float>> LrSearchThenConverge::make() const;
template std::unique_ptr<UpdateRule<double>> LrSearchThenConverge::make() const;

double LrPower::factor_at(std::uint64_t t) const { return std::pow(static_cast<double>(t) + offset, -exponent); }
Description<LrPower> LrPower::describe() {
  auto d = schedule<LrPower>("lr-power", "Power decay (Spall's gains, Robbins–Monro)", "a(k) = 1/(A + k + 1)^α",
                             "Robbins & Monro (1951); Spall (1998), IEEE Transactions on Aerospace and Electronic "
                             "Systems 34:817, section III",
                             "Not divided by its first value: sgd(rate=a) | lr-power is exactly Spall's gain a_k = "
                             "a/(A+k+1)^α. He advises α = 0.602 and A about a tenth of the steps.",
                             "sgd(rate=0.1) | lr-power(offset=100)");
  d.option("exponent", &LrPower::exponent, "α").at_least(0.0);
  d.option("offset", &LrPower::offset, "A: steps of stability").at_least(0.0).unit("step");
  return d;
}
template <class S>
std::unique_ptr<UpdateRule<S>> LrPower::make() const {
  return std::make_unique<ScheduleRule<S, LrPower>>(*this);
}
template std::unique_ptr<UpdateRule<float>> LrPower::make() const;
template std::unique_ptr<UpdateRule<double>> LrPower::make() const;

}  // namespace thalweg
