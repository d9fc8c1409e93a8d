// Every estimator that makes gradients of values or directional derivatives.
#pragma once

#include "thalweg/gradient_estimation/directional_derivative.hpp"
#include "thalweg/gradient_estimation/es_gradient.hpp"
#include "thalweg/gradient_estimation/estimated.hpp"
#include "thalweg/gradient_estimation/fd_central.hpp"
#include "thalweg/gradient_estimation/fd_forward.hpp"
#include "thalweg/gradient_estimation/gaussian_smoothing.hpp"
#include "thalweg/gradient_estimation/kiefer_wolfowitz.hpp"
#include "thalweg/gradient_estimation/low_rank_directions.hpp"
#include "thalweg/gradient_estimation/orthogonal_directions.hpp"
#include "thalweg/gradient_estimation/projection.hpp"
#include "thalweg/gradient_estimation/sphere_smoothing.hpp"
#include "thalweg/gradient_estimation/spsa.hpp"
