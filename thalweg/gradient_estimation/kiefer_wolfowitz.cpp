#include "thalweg/gradient_estimation/kiefer_wolfowitz.hpp"

#include "thalweg/gradient_estimation/coordinate_differences.hpp"

namespace thalweg {
namespace {

template <class S>
std::unique_ptr<Adapter<S>> make_over(Objective<S>& base, const KieferWolfowitz& o) {
  return std::make_unique<CoordinateDifferences<S>>(base, KieferWolfowitz::describe(), o.sides,
                                                    DifferenceSteps{.fixed = o.c, .decay = o.gamma}, o.frozen);
}

}  // namespace

Description<KieferWolfowitz> KieferWolfowitz::describe() {
  Description<KieferWolfowitz> d("kiefer-wolfowitz", "Kiefer–Wolfowitz differences", "3.3");
  d.reference(
       "Kiefer & Wolfowitz (1952), Annals of Mathematical Statistics 23:462; Blum (1954), Annals of "
       "Mathematical Statistics 25:737")
      .asks(AnswerKind::value)
      .cost("2n values a gradient (n+1 one-sided)")
      .formula("ĝ_i = (f(θ+c_ke_i) − f(θ−c_ke_i))/(2c_k);  c_k = c/k^γ at the k-th gradient")
      .notes(
          "A fixed c (gamma=0) leaves a descent on a noisy f off the minimum by −c²f‴/(6f″); a decreasing one does "
          "not. The decreasing rate is the rule's part; the method kiefer-wolfowitz has both.")
      .example(
          "thalweg minimize --problem sphere:n=10 --estimator kiefer-wolfowitz --rule 'sgd(rate=0.5) | "
          "lr-power(exponent=1, offset=10)'");
  d.option("c", &KieferWolfowitz::c, "first step of the differences, in the units of θ").above(0.0);
  d.option("gamma", &KieferWolfowitz::gamma, "γ: the step falls as c/k^γ").at_least(0.0);
  d.option("sides", &KieferWolfowitz::sides, {"two", "one"}, "difference of f at θ±ce_i, or of f at θ+ce_i and θ");
  d.option("frozen", &KieferWolfowitz::frozen,
           "the first step and one sample key at every call: repeatable, so line searches and l-bfgs take it");
  return d;
}
std::unique_ptr<Adapter<double>> KieferWolfowitz::make(Objective<double>& base) const {
  return make_over(base, *this);
}
std::unique_ptr<Adapter<float>> KieferWolfowitz::make(Objective<float>& base) const { return make_over(base, *this); }

}  // namespace thalweg
