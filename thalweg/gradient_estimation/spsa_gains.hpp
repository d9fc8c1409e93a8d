// Internal to gradient_estimation: what SPSA needs to know before it begins, by the guidelines of Spall (1998),
// "Implementation of the simultaneous perturbation algorithm for stochastic optimization", IEEE Trans. Aerospace and
// Electronic Systems 34:817, section III.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/search.hpp"
#include "thalweg/gradient_estimation/noisy_steps.hpp"

namespace thalweg::detail {

// Standard deviation of f(x) from one sample to the next, of `values` values; 0, and nothing is asked, where the
// objective is not stochastic.
double noise_of_values(Objective<double>& f, const NoisySteps& steps, std::span<const double> x, int values = 10);

// c₁ of the perturbations: the noise, and where there is little of it "some small positive number": 1e-3·max(1,
// ‖x‖∞).
double first_perturbation(double noise, std::span<const double> x);

// The number of steps that the budget of evaluations buys; 1000 where there is none.
std::uint64_t planned_steps(const Search& search, std::uint64_t price);

// The mean of |ĝ_i| over the components of `count` estimates at x; empty when none was finite.
std::optional<double> typical_component(Objective<double>& estimate, const NoisySteps& steps,
                                        std::span<const double> x, int count = 5);

// Calls and samples of these pilots, beyond those of any run.
inline constexpr std::uint64_t pilot_sample = std::uint64_t{1} << 40;

}  // namespace thalweg::detail
