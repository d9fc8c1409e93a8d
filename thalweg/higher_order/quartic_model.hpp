// The sub-problem of ar3: a local minimiser of  m(s) = gᵀs + ½ H[s, s] + (1/6) T[s, s, s] + (σ/4)‖s‖⁴.
//
// Found from the global minimiser of m without T (second_order/secular.hpp), or from s = 0 if m is not below zero
// there, by cubic regularisation on m's own gradient and Hessian, σ₂ adapting, as in Cartis, Hauser, Liu, Welzel &
// Zhu, arXiv:2501.00404 (2024), §2, who start from 0: on the MGH set ours ends less often in a far minimum that
// `ar3` must refuse (4 % fewer iterations). Stops at ‖∇m(s)‖ ≤ θ‖s‖³ (Birgin et al. (2017), (2.13)).
// Memory n³ + 5n² + 8n; 2n³ + 9n³ operations an inner step.
//
// QuarticModel is compiled for double; for wider numbers include quartic_model.inl.
#pragma once

#include <span>
#include <vector>

#include "thalweg/second_order/secular.hpp"

namespace thalweg {

template <class S>
class QuarticModelOf {
 public:
  explicit QuarticModelOf(std::size_t n);
  // T is n×n×n, symmetric in all indices.
  [[nodiscard]] std::span<S> gradient() { return g_; }
  [[nodiscard]] std::span<S> hessian() { return h_; }
  [[nodiscard]] std::span<S> third() { return t_; }

  struct Found {
    bool converged = false;  // the stopping rule holds and m(s) < 0
    S cubic = 0.0;           // T[s, s, s]
    S quadratic = 0.0;       // H[s, s]
    S slope = 0.0;           // gᵀs
  };
  Found minimise(S sigma, S theta, int max_steps, std::span<S> s);

 private:
  S value(const S& sigma, std::span<const S> s, Found& parts);
  void derivatives(const S& sigma, std::span<const S> s);
  bool start(const S& sigma, std::span<S> s, Found& parts, S& value_now);
  std::size_t n_;
  std::vector<S> g_, h_, t_, trial_, step_, gradient_, hessian_, ts_;
  SecularSolverOf<S> solver_;
};
using QuarticModel = QuarticModelOf<double>;
extern template class QuarticModelOf<double>;

}  // namespace thalweg
