#include "thalweg/first_order/descent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {
namespace {

constexpr std::uint64_t stall_window = 64;  // exact runs compare the iterate with the one so many steps before
constexpr std::uint64_t most_failures_in_row = 100;  // of a noisy or estimated gradient

template <class S>
double max_abs(std::span<const S> v) {  // ‖v‖∞; NaN if an entry is
  double largest = 0.0;
  bool nan = false;
  for (const S e : v) {
    const double a = std::abs(static_cast<double>(e));
    largest = a > largest ? a : largest;
    nan |= a != a;
  }
  return nan ? std::numeric_limits<double>::quiet_NaN() : largest;
}

// How an objective is asked for what a rule wants to know of the layers.
AnswerKind statistics(LayerDetail detail) {
  return detail == LayerDetail::model_gradients ? AnswerKind::model_statistics : AnswerKind::layer_statistics;
}

template <class S>
class Loop {
 public:
  Loop(const Descent& options, Objective<S>& f, BasicSearch<S>& search)
      : f_(f),
        search_(search),
        rule_(options.rule.make<S>()),
        offers_(f.offers()),
        repeatable_(!offers_.stochastic && offers_.of(AnswerKind::gradient) == Quality::exact),
        valued_(offers_.of(AnswerKind::gradient) == Quality::exact && offers_.kinds.has(AnswerKind::value)),
        tolerance_(search.tolerance().gradient.value_or(options.gradient_tolerance)),
        x_(search.start().begin(), search.start().end()),
        gradient_(x_.size()),
        targets_(search.stream(Purpose("descent.model-targets"))) {
    if (rule_->needs() == LayerDetail::none)
      begin({});
    else if (const AnswerKind inside = statistics(rule_->needs()); !offers_.kinds.has(inside))
      throw MissingAnswer(
          "rule " + rule_->text() + " asks " + std::string(name(inside)) + ", but this objective answers only " +
          to_string(offers_.kinds) +
          "; it is for networks: use NetworkObjective or train, or a rule of the gradient alone (adam)");
    if (repeatable_) before_ = x_;
  }

  void run() {
    for (std::uint64_t t = 1;; ++t) {
      if (must_close()) return close();
      const bool answered = ask(t);
      if (valued_ && t > 1) report(value_);
      if (over(t, answered)) return;
      if (answered) {
        look_inside(t);
        rule_->apply(x_, gradient_, t);
        search_.bounds().clamp(std::span<S>(x_));  // of methods that take bounds: the projected step
        search_.charge_flops(rule_->flops(x_.size()));
      }
      if (!valued_) report(std::numeric_limits<double>::quiet_NaN());
    }
  }

 private:
  // True when the budget of evaluations would not pay for one more question and the final value.
  bool must_close() {
    const auto left = search_.evaluations_left();
    const std::uint64_t used = search_.ledger().of(AnswerKind::value);
    if (asked_) price_ = std::max(price_, used - used_before_);
    used_before_ = used;
    return left && offers_.kinds.has(AnswerKind::value) && asked_ && *left <= price_;
  }
  void close() {
    const std::span<const S> best_bet = bet();
    if (*search_.evaluations_left() > 0) search_.recommend(best_bet, f_.value(best_bet));
    search_.finish(Status::evaluation_budget,
                   "used the budget of evaluations, the last one for the value of the final iterate; ‖g‖∞ was " +
                       detail::format(norm_));
  }

  // Asks at x under sample t; false if the objective said that it failed.
  bool ask(std::uint64_t t) {
    Kinds kinds = valued_ ? Kinds{AnswerKind::value, AnswerKind::gradient} : Kinds(AnswerKind::gradient);
    const LayerDetail detail = rule_->needs_at(t);
    if (detail != LayerDetail::none) kinds = kinds | statistics(detail);
    Question<S> question{.asks = kinds, .point = x_, .sample = {offers_.stochastic ? t : std::uint64_t{0}}};
    if (detail == LayerDetail::model_gradients) question.perturbation.stream = targets_.at(t);
    answer_.failed = false;
    answer_.quality = Quality::exact;
    answer_.flops = 0.0;
    answer_.gradient = gradient_;
    answer_.layers = &layers_;
    f_.answer(std::span(&question, 1), std::span(&answer_, 1));
    asked_ = true;
    value_ = valued_ ? answer_.value : std::numeric_limits<double>::quiet_NaN();
    return !answer_.failed;
  }

  void begin(std::span<const ParameterBlock> blocks) {
    rule_->begin(x_.size(), blocks);
    begun_ = true;
  }
  [[nodiscard]] std::span<const S> bet() const { return begun_ ? rule_->recommended(x_) : std::span<const S>(x_); }

  // Hands the layers of the gradient's batch to a rule that wants them, which begins with the first it is told of.
  void look_inside(std::uint64_t t) {
    if (!begun_) {
      std::vector<ParameterBlock> blocks;
      for (const LayerStatistics<S>& l : layers_) {
        const std::string name = "layer-" + std::to_string(blocks.size() / 2 + 1);
        blocks.push_back({name + ".weights", l.weights, l.in, l.out});
        blocks.push_back({name + ".bias", l.weights + l.in * l.out, l.out, 1});
      }
      begin(blocks);
    }
    if (rule_->needs_at(t) != LayerDetail::none) search_.charge_flops(rule_->observe(layers_, t));
  }

