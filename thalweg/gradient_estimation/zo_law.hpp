// Internal to gradient_estimation: the estimator below a named zeroth-order method.
#pragma once

#include <cstdint>
#include <memory>

#include "thalweg/core/asks_beside.hpp"
#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"
#include "thalweg/gradient_estimation/gaussian_smoothing.hpp"
#include "thalweg/gradient_estimation/sides.hpp"
#include "thalweg/gradient_estimation/sphere_smoothing.hpp"
#include "thalweg/gradient_estimation/spsa.hpp"

namespace thalweg {

// How the directions of a smoothing are drawn.
enum class ZoLaw { gaussian, sphere, rademacher };

namespace detail {

// The smoothing of f with K directions, its bounds and its seed those of the run.
template <class S>
std::unique_ptr<Adapter<S>> zo_estimator(Objective<S>& f, const BasicSearch<S>& search, ZoLaw law, double sigma,
                                         std::size_t directions, Sides sides) {
  std::unique_ptr<Adapter<S>> made;
  if (law == ZoLaw::gaussian)
    made = GaussianSmoothing{.sigma = sigma, .directions = directions, .sides = sides}.make(f);
  else if (law == ZoLaw::sphere)
    made = SphereSmoothing{.sigma = sigma, .directions = directions, .sides = sides}.make(f);
  else
    made = Spsa{.c = sigma, .gamma = 0.0, .directions = directions, .sides = sides}.make(f);
  dynamic_cast<AsksBeside&>(*made).within(search.bounds());
  made->begin(search.seed());
  return made;
}

// The options that these methods share.
template <class M>
void describe_zo_law(Description<M>& d) {
  d.option("law", &M::law, {"gaussian", "sphere", "rademacher"},
           "how directions are drawn: N(0, I), uniform on the sphere of radius √n, or signs");
  d.option("sigma", &M::sigma, "σ: size of a component of the perturbations, in the units of θ").above(0.0);
  d.option("directions", &M::directions, "K: directions averaged").at_least(1.0);
  d.option("sides", &M::sides, {"two", "one"}, "difference of f at θ±σu, or of f at θ+σu and θ");
}

}  // namespace detail
}  // namespace thalweg
