// Internal to gradient_estimation: finite differences along the coordinates, forward or central.
//
// Within bounds every probe is inside. A forward difference turns to the other side where h does not fit; a central
// one is shortened to the nearer side where at least half of h fits, and else becomes the one-sided difference of
// second order, (−3f(θ) + 4f(θ+he_i) − f(θ+2he_i))/(2h). A variable with equal bounds has derivative 0 and is not
// probed.
#pragma once

#include <cstdint>
#include <vector>

#include "thalweg/gradient_estimation/estimator.hpp"
#include "thalweg/gradient_estimation/sides.hpp"

namespace thalweg {

// How h is chosen.
struct DifferenceSteps {
  double fixed = 0.0;       // > 0: h of every coordinate, divided by (number of the call)^decay
  double decay = 0.0;       // γ ≥ 0
  double noise = 0.0;       // ε_f; 0: machine epsilon of the scalar, or measured
  double derivative = 1.0;  // typical |f″| (forward) or |f‴| (central) along a coordinate
  bool measured = false;    // ε_f (unless given) and the derivative of each coordinate are measured
  std::uint64_t every = 0;  // … again after so many gradients; 0: at the first alone
};

enum class DifferenceKind { none, forward, central, one_sided };

template <class S>
class CoordinateDifferences final : public Estimator<S> {
 public:
  CoordinateDifferences(Objective<S>& base, Entry entry, Sides sides, const DifferenceSteps& steps, bool frozen);
  void begin(std::uint64_t seed) override;

 private:
  // How the derivative along one coordinate is got: f at θ + first·e_i and, unless it is forward, θ + second·e_i.
  struct Probe {
    DifferenceKind kind = DifferenceKind::none;
    S first = 0, second = 0;
    [[nodiscard]] std::size_t questions() const {
      return kind == DifferenceKind::none ? 0 : kind == DifferenceKind::forward ? 1 : 2;
    }
  };

  void estimate(const Question<S>& question, Answer<S>& answer, std::uint64_t call) override;
  [[nodiscard]] double wanted(std::size_t i, S x, std::uint64_t call) const;
  [[nodiscard]] Probe probe(std::size_t i, S x, double h) const;
  [[nodiscard]] double derivative(const Probe& probe, double here, const double* values) const;
  // The measured steps.
  void measure(const Question<S>& question, Answer<S>& answer);
  double measure_noise(const Question<S>& question, Answer<S>& answer);
  void measure_derivatives(const Question<S>& question, Answer<S>& answer, std::span<double> spacing,
                           std::span<double> size);
  [[nodiscard]] double best_step(double noise, double derivative) const;

  Sides sides_;
  DifferenceSteps steps_;
  std::vector<S> points_;
  std::vector<Probe> probes_;
  std::vector<double> values_, measured_, noise_values_, spacing_, spacing_again_, size_, size_again_;
  double measured_noise_ = 0.0, measured_here_ = 0.0;
  std::uint64_t measured_at_ = 0;
};

extern template class CoordinateDifferences<float>;
extern template class CoordinateDifferences<double>;

}  // namespace thalweg
