// The direction of l-bfgs within bounds (L-BFGS-B): the generalised Cauchy point of the model
//   m(x̄) = f + gᵀ(x̄ − x) + ½ (x̄ − x)ᵀ B (x̄ − x)
// along the projected path P(x − t g), then m's minimiser over the variables that are free there. B is the
// limited-memory BFGS matrix in compact form, B = θI − W M Wᵀ, W = [Y θS], M⁻¹ = [−D Lᵀ; L θSᵀS], D and L the
// diagonal and the strictly lower part of SᵀY (Byrd, Nocedal & Schnabel, Math. Prog. 63 (1994)).
//
// Byrd, Lu, Nocedal & Zhu, SIAM J. Sci. Comput. 16 (1995): Algorithm CP (§4) and the direct primal method (§5.1), its
// 2m×2m systems factored by blocks as in Zhu, Byrd, Lu & Nocedal, ACM TOMS 23 (1997). The subspace minimiser is
// projected on the box, and only where that is no direction of descent the way to it is cut at the first bound:
// Morales & Nocedal, ACM TOMS 38 (2011). Memory (2m + 5) n + 12m²; 8mn operations a step, 8m² more for each
// breakpoint passed and 6m² for each variable of the smaller of the sets of free and of bound ones.
// The first step tried is to the Cauchy point itself where the box is finite, else of length 1 (as in their code).
#pragma once

#include <vector>

#include "thalweg/core/linalg.hpp"
#include "thalweg/first_order/line_descent.hpp"

namespace thalweg {

class BoxedMemory final : public LineDirection {
 public:
  BoxedMemory(const Bounds& bounds, std::size_t n, std::size_t memory);
  Proposal direction(std::span<const double> x, std::span<const double> gradient, std::span<double> d) override;
  void update(double step, double slope, std::span<const double> d, std::span<const double> before,
              std::span<const double> after) override;
  bool reset() override;

 private:
  // [−E Lᵀ; L C] with E and C + L E⁻¹ Lᵀ positive definite, order 2m; unused rows are those of the unit matrix.
  class Blocks {
   public:
    explicit Blocks(std::size_t m);
    std::vector<double> e, l, c;  // m×m
    void clear();
    [[nodiscard]] bool factor();
    void solve(std::span<double> v);  // 2m, in place

   private:
    std::size_t m_;
    linalg::Cholesky e_, schur_;
    std::vector<double> column_, columns_, schur_matrix_;
  };
  struct Breakpoint {
    double t;
    std::size_t i;
  };
  [[nodiscard]] std::span<const double> s(std::size_t slot) const { return {s_.data() + slot * n_, n_}; }
  [[nodiscard]] std::span<const double> y(std::size_t slot) const { return {y_.data() + slot * n_, n_}; }
  [[nodiscard]] std::size_t pair(std::size_t i, std::size_t j) const { return i * (memory_ + 1) + j; }
  [[nodiscard]] double row_dot(std::size_t i, std::span<const double> v) const;  // wᵢᵀ v, wᵢ the row i of W
  void add_row(double factor, std::size_t i, std::span<double> v) const;         // v ← v + factor·wᵢ
  bool set_middle();
  bool set_subspace();
  void cauchy(std::span<const double> x, std::span<const double> gradient);
  void sort_variables();
  void to_subspace_minimiser(std::span<const double> x, std::span<const double> gradient, std::span<double> d);
  void steps_to_point(std::span<const double> x, std::span<double> d) const;

  Box box_;
  bool boxed_;  // every variable on both sides
  std::size_t n_, memory_;
  double theta_ = 1.0;
  std::vector<std::size_t> order_;    // slots in use, oldest first
  std::vector<double> s_, y_;         // (m + 1) × n: a new pair is formed before an old one goes
  std::vector<double> sy_, ss_, yy_;  // sᵢᵀyⱼ, sᵢᵀsⱼ, yᵢᵀyⱼ by slot
  std::vector<double> point_, reduced_,
      path_;  // x̄; its reduced gradient, then the step from it; the path's direction
  std::vector<double> p_, c_, mc_, mp_, mw_;  // 2m
  std::vector<Breakpoint> breakpoints_;
  std::vector<std::size_t> free_, bound_;
  Blocks middle_, subspace_;  // M⁻¹ and M⁻¹ − WᵀZZᵀW/θ
};

}  // namespace thalweg
