#include "thalweg/first_order/update_rule.hpp"

#include <stdexcept>

namespace thalweg {

template <class S>
void UpdateRule<S>::update_part(std::size_t, std::span<S>, std::span<const S>) {
  throw std::logic_error("UpdateRule::update_part: " + text() + " is not element-wise; call update");
}

template <class S>
void UpdateRule<S>::apply_part(std::size_t, std::span<S>, std::span<S>, S) {
  throw std::logic_error("UpdateRule::apply_part: " + text() + " is not element-wise; call apply");
}

template class UpdateRule<float>;
template class UpdateRule<double>;

}  // namespace thalweg
