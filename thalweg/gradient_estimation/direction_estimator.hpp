// Internal to gradient_estimation: estimators that probe f along K random directions ε_k.
//     two-sided  d_k = (f(θ+cε_k) − f(θ−cε_k))/(2c)      2K values
//     one-sided  d_k = (f(θ+cε_k) − f(θ))/c              K+1 values
//     single     d_k = f(θ+cε_k)/c                       K values
//     ĝ = Σ_k w_k ε_k, w_k = d_k/K by default
// The values are asked in one batch under one sample key (common random numbers). A base that regenerates noise is
// asked by Perturbation, and no point is stored; others get materialised points (2K·n or K·n numbers, in batches of
// at most 2²³). The noise is regenerated once more to be summed into ĝ in one pass. Directions with a value that is
// not finite are left out and the others weighted up; when none is left the answer is marked as failed and the
// gradient is 0.
//
// Within bounds every probe is inside: they are taken around θ moved inwards, coordinate by coordinate, by no more
// than the longest probe sticks out, which is of the order of c; where the box is narrower than the probes, these are
// cut at its sides.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thalweg/core/noise.hpp"
#include "thalweg/gradient_estimation/estimator.hpp"
#include "thalweg/gradient_estimation/sides.hpp"

namespace thalweg {

template <class S>
class DirectionEstimator : public Estimator<S> {
 public:
  DirectionEstimator(Objective<S>& base, Entry entry, Noise noise, std::size_t directions, Sides sides, bool frozen,
                     Quality quality = Quality::biased);

 protected:
  void estimate(const Question<S>& question, Answer<S>& answer, std::uint64_t call) final;
  // c of this call.
  [[nodiscard]] virtual double spacing(std::uint64_t call) const = 0;
  // Length given to direction k (stream), a factor of ε_k; 1 by default.
  [[nodiscard]] virtual double stretch(const Stream& stream, std::size_t n) {
    static_cast<void>(stream), static_cast<void>(n);
    return 1.0;
  }
  // Turns the differences (already divided, not finite where a value was not) into weights w_k; default d_k/K.
  // `plus` and `minus` (empty when not two-sided) are the values.
  virtual void weigh(std::span<const double> plus, std::span<const double> minus, double c,
                     std::span<double> weights);

  // Directions that are no plain noise override these.
  [[nodiscard]] virtual bool regenerates() const { return this->base().regenerates_noise(); }
  [[nodiscard]] virtual std::uint32_t rank() const { return 0; }  // of the perturbation that the base is asked by
  virtual void add_direction(std::span<S> point, S scale, const Stream& stream) {
    add_noise(point, scale, noise_, stream);
  }
  virtual void add_directions(std::span<S> sum, std::span<const S> coefficients, const Stream& first) {
    add_noises(sum, coefficients, noise_, first);
  }
  // Operations to make one direction and add it to n numbers.
  [[nodiscard]] virtual double flops_of_direction(std::size_t n) const {
    return static_cast<double>(n) * flops_per_noise(noise_);
  }

 private:
  void place_inside(std::span<const S> theta, std::size_t first, std::size_t count, double c, const Stream& stream);

  Noise noise_;
  std::size_t directions_;
  Sides sides_;
  Purpose purpose_;
  std::vector<S> points_, centre_;
  std::vector<double> plus_, minus_, weights_, stretches_;
  std::vector<S> coefficients_;
};

extern template class DirectionEstimator<float>;
extern template class DirectionEstimator<double>;

}  // namespace thalweg
