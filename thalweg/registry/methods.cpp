// The explicit list of methods, in the order of the review's sections.
#include "thalweg/direct_search/coordinate_search.hpp"
#include "thalweg/direct_search/direct.hpp"
#include "thalweg/direct_search/direct_l.hpp"
#include "thalweg/direct_search/hooke_jeeves.hpp"
#include "thalweg/direct_search/mads.hpp"
#include "thalweg/direct_search/nelder_mead.hpp"
#include "thalweg/direct_search/powell.hpp"
#include "thalweg/first_order/descent.hpp"
#include "thalweg/first_order/gd.hpp"
#include "thalweg/first_order/rules.hpp"
#include "thalweg/gradient_estimation/kiefer_wolfowitz_descent.hpp"
#include "thalweg/gradient_estimation/spsa_2.hpp"
#include "thalweg/gradient_estimation/spsa_descent.hpp"
#include "thalweg/gradient_estimation/zo_adamm.hpp"
#include "thalweg/gradient_estimation/zo_sgd.hpp"
#include "thalweg/gradient_estimation/zo_signsgd.hpp"
#include "thalweg/gradient_estimation/zo_svrg.hpp"
#include "thalweg/higher_order/ar3.hpp"
#include "thalweg/higher_order/cubic_newton.hpp"
#include "thalweg/higher_order/nesterov_tensor.hpp"
#include "thalweg/population/cma_es.hpp"
#include "thalweg/population/de.hpp"
#include "thalweg/registry/registry.hpp"
#include "thalweg/second_order/bfgs.hpp"
#include "thalweg/second_order/gauss_newton_cg.hpp"
#include "thalweg/second_order/l_bfgs.hpp"
#include "thalweg/second_order/levenberg_marquardt.hpp"
#include "thalweg/second_order/natural_gradient.hpp"
#include "thalweg/second_order/newton.hpp"
#include "thalweg/second_order/newton_cg.hpp"
#include "thalweg/stochastic/random_search.hpp"
#include "thalweg/stochastic/simulated_annealing.hpp"

namespace thalweg::registry {

namespace {
template <class M>
[[maybe_unused]] MethodItem item() {
  return {M::describe(), [](const Settings& settings) { return method_of<double>(M::describe().make(settings)); }};
}
}  // namespace

const std::vector<MethodItem>& methods() {
  static const std::vector<MethodItem> list = {
      // §2.1 first order
      item<Gd>(),
      item<Descent>(),
      item<DescentWith<Sgd>>(),
      item<DescentWith<Momentum>>(),
      item<DescentWith<Nesterov>>(),
      item<DescentWith<Adagrad>>(),
      item<DescentWith<Rmsprop>>(),
      item<DescentWith<Adam>>(),
      item<DescentWith<Amsgrad>>(),
      item<DescentWith<Nadam>>(),
      item<DescentWith<Adamw>>(),
      item<DescentWith<Lion>>(),
      // §2.2 second order
      item<Newton>(),
      item<NewtonCg>(),
      item<Bfgs>(),
      item<LBfgs>(),
      item<LevenbergMarquardt>(),
      item<NaturalGradient>(),
      item<GaussNewtonCg>(),
      // §2.3 higher order
      item<CubicNewton>(),
      item<Ar3>(),
      item<NesterovTensor>(),
      // §3.1 direct search
      item<CoordinateSearch>(),
      item<HookeJeeves>(),
      item<Mads>(),
      item<NelderMead>(),
      item<Powell>(),
      item<Direct>(),
      item<DirectL>(),
      // §3.2 stochastic search
      item<RandomSearch>(),
      item<SimulatedAnnealing>(),
      // §3.3 approximate gradients
      item<KieferWolfowitzDescent>(),
      item<SpsaDescent>(),
      item<Spsa2>(),
      item<ZoSgd>(),
      item<ZoSignsgd>(),
      item<ZoSvrg>(),
      item<ZoAdamm>(),
      // §3.5 populations
      item<CmaEs>(),
      item<De>(),
  };
  return list;
}

}  // namespace thalweg::registry
