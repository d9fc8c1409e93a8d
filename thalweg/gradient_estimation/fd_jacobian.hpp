// The Jacobian of residuals from differences of them, for least squares on functions without derivatives.
//
// Column j is (r(x + h e_j) − r(x))/h (forward), or (r(x + h e_j) − r(x − h e_j))/2h (central), with h = η max(1,
// |x_j|), η = ε^{1/2} and ε^{1/3} (Nocedal & Wright, Numerical Optimization, 2nd ed., §8.1). Near a bound the forward
// step turns round, and the central one becomes the forward one. Charged in the residuals it takes: n more than one,
// or 2n, all in one batch. Biased: O(h), O(h²).
#pragma once

#include <vector>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

class FdJacobian final : public Adapter<double> {
 public:
  // `base` offers residuals (else InvalidArgument).
  explicit FdJacobian(Objective<double>& base, bool central = false, Bounds bounds = {});
  [[nodiscard]] Offers offers() const override;
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override;

 private:
  void differences(const Question<double>& question, Answer<double>& answer);
  bool central_;
  Bounds bounds_;
  std::vector<double> points_, residuals_, low_, high_;  // a row a point; residuals at its two ends
  std::vector<Question<double>> questions_;
  std::vector<Answer<double>> answers_;
};

}  // namespace thalweg
