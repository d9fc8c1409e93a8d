// Internal to gradient_estimation: finite differences along the coordinates, forward or central.
#pragma once

#include <vector>

#include "thalweg/gradient_estimation/estimator.hpp"
#include "thalweg/gradient_estimation/sides.hpp"

namespace thalweg {

template <class S>
class CoordinateDifferences final : public Estimator<S> {
 public:
  // relative_step: h_i = relative_step·max(1, |θ_i|); fixed_step, when above 0, is h_i for all i instead.
  CoordinateDifferences(Objective<S>& base, Entry entry, Sides sides, double relative_step, double fixed_step);

 private:
  void estimate(const Question<S>& question, Answer<S>& answer, std::uint64_t call) override;
  [[nodiscard]] S step_at(S x) const;

  Sides sides_;
  double relative_step_, fixed_step_;
  std::vector<S> points_;
};

extern template class CoordinateDifferences<float>;
extern template class CoordinateDifferences<double>;

}  // namespace thalweg
