#include "thalweg/credit/credit_rule.hpp"

#include <cmath>
#include <stdexcept>

namespace thalweg {

template <class S>
double CreditRule<S>::step(std::span<S> theta, const Batch<S>& batch, std::uint64_t step, std::span<S> gradient,
                           UpdateRule<S>& rule, CreditWork& work) {
  const double loss = this->gradient(theta, batch, step, gradient, work);
  if (std::isfinite(loss)) rule.apply(theta, gradient, step);
  return loss;
}
template <class S>
void CreditRule<S>::layers(std::span<const S>, const Batch<S>&, std::uint64_t, LayerDetail,
                           std::vector<LayerStatistics<S>>&, CreditWork&) {
  throw std::logic_error("CreditRule::layers: this rule does not tell that; see tells()");
}

template class CreditRule<float>;
template class CreditRule<double>;

}  // namespace thalweg
