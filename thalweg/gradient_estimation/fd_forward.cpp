#include "thalweg/gradient_estimation/fd_forward.hpp"

#include <cmath>
#include <limits>

#include "thalweg/gradient_estimation/coordinate_differences.hpp"

namespace thalweg {
namespace {

template <class S>
std::unique_ptr<Adapter<S>> make_fd_forward(Objective<S>& base, const FdForward& o) {
  const double noise = o.noise > 0.0 ? o.noise : static_cast<double>(std::numeric_limits<S>::epsilon());
  const double relative = 2.0 * std::sqrt(noise / o.curvature);
  return std::make_unique<CoordinateDifferences<S>>(base, FdForward::describe(), Sides::one, relative, o.step);
}

}  // namespace

Description<FdForward> FdForward::describe() {
  Description<FdForward> d("fd-forward", "Forward finite differences", "3.3");
  d.reference(
       "Gill, Murray, Saunders & Wright (1983), SIAM J. Scientific and Statistical Computing 4:310; Nocedal & Wright "
       "(2006), section 8.1")
      .asks(AnswerKind::value)
      .cost("n+1 values a gradient")
      .formula("ĝ_i = (f(θ+h_ie_i) − f(θ))/h_i;  h = 2√(ε_f/|f″|)·max(1,|θ_i|)")
      .notes("Biased by hH_ii/2. Repeatable where f is, so quasi-Newton methods and line searches accept it.")
      .example("thalweg minimize --problem rosenbrock:n=10 --estimator fd-forward --method l-bfgs");
  d.option("step", &FdForward::step, "h of every coordinate; 0: from the noise").at_least(0.0);
  d.option("noise", &FdForward::noise, "ε_f: size of the error in a value; 0: machine epsilon of the scalar")
      .at_least(0.0);
  d.option("curvature", &FdForward::curvature, "|f″|: typical second derivative along a coordinate").above(0.0);
  return d;
}
std::unique_ptr<Adapter<double>> FdForward::make(Objective<double>& base) const {
  return make_fd_forward(base, *this);
}
std::unique_ptr<Adapter<float>> FdForward::make(Objective<float>& base) const { return make_fd_forward(base, *this); }

}  // namespace thalweg
