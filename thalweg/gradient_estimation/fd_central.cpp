#include "thalweg/gradient_estimation/fd_central.hpp"

#include "thalweg/gradient_estimation/coordinate_differences.hpp"

namespace thalweg {
namespace {

template <class S>
std::unique_ptr<Adapter<S>> make_fd_central(Objective<S>& base, const FdCentral& o) {
  return std::make_unique<CoordinateDifferences<S>>(base, FdCentral::describe(), Sides::two,
                                                    DifferenceSteps{.fixed = o.step,
                                                                    .noise = o.noise,
                                                                    .derivative = o.third,
                                                                    .measured = o.steps == FdCentral::Steps::measured,
                                                                    .every = o.every},
                                                    o.frozen);
}

}  // namespace

Description<FdCentral> FdCentral::describe() {
  Description<FdCentral> d("fd-central", "Central finite differences", "3.3");
  d.reference(
       "Gill, Murray, Saunders & Wright (1983), SIAM J. Scientific and Statistical Computing 4:310; Moré & Wild "
       "(2011), SIAM J. Scientific Computing 33:1292; Moré & Wild (2012), ACM TOMS 38:19")
      .asks(AnswerKind::value)
      .cost("2n values a gradient; measuring the steps takes 7 to 42 for the noise and 4n+1 to 8n+2 for f‴")
      .formula(
          "ĝ_i = (f(θ+h_ie_i) − f(θ−h_ie_i))/(2h_i);  h = (3ε_f/|f‴|)^{1/3}·max(1,|θ_i|), measured "
          "(3ε_f/|f‴_i|)^{1/3}")
      .notes(
          "Biased by h²f‴/6. Repeatable where f is, so quasi-Newton methods and line searches accept it. Within "
          "bounds; beside one the difference is shortened, or one-sided of second order.")
      .example("thalweg minimize --problem zakharov:n=10 --estimator fd-central --method l-bfgs");
  d.option("step", &FdCentral::step, "h of every coordinate; 0: by `steps`").at_least(0.0);
  d.option("steps", &FdCentral::steps, {"typical", "measured"},
           "where step is 0: from noise and third as given; or the noise by ECnoise (where noise is 0) and the third "
           "derivative along each coordinate from values near the first point");
  d.option("noise", &FdCentral::noise,
           "ε_f: size of the error in a value; 0: machine epsilon of the scalar, or measured")
      .at_least(0.0);
  d.option("third", &FdCentral::third, "|f‴|: typical third derivative along a coordinate").above(0.0);
  d.option("every", &FdCentral::every, "measured steps are measured again after so many gradients; 0: never")
      .at_least(0.0);
  d.option("frozen", &FdCentral::frozen,
           "one sample key at every call: repeatable, so l-bfgs takes noisy objectives");
  return d;
}
std::unique_ptr<Adapter<double>> FdCentral::make(Objective<double>& base) const {
  return make_fd_central(base, *this);
}
std::unique_ptr<Adapter<float>> FdCentral::make(Objective<float>& base) const { return make_fd_central(base, *this); }

}  // namespace thalweg
