#include "thalweg/credit/credit_rule.hpp"

#include <stdexcept>

namespace thalweg {

template <class S>
void CreditRule<S>::layers(std::span<const S>, const Batch<S>&, std::uint64_t, LayerDetail,
                           std::vector<LayerStatistics<S>>&, CreditWork&) {
  throw std::logic_error("CreditRule::layers: this rule does not tell that; see tells()");
}

template class CreditRule<float>;
template class CreditRule<double>;

}  // namespace thalweg
