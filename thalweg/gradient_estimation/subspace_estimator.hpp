// Internal to gradient_estimation: differences of f along K random orthonormal directions q_k.
//     ĝ = s Σ_k d_k q_k,  d_k = (f(θ+hq_k) − f(θ−hq_k))/(2h) ≈ ∇f·q_k,  h = σ√n
// The q_k are Gaussian vectors made orthonormal by two passes of modified Gram–Schmidt (Giraud, Langou & Rozložník
// 2005: twice is enough), so they span a uniformly random subspace. Memory 3Kn; 4nK² operations. Within bounds the
// probes are taken around θ moved inwards, as in direction_estimator.hpp.
#pragma once

#include <vector>

#include "thalweg/gradient_estimation/estimator.hpp"

namespace thalweg {

template <class S>
class SubspaceEstimator final : public Estimator<S> {
 public:
  // factor: s. Throws InvalidArgument when directions exceed the dimension of the base.
  SubspaceEstimator(Objective<S>& base, Entry entry, std::size_t directions, double sigma, double factor,
                    bool frozen);

 private:
  void estimate(const Question<S>& question, Answer<S>& answer, std::uint64_t call) override;
  void draw_directions(std::uint64_t call);

  std::size_t n_, directions_;
  double sigma_, factor_;
  Purpose purpose_;
  std::vector<double> q_, sum_, centre_;
  std::vector<S> points_;
};

extern template class SubspaceEstimator<float>;
extern template class SubspaceEstimator<double>;

}  // namespace thalweg
