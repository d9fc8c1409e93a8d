#include "thalweg/gradient_estimation/fd_forward.hpp"

#include "thalweg/gradient_estimation/coordinate_differences.hpp"

namespace thalweg {
namespace {

template <class S>
std::unique_ptr<Adapter<S>> make_fd_forward(Objective<S>& base, const FdForward& o) {
  return std::make_unique<CoordinateDifferences<S>>(base, FdForward::describe(), Sides::one,
                                                    DifferenceSteps{.fixed = o.step,
                                                                    .noise = o.noise,
                                                                    .derivative = o.curvature,
                                                                    .measured = o.steps == FdForward::Steps::measured,
                                                                    .every = o.every},
                                                    o.frozen);
}

}  // namespace

Description<FdForward> FdForward::describe() {
  Description<FdForward> d("fd-forward", "Forward finite differences", "3.3");
  d.reference(
       "Gill, Murray, Saunders & Wright (1983), SIAM J. Scientific and Statistical Computing 4:310; Moré & Wild "
       "(2011), SIAM J. Scientific Computing 33:1292; Moré & Wild (2012), ACM TOMS 38:19")
      .asks(AnswerKind::value)
      .cost("n+1 values a gradient; measuring the steps takes 7 to 42 for the noise and 2n+1 to 4n+2 for curvatures")
      .formula("ĝ_i = (f(θ+h_ie_i) − f(θ))/h_i;  h = 2√(ε_f/|f″|)·max(1,|θ_i|), measured 8^{1/4}√(ε_f/|f″_i|)")
      .notes(
          "Biased by h_i·f″_i/2. Repeatable where f is, so quasi-Newton methods and line searches accept it. Steps "
          "turn inwards at a bound.")
      .example("thalweg minimize --problem zakharov:n=10 --estimator fd-forward --method l-bfgs");
  d.option("step", &FdForward::step, "h of every coordinate; 0: by `steps`").at_least(0.0);
  d.option("steps", &FdForward::steps, {"typical", "measured"},
           "where step is 0: from noise and curvature as given; or the noise by ECnoise (where noise is 0) and the "
           "curvature of each coordinate from values near the first point");
  d.option("noise", &FdForward::noise,
           "ε_f: size of the error in a value; 0: machine epsilon of the scalar, or measured")
      .at_least(0.0);
  d.option("curvature", &FdForward::curvature, "|f″|: typical second derivative along a coordinate").above(0.0);
  d.option("every", &FdForward::every, "measured steps are measured again after so many gradients; 0: never")
      .at_least(0.0);
  d.option("frozen", &FdForward::frozen,
           "one sample key at every call: repeatable, so l-bfgs takes noisy objectives");
  return d;
}
std::unique_ptr<Adapter<double>> FdForward::make(Objective<double>& base) const {
  return make_fd_forward(base, *this);
}
std::unique_ptr<Adapter<float>> FdForward::make(Objective<float>& base) const { return make_fd_forward(base, *this); }

}  // namespace thalweg
