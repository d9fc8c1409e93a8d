// Lets the number types of this folder stand in Eigen's matrices, alone or mixed with double. Include it in a source
// that differentiates through Eigen:
//   [](auto const& x) {
//     using S = thalweg::scalar_t<decltype(x)>;
//     Eigen::Map<const Eigen::Matrix<S, Eigen::Dynamic, 1>> v(x.data(), static_cast<Eigen::Index>(x.size()));
//     return v.dot(A * v);  // A of doubles
//   }
#pragma once

#include <Eigen/Core>

#include "thalweg/autodiff/dual.hpp"
#include "thalweg/autodiff/jet.hpp"
#include "thalweg/autodiff/tape.hpp"

namespace Eigen {

namespace thalweg_detail {
template <class T>
struct Traits : NumTraits<double> {
  using Real = T;
  using NonInteger = T;
  using Nested = T;
  using Literal = double;
  enum {
    IsComplex = 0,
    IsInteger = 0,
    IsSigned = 1,
    RequireInitialization = 1,
    ReadCost = 4,
    AddCost = 4,
    MulCost = 8,
  };
};
}  // namespace thalweg_detail

template <class T, std::size_t N>
struct NumTraits<thalweg::autodiff::Dual<T, N>> : thalweg_detail::Traits<thalweg::autodiff::Dual<T, N>> {};
template <class T, int K>
struct NumTraits<thalweg::autodiff::Jet<T, K>> : thalweg_detail::Traits<thalweg::autodiff::Jet<T, K>> {};
template <>
struct NumTraits<thalweg::autodiff::Var> : thalweg_detail::Traits<thalweg::autodiff::Var> {};

#define THALWEG_MIXED(parameters, type)           \
  template <parameters, class Op>                 \
  struct ScalarBinaryOpTraits<type, double, Op> { \
    using ReturnType = type;                      \
  };                                              \
  template <parameters, class Op>                 \
  struct ScalarBinaryOpTraits<double, type, Op> { \
    using ReturnType = type;                      \
  };
#define THALWEG_COMMA ,
THALWEG_MIXED(class T THALWEG_COMMA std::size_t N, thalweg::autodiff::Dual<T THALWEG_COMMA N>)
THALWEG_MIXED(class T THALWEG_COMMA int K, thalweg::autodiff::Jet<T THALWEG_COMMA K>)
#undef THALWEG_MIXED
#undef THALWEG_COMMA
template <class Op>
struct ScalarBinaryOpTraits<thalweg::autodiff::Var, double, Op> {
  using ReturnType = thalweg::autodiff::Var;
};
template <class Op>
struct ScalarBinaryOpTraits<double, thalweg::autodiff::Var, Op> {
  using ReturnType = thalweg::autodiff::Var;
};

}  // namespace Eigen
