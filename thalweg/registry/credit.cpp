// The explicit list of credit rules: how a network answers *gradient*.
#include "thalweg/credit/backprop.hpp"
#include "thalweg/credit/estimator_credit.hpp"
#include "thalweg/credit/feedback_alignment.hpp"
#include "thalweg/credit/forward_gradient.hpp"
#include "thalweg/credit/frozen_features.hpp"
#include "thalweg/credit/natural_gradient_credit.hpp"
#include "thalweg/credit/node_perturbation.hpp"
#include "thalweg/credit/weight_perturbation.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::registry {

namespace {
template <CreditOptions O>
CreditItem item() {
  return {O::describe(), [](const Settings& s) { return O::describe().make(s).template make<double>(); },
          [](const Settings& s) { return O::describe().make(s).template make<float>(); }};
}
}  // namespace

const std::vector<CreditItem>& credit_rules() {
  static const std::vector<CreditItem> list = {
      item<Backprop>(),          item<ForwardGradient>(), item<WeightPerturbation>(),    item<NodePerturbation>(),
      item<FeedbackAlignment>(), item<FrozenFeatures>(),  item<NaturalGradientCredit>(),
  };
  return list;
}

Credit make_credit(std::string_view id, const Settings& settings) {
  std::vector<std::string> names;
  for (const CreditItem& rule : credit_rules()) {
    names.push_back(rule.entry.id);
    if (rule.entry.id != id) continue;
    static_cast<void>(rule.make(settings));
    return {rule.entry.id, [&rule, settings] { return rule.make(settings); },
            [&rule, settings] { return rule.make_float(settings); }};
  }
  for (const EstimatorItem& estimator : estimators()) {
    names.push_back(estimator.entry.id);
    if (estimator.entry.id != id) continue;
    estimator.check(settings);  // a wrong option is an error here, before any run
    return estimator_credit(
        estimator.entry.id, [&estimator, settings](Objective<double>& f) { return estimator.make(f, settings); },
        [&estimator, settings](Objective<float>& f) { return estimator.make_float(f, settings); });
  }
  const std::string guess = nearest(id, names);
  throw InvalidArgument("unknown credit rule `" + std::string(id) + "`" +
                        (guess.empty() ? "; `thalweg list credit` and `thalweg list estimators` show what there is"
                                       : "; did you mean `" + guess + "`?"));
}

}  // namespace thalweg::registry
