// A method's view of a problem in a space of reals: bounds, logarithmic scales, grids, fixed variables.
//
//   Space space;
//   space.add("rate", Real{.lower = 1e-5, .upper = 1.0, .log = true});
//   space.add("width", Real{.lower = 1, .upper = 64, .granularity = 1});
//   InSpace searched(objective, space);   // a method sees (log rate, width); granularity leaves values only
//   minimize(searched, x0, NelderMead{}, {.bounds = searched.bounds()});
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/search.hpp"
#include "thalweg/core/space.hpp"

namespace thalweg {

// The method's view of a problem whose variables are all real: fixed ones are gone, log-scaled ones are their
// logarithms, granular ones are rounded to their grid before f is asked. Derivatives follow by the chain rule. With
// z ↦ x(z) acting on each coordinate alone, s = x′, s₂ = x″, s₃ = x‴ (all equal x_i where x_i = exp z_i; 1, 0, 0
// else):
//   ∇f_z = s ∘ ∇f_x                      ∇f_z·d = ∇f_x·(s ∘ d)
//   ∇²f_z = S ∇²f_x S + diag(s₂ ∘ ∇f_x)
//   ∇³f_z[d,d] = s ∘ ∇³f_x[u,u] + s ∘ ∇²f_x w + 2 s₂ ∘ d ∘ ∇²f_x u + s₃ ∘ ∇f_x ∘ d²,  u = s ∘ d, w = s₂ ∘ d²
//   J_z = J_x S
// A Hessian-vector product thus takes a gradient too where a variable is log-scaled, and a third derivative a
// gradient and two Hessian-vector products (two questions); what the base cannot supply is not offered. Memory: a few
// vectors (matrices, where asked) of the base's size a question, kept between calls.
class InSpace final : public Adapter<double> {
 public:
  // Throws InvalidArgument unless every variable is real, their number is the base's dimension, and one is not fixed.
  InSpace(Objective<double>& base, Space space);
  InSpace(std::shared_ptr<Objective<double>> base, Space space);

  [[nodiscard]] const Space& space() const { return space_; }
  [[nodiscard]] std::size_t dimension() const override { return free_.size(); }
  [[nodiscard]] Offers offers() const override;
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override;
  // z → x: exponentials, rounded to the grid, kept in the bounds, fixed values filled in.
  [[nodiscard]] std::vector<double> to_base(std::span<const double> z) const override;
  // x → z. Throws InvalidArgument for a log-scaled x ≤ 0.
  [[nodiscard]] std::vector<double> from_base(std::span<const double> x) const override;
  [[nodiscard]] Bounds bounds() const;  // of the free variables in the method's coordinates; empty when none has any
  // Of the free variables, 0 for a continuous one and for a log-scaled one, whose grid is not even: what mads takes.
  [[nodiscard]] std::vector<double> granularity() const;

 private:
  struct Work {  // storage of one question to the base, and of the second that a third derivative needs
    std::vector<double> x, scale, direction, gradient, hessian_vector, hessian, third, jacobian, product, fisher;
    std::vector<double> curved, curved_product;  // w and ∇²f_x w
    std::size_t first = 0;                       // index among the base's questions
    bool second = false;
  };
  void check_space();
  void place(std::span<const double> z, std::span<double> x) const;
  void pose(const Question<double>& question, const Answer<double>& answer, Work& work);
  void translate(const Question<double>& question, Answer<double>& answer, const Work& work) const;

  Space space_;
  std::vector<const Real*> reals_;  // of every variable
  std::vector<std::size_t> free_;   // indices of those that are searched
  bool any_log_ = false, any_granular_ = false;
  std::vector<Work> work_;
  std::vector<Question<double>> questions_;
  std::vector<Answer<double>> answers_;
};

}  // namespace thalweg
