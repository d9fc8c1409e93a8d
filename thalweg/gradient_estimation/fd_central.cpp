#include "thalweg/gradient_estimation/fd_central.hpp"

#include <cmath>
#include <limits>

#include "thalweg/gradient_estimation/coordinate_differences.hpp"

namespace thalweg {
namespace {

template <class S>
std::unique_ptr<Adapter<S>> make_fd_central(Objective<S>& base, const FdCentral& o) {
  const double noise = o.noise > 0.0 ? o.noise : static_cast<double>(std::numeric_limits<S>::epsilon());
  const double relative = std::cbrt(3.0 * noise / o.third);
  return std::make_unique<CoordinateDifferences<S>>(base, FdCentral::describe(), Sides::two, relative, o.step);
}

}  // namespace

Description<FdCentral> FdCentral::describe() {
  Description<FdCentral> d("fd-central", "Central finite differences", "3.3");
  d.reference(
       "Gill, Murray, Saunders & Wright (1983), SIAM J. Scientific and Statistical Computing 4:310; Nocedal & Wright "
       "(2006), section 8.1")
      .asks(AnswerKind::value)
      .cost("2n values a gradient")
      .formula("ĝ_i = (f(θ+h_ie_i) − f(θ−h_ie_i))/(2h_i);  h = (3ε_f/|f‴|)^{1/3}·max(1,|θ_i|)")
      .notes("Biased by h²f‴/6. Repeatable where f is, so quasi-Newton methods and line searches accept it.")
      .example("thalweg minimize --problem rosenbrock:n=10 --estimator fd-central --method l-bfgs");
  d.option("step", &FdCentral::step, "h of every coordinate; 0: from the noise").at_least(0.0);
  d.option("noise", &FdCentral::noise, "ε_f: size of the error in a value; 0: machine epsilon of the scalar")
      .at_least(0.0);
  d.option("third", &FdCentral::third, "|f‴|: typical third derivative along a coordinate").above(0.0);
  return d;
}
std::unique_ptr<Adapter<double>> FdCentral::make(Objective<double>& base) const {
  return make_fd_central(base, *this);
}
std::unique_ptr<Adapter<float>> FdCentral::make(Objective<float>& base) const { return make_fd_central(base, *this); }

}  // namespace thalweg
