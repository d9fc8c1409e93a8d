// The explicit list of update rules and schedules.
#include "thalweg/first_order/rules.hpp"

#include "thalweg/registry/registry.hpp"
#include "thalweg/second_order/dbp.hpp"
#include "thalweg/second_order/ek_fac.hpp"
#include "thalweg/second_order/k_fac.hpp"
#include "thalweg/second_order/prong.hpp"
#include "thalweg/second_order/shampoo.hpp"
#include "thalweg/second_order/soap.hpp"

namespace thalweg::registry {

namespace {
template <RuleOptions O>
RuleItem item() {
  const Entry entry = O::describe();
  return {entry, [](const Settings& settings) { return O::describe().make(settings).template make<double>(); },
          [](const Settings& settings) { return O::describe().make(settings).template make<float>(); }};
}
}  // namespace

const std::vector<RuleItem>& rules() {
  static const std::vector<RuleItem> list = {
      item<Sgd>(),       item<Momentum>(),      item<Nesterov>(),
      item<Adagrad>(),   item<Rmsprop>(),       item<Adam>(),
      item<Amsgrad>(),   item<Nadam>(),         item<Adamw>(),
      item<Lion>(),      item<Muon>(),          item<Shampoo>(),
      item<Soap>(),      item<Swa>(),           item<Clip>(),
      item<ClipValue>(), item<Normalize>(),     item<Sign>(),
      item<Scale>(),     item<WeightDecay>(),   item<LrConstant>(),
      item<LrStep>(),    item<LrExponential>(), item<LrCosine>(),
      item<LrWarmUp>(),  item<LrOneCycle>(),    item<LrSearchThenConverge>(),
      item<LrPower>(),   item<KFac>(),          item<EkFac>(),
      item<Prong>(),     item<Dbp>(),
  };
  return list;
}

}  // namespace thalweg::registry
