#include "thalweg/second_order/secular.inl"

namespace thalweg {
template class SecularSolverOf<double>;
}