  // The iterate x was reached: tell the driver.
  void report(double value) {
    const std::span<const S> best_bet = bet();
    search_.recommend(best_bet, best_bet.data() == x_.data() ? value : std::numeric_limits<double>::quiet_NaN());
    search_.iteration(x_, value);
  }

  // Looks at the gradient at x; true when the run has ended.
  bool over(std::uint64_t t, bool answered) {
    const auto finish = [this](Status status, const std::string& message) {
      search_.finish(status, message);
      return true;
    };
    if (!answered) {
      if (repeatable_ || ++failures_ >= most_failures_in_row)
        return finish(Status::numerical_failure,
                      "the gradient could not be had at step " + std::to_string(t) +
                          (answer_.error.empty() ? "" : " (" + answer_.error + ")") +
                          (repeatable_ ? "" : ", nor at the " + std::to_string(failures_ - 1) + " before") +
                          "; start elsewhere, or lower the rate");
      return false;
    }
    failures_ = 0;
    norm_ = max_abs(std::span<const S>(gradient_));
    const double size = max_abs(std::span<const S>(x_));
    if (!std::isfinite(norm_) || !std::isfinite(size))
      return finish(Status::numerical_failure, "diverged: at step " + std::to_string(t) + " the " +
                                                   (std::isfinite(size) ? "gradient" : "iterate") +
                                                   " is not finite (‖θ‖∞ = " + detail::format(size) +
                                                   "); lower the rate or put clip(norm=1) before the rule");
    if (!repeatable_ || answer_.quality != Quality::exact) return false;
    if (norm_ <= tolerance_) {
      if (valued_ && !std::isfinite(value_))
        return finish(Status::numerical_failure, "‖∇f‖∞ = " + detail::format(norm_) + " at step " +
                                                     std::to_string(t) +
                                                     ", where f is not finite; start elsewhere, or lower the rate");
      search_.recommend(x_, value_);  // where the tolerance holds, also for rules that would bet on another point
      return finish(Status::converged, "‖∇f‖∞ = " + detail::format(norm_) + " ≤ gradient_tolerance " +
                                           detail::format(tolerance_) + " at the last iterate, after " +
                                           std::to_string(t - 1) + " steps");
    }
    if (t % stall_window == 0) {
      if (t > stall_window && std::equal(x_.begin(), x_.end(), before_.begin()))
        return finish(Status::stalled, "the iterate is bit for bit that of " + std::to_string(stall_window) +
                                           " steps before, ‖∇f‖∞ = " + detail::format(norm_) +
                                           "; raise gradient_tolerance, or change the rate");
      std::copy(x_.begin(), x_.end(), before_.begin());
    }
    return false;
  }

  Objective<S>& f_;
  BasicSearch<S>& search_;
  std::unique_ptr<UpdateRule<S>> rule_;
  Offers offers_;
  bool repeatable_;  // the same question has the same, exact answer
  bool valued_;      // values come with the gradients
  double tolerance_;
  std::vector<S> x_, gradient_, before_;
  Stream targets_;  // of rules that ask for targets drawn from the model
  Answer<S> answer_;
  std::vector<LayerStatistics<S>> layers_;
  bool begun_ = false;  // the rule: at once, or, if it looks inside, when the first answer has told of the layers
  double value_ = 0.0, norm_ = 0.0;
  bool asked_ = false;
  std::uint64_t price_ = 1, used_before_ = 0, failures_ = 0;  // price: evaluations that one question takes
};

}  // namespace

Description<Descent> Descent::describe() {
  Description<Descent> d("descent", "Descent with any update rule", "2.1");
  d.reference("Cauchy (1847), Comptes rendus 25:536; Robbins & Monro (1951)")
      .asks(AnswerKind::gradient)
      .cost("one gradient a step; memory 2n and the rule's state")
      .notes(
          "Each step of a stochastic objective asks its own sample. The recommended point is the last iterate, not "
          "the "
          "lowest noisy value.")
      .example("thalweg minimize --problem rosenbrock:n=10 --rule 'clip(norm=1) | adam(rate=0.01)'");
  d.formula("θ ← θ − u(∇f(θ))");
  OptionInfo rule;
  rule.name = "rule";
  rule.type = "text";
  rule.help = "the update rule or chain, as in `clip(norm=1) | adam(rate=1e-3)`";
  rule.default_text = Descent{}.rule.text();
  rule.get = [](const void* object) { return static_cast<const Descent*>(object)->rule.text(); };
  rule.set = [](const OptionInfo&, void* object, std::string_view text) {
    static_cast<Descent*>(object)->rule = parse_rule(text);
  };
  d.options.push_back(std::move(rule));
  d.option("gradient_tolerance", &Descent::gradient_tolerance,
           "stop at ‖∇f‖∞ ≤ this where the gradient is exact and f deterministic")
      .at_least(0.0);
  return d;
}

template <class S>
void Descent::run(Objective<S>& f, BasicSearch<S>& search) const {
  Loop<S>(*this, f, search).run();
}
template void Descent::run(Objective<float>&, BasicSearch<float>&) const;
template void Descent::run(Objective<double>&, BasicSearch<double>&) const;

}  // namespace thalweg
