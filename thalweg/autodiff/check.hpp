// check_derivatives(f, x): are the derivatives that an objective offers those of its values?
//
// Each kind is compared with differences of the order below it: gradient and directional with those of values;
// Hessian, Hessian-vector and third with those of gradients (of Hessian-vector products where offered); Jacobian and
// its products with those of residuals. Differences are central, extrapolated by Ridders' method from a large step
// (C. J. F. Ridders, Adv. Eng. Software 4 (1982) 75; Numerical Recipes §5.7), which estimates its own error: an entry
// is right when it lies within `tolerance` of its size or within that error. What cannot be told (noise, values that
// are not finite) is counted as unclear. A kink nearer to x than the steps shows as wrong.
//
// Cost: up to 2·levels questions of the lower order for each column checked: n columns for gradient, Hessian and
// Jacobian, one for the products with a direction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "thalweg/core/objective.hpp"

namespace thalweg {

struct CheckOptions {
  double tolerance = 1e-6;          // relative to max(|expected|, |got|); > 0
  double step = 0.02;               // the largest step, times max(|x_i|, 1); > 0
  int levels = 10;                  // steps, each half the one before; 2 … 20
  std::uint64_t seed = 0;           // of the direction (and of u for vector-Jacobian products), entries N(0, 1)
  std::vector<double> direction{};  // instead of a random one; n entries
};

// One kind of answer, at its worst entry.
struct DerivativeCheck {
  AnswerKind kind{};
  std::size_t entries = 0;  // compared
  std::size_t wrong = 0;    // outside the tolerance and the differences' own error
  std::size_t unclear = 0;  // differences with an error above 1 % of the entry and 1e-6 of the function differenced
  double relative_error = 0.0;  // the worst: |got − expected| / max(|expected|, |got|), less the differences' error
  std::size_t index = 0;        // of the worst entry (row-major in a matrix)
  double expected = 0.0;        // by differences
  double got = 0.0;             // as answered
};

struct CheckReport {
  std::vector<DerivativeCheck> checks;     // of every kind offered
  [[nodiscard]] bool ok() const;           // nothing wrong, and not everything unclear
  [[nodiscard]] std::string text() const;  // one line a kind
};

// Throws InvalidArgument for a size that does not fit; f's own exceptions pass.
CheckReport check_derivatives(Objective<double>& f, std::span<const double> x, const CheckOptions& options = {});

}  // namespace thalweg
