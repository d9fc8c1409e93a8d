#include "thalweg/higher_order/quartic_model.inl"

namespace thalweg {
template class QuarticModelOf<double>;
}
