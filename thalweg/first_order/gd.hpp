// Gradient descent, x ← x − t ∇f(x), for smooth f; within bounds the projected gradient method.
//
// Asks value and gradient. Memory 8n; 4n operations a step beside f. Step t fixed, or by a line search
// (line_search.hpp). On a quadratic with spectrum in [μ, L] the fixed step 2/(L + μ) contracts the error by
// (κ − 1)/(κ + 1), κ = L/μ, and exact line search contracts f − f* by at least ((κ − 1)/(κ + 1))²
// (Kantorovich; Nocedal & Wright, Numerical Optimization, 2nd ed., Theorem 3.3).
// First trial of a search: t‖∇f‖ = 1 at the start, then the step that would change f to first order as much as the
// last did (Nocedal & Wright, §3.5). Within bounds the search goes along P(x − t∇f(x)) − x with that t, P the
// projection on the box (Bertsekas, Nonlinear Programming, 2nd ed., §2.3), and a fixed step is x ← P(x − t ∇f(x)).
#pragma once

#include <cstdint>

#include "thalweg/core/minimize.hpp"
#include "thalweg/first_order/stopping.hpp"

namespace thalweg {

struct Gd {
  enum class Line : std::uint8_t { fixed, armijo, strong_wolfe, exact };
  Line line = Line::strong_wolfe;
  double step = 1e-3;
  double decrease = 1e-4;
  double curvature = 0.1;  // tight: gradient descent gains from a nearly exact search (Nocedal & Wright, §3.1)
  double gradient_tolerance = default_gradient_tolerance;

  static Description<Gd> describe();
  void run(Objective<double>& f, Search& search) const;

 private:
  void run_fixed(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
