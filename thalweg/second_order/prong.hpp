// PRONG (natural neural networks): gradient descent on a network whose layers see whitened inputs.
//
// For the layers of a network: asks the gradient and each layer's inputs h. A layer z = hW + b is also
//     z = (U(h − c))ᵀV + d,   c = E[h],  E[(h−c)(h−c)ᵀ] = QΛQᵀ,  U = (Λ + ε)^(−1/2) Qᵀ,  W = UᵀV,  b = d − Wᵀc
// and the rule descends in V and d, where E[U(h−c)(h−c)ᵀUᵀ] ≈ I, so that the Fisher matrix is better conditioned.
// Every `period` steps U and c are taken anew and V and d changed so that the function stays (Desjardins, Simonyan,
// Pascanu & Kavukcuoglu, "Natural neural networks", NIPS 2015, arXiv 1507.00210: sections 3.1–3.2, algorithm 1).
// Since they are changed so, θ = (W, b) is all that need be kept: a step of V and d by their gradients is
//     ∂V = U(∂W − c ∂bᵀ),   u_W = η Uᵀ∂V,   u_b = η ∂b − u_Wᵀc
// and the plain network with θ is the whitened one with V and d, at every step (see the test).
// State: mean and second moment of h, U and c, 2(in² + in) a layer. A step costs 4·in²·out operations a layer; every
// `statistics_period` steps 2·batch·in², every `period` steps 9·in³.
// Departure: c and the covariance are running means over the minibatches, not of a fresh set of N_s samples; U and c
// are also taken after 1, 2, 4, 8 … observations, as the first ones are of one batch only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Prong {
  double rate = 0.3;                     // η > 0
  double epsilon = 0.1;                  // ε > 0, added to the variances of h
  double decay = 0.95;                   // of the running means, in [0, 1)
  std::uint64_t statistics_period = 10;  // steps between observations of h, ≥ 1
  std::uint64_t period = 100;            // T: steps between reparametrisations, ≥ 1

  static Description<Prong> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule prong(Prong options = {}) { return {options}; }

// The whitening of inputs h (n of them): U(h − c).
struct Whitening {
  std::vector<double> c;        // n
  std::vector<double> u;        // n×n, row-major: row j is q_j/√(λ_j + ε)
  std::vector<double> inverse;  // of uᵀ, n×n: row j is q_j·√(λ_j + ε)
  // From mean and second moment E[h hᵀ] (n×n). Throws InvalidArgument when they are not finite.
  Whitening(std::span<const double> mean, std::span<const double> second_moment, double epsilon);
  // (W, b) ↦ (V, d) of the same function, and back; weights n×out row-major.
  void to_whitened(std::span<double> weights, std::span<double> bias) const;
  void from_whitened(std::span<double> weights, std::span<double> bias) const;
};

}  // namespace thalweg
