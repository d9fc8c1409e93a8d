#include "thalweg/gradient_estimation/zo_svrg.hpp"

#include "thalweg/gradient_estimation/fd_central.hpp"
#include "thalweg/gradient_estimation/noisy_steps.hpp"
#include "thalweg/gradient_estimation/zo_law.hpp"

namespace thalweg {
namespace {

constexpr std::uint64_t own_directions = std::uint64_t{1} << 62;  // calls that no run reaches: draws of their own

std::unique_ptr<Adapter<double>> coordinates(Objective<double>& f, const Search& search, double step) {
  auto made = FdCentral{.step = step}.make(f);
  dynamic_cast<AsksBeside&>(*made).within(search.bounds());
  made->begin(search.seed());
  return made;
}

}  // namespace

Description<ZoSvrg> ZoSvrg::describe() {
  Description<ZoSvrg> d("zo-svrg", "Zeroth-order variance-reduced gradient", "3.3");
  d.reference(
       "Liu, Kailkhura, Chen, Ting, Chang & Amini (2018), NeurIPS, arXiv 1805.10367, Algorithm 2; Ji, Wang, Zhou & "
       "Liang (2019), ICML, arXiv 1910.12166, Algorithm 1")
      .asks(AnswerKind::value)
      .supports_bounds()
      .cost("2n values of the whole a snapshot, 2(K+1) of a minibatch a step; 12nK operations and more for the noise")
      .formula("θ ← θ − η (∇̂f_B(θ) − ∇̂f_B(x̃) + ∇̂f(x̃));  x̃ the snapshot, B a minibatch")
      .notes(
          "With shared directions no minibatch noise is left at θ = x̃. The default is Ji et al.'s "
          "ZO-SVRG-Coord-Rand; "
          "law=coordinates is ZO-SVRG-Coord, and law=sphere, snapshot=random, shared=false Liu et al.'s ZO-SVRG. One "
          "set of K directions serves the minibatch. The last iterate is returned, not one drawn at random.")
      .example("thalweg minimize --problem ellipsoid:n=10,condition=10 --method zo-svrg --set directions=5");
  d.option("rate", &ZoSvrg::rate, "step size η").above(0.0);
  d.option("steps", &ZoSvrg::steps, "m: inner steps from one snapshot to the next").at_least(1.0);
  d.option("law", &ZoSvrg::law, {"sphere", "gaussian", "rademacher", "coordinates"}, "directions of the inner steps");
  d.option("sigma", &ZoSvrg::sigma, "σ: size of a component of the perturbations, in the units of θ").above(0.0);
  d.option("directions", &ZoSvrg::directions, "K: directions averaged in an inner step").at_least(1.0);
  d.option("sides", &ZoSvrg::sides, {"two", "one"}, "inner differences of f at θ±σu, or of f at θ+σu and θ");
  d.option("snapshot", &ZoSvrg::snapshot, {"coordinates", "random"}, "how the snapshot's gradient is estimated");
  d.option("snapshot_directions", &ZoSvrg::snapshot_directions, "directions averaged at the snapshot, when random")
      .at_least(1.0);
  d.option("shared", &ZoSvrg::shared, "the same directions at θ and at the snapshot");
  return d;
}

void ZoSvrg::run(Objective<double>& f, Search& search) const {
  NoisySteps steps_taken(f, search);
  std::vector<double>& x = steps_taken.x();
  const std::size_t n = x.size();
  std::vector<double> snapshot_x(n), whole(n), here(n), there(n);
  const bool by_coordinates = law == Law::coordinates;
  const ZoLaw random = law == Law::gaussian     ? ZoLaw::gaussian
                       : law == Law::rademacher ? ZoLaw::rademacher
                                                : ZoLaw::sphere;
  const auto inner = by_coordinates ? coordinates(f, search, sigma)
                                    : detail::zo_estimator(f, search, random, sigma, directions, sides);
  const auto outer = snapshot == Snapshot::coordinates
                         ? coordinates(f, search, sigma)
                         : detail::zo_estimator(f, search, random, sigma, snapshot_directions, Sides::two);
  const std::uint64_t inner_price = 2 * (by_coordinates        ? 2 * n
                                         : sides == Sides::two ? 2 * directions
                                                               : directions + 1);
  const std::uint64_t outer_price = 2 * (snapshot == Snapshot::coordinates ? n : snapshot_directions);
  for (std::uint64_t t = 1, epoch = 1;; ++epoch) {
    if (steps_taken.closes(outer_price, sigma)) return;
    snapshot_x = x;
    outer->seek(epoch);
    if (!ask_gradient(*outer, x, {}, whole)) {
      if (steps_taken.ends(true)) return;
      continue;
    }
    for (std::uint64_t k = 0; k < steps; ++k, ++t) {
      if (steps_taken.closes(inner_price, sigma)) return;
      inner->seek(t);
      bool answered = ask_gradient(*inner, x, steps_taken.sample(t), here);
      inner->seek(shared ? t : own_directions + t);
      answered = ask_gradient(*inner, snapshot_x, steps_taken.sample(t), there) && answered;
      if (answered) {
        for (std::size_t i = 0; i < n; ++i) x[i] -= rate * ((here[i] - there[i]) + whole[i]);
        search.bounds().clamp(std::span(x));
        search.charge_flops(5.0 * static_cast<double>(n));
      }
      if (steps_taken.ends(!answered)) return;
    }
  }
}

}  // namespace thalweg
