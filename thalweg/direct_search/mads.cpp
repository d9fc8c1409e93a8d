#include "thalweg/direct_search/mads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/blas1.hpp"
#include "thalweg/direct_search/mads_directions.hpp"
#include "thalweg/direct_search/mads_lines.hpp"
#include "thalweg/direct_search/mads_model.hpp"
#include "thalweg/direct_search/mads_simplex.hpp"

namespace thalweg {

namespace {

constexpr std::size_t most_model_points = 500;  // NOMAD 3's MODEL_QUAD_MAX_Y_SIZE
constexpr std::size_t model_window = 20;  // the newest points are looked at, this many times those a model takes
constexpr double anisotropy = 0.1;        // NOMAD 4's ANISOTROPY_FACTOR

class Run {
 public:
  Run(Objective<double>& f, Search& search, const Mads& options, GranularMesh mesh, const MadsFrame::Watch& watch)
      : search_(search),
        options_(options),
        frame_(f, search, std::move(mesh), static_cast<std::size_t>(options.block), watch),
        m_(frame_.free().size()),
        model_(m_, std::min((m_ + 1) * (m_ + 2) / 2, most_model_points)),
        box_(m_),
        lines_(search.start().size(), m_),
        simplex_(search.start().size(), m_),
        directions_(m_) {
    low_.resize(m_), high_.resize(m_), u_.resize(m_), last_.resize(m_), scores_.resize(2 * m_);
    for (const std::size_t i : frame_.free())
      if (frame_.mesh().granular(i)) ++granular_;
  }

  void run() {
    frame_.evaluate_start();
    stage_.assign(frame_.x().begin(), frame_.x().end());
    search_.iteration(frame_.x(), frame_.value());
    bool moved = false;  // by the iteration before, and not by lines, which look along their way themselves
    for (std::uint64_t k = 0; m_ > 0; ++k) {
      if (options_.line_search && lines_.converging() && lines_.sweep(frame_)) {
        moved = false;
      } else {
        moved = search(moved) || poll(k) || (smallest() && poll_axes());
        if (moved)
          enlarge(), at_end_ = 0;
        else if (smallest() && at_end_++ == granular_)
          return finish();
        else
          refine();
      }
      search_.iteration(frame_.x(), frame_.value());
    }
    search_.finish(Status::converged, "the bounds fix every variable");
  }

 private:
  // --- searches
  bool search(bool moved) {
    if (moved && options_.speculative && search_ahead()) return true;
    ahead_ = false;
    if (simplex_waits_) {
      if (simplex_.search(frame_)) return true;
      simplex_waits_ = false;
    }
    return options_.model_search && search_model();
  }
  bool search_ahead() {
    frame_.last_step(u_);
    for (double& v : u_) v *= ahead_ ? 2.0 : 1.0;
    frame_.clear();
    ahead_ = frame_.propose(u_) && frame_.evaluate();
    return ahead_;
  }
  // The model of the newest points near the centre, in frames from it.
  bool fit() {
    model_.clear();
    if (!std::isfinite(frame_.value())) return false;
    std::ranges::fill(u_, 0.0);
    model_.add(u_, frame_.value());
    const PointCache& cache = frame_.cache();
    const std::size_t window = std::min(cache.size(), model_window * model_.most_points());
    for (std::size_t back = 1; back <= window && model_.points() < model_.most_points(); ++back) {
      const std::size_t k = cache.size() - back;
      if (!std::isfinite(cache.value(k))) continue;
      frame_.scaled(cache.point(k), u_);
      double largest = 0.0;
      for (const double v : u_) largest = std::max(largest, std::abs(v));
      if (largest > 0.0 && largest <= options_.radius) model_.add(u_, cache.value(k));
    }
    return model_.fit();
  }
  bool search_model() {
    if (!fit()) return false;
    for (std::size_t j = 0; j < m_; ++j) {
      const std::size_t i = frame_.free()[j];
      const GranularMesh& mesh = frame_.mesh();
      low_[j] = std::max(-1.0, (mesh.low(i) - frame_.x()[i]) / mesh.frame(i));
      high_[j] = std::min(1.0, (mesh.high(i) - frame_.x()[i]) / mesh.frame(i));
    }
    std::ranges::fill(u_, 0.0);
    box_.minimise(model_.gradient(), model_.hessian(), low_, high_, u_);
    frame_.clear();
    return frame_.propose(u_) && frame_.evaluate();
  }

  // --- the poll
  bool poll(std::uint64_t k) {
    if (options_.model_order)
      fit();
    else
      model_.clear();
    frame_.last_step(last_);
    Generator random = search_.random(Purpose("mads.poll"), k);
    choose_directions(k, random);
    frame_.clear();
    if (options_.directions == MadsDirections::two_n) {
      for (std::size_t a = 0; a < m_; ++a)
        for (const double sign : {1.0, -1.0}) {
          for (std::size_t j = 0; j < m_; ++j) u_[j] = sign * directions_[a][j];
          frame_.propose(u_);
        }
      if (evaluate_in_order()) return true;
      frame_.clear();
    } else {
      // Of each direction and its opposite the better one; then the one that completes the n.
      for (std::size_t a = 0; a < m_; ++a) {
        better_side(directions_[a]);
        frame_.round(directions_[a]);
        frame_.propose(directions_[a]);
      }
      if (evaluate_in_order()) return true;
      directions_.complete(options_.model_order && fit() ? &model_ : nullptr, frame_, u_);
      frame_.clear();
      frame_.propose(u_);
    }
    for (double& v : u_) v = random.normal();
    PollDirections::to_side(u_);
    better_side(u_);
    frame_.propose(u_);
    return frame_.evaluate();
  }
  bool poll_axes() {
    model_.clear();
    frame_.last_step(last_);
    frame_.clear();
    for (std::size_t a = 0; a < m_; ++a)
      for (const double sign : {1.0, -1.0}) {
        std::ranges::fill(u_, 0.0);
        u_[a] = sign;
        frame_.propose(u_);
      }
    return evaluate_in_order();
  }
  bool evaluate_in_order() {
    for (std::size_t t = 0; t < frame_.trials(); ++t) {
      frame_.scaled(frame_.trial(t), u_);
      scores_[t] = score(u_);
    }
    frame_.order(scores_);
    return frame_.evaluate();
  }

  void choose_directions(std::uint64_t k, Generator& random) {
    if (options_.basis == MadsBasis::orthomads || at_end_ > 0) {
      for (double& v : u_) v = random.normal();
      return directions_.reflect(u_);
    }
    std::ranges::fill(u_, 0.0);
    if (k % 2 == 0) return directions_.reflect(u_);
    frame_.scaled(stage_, u_);  // the way since the last failure; there is none after one: then the last step
    if (blas::dot(u_, u_) == 0.0) std::ranges::copy(last_, u_.begin());
    if (blas::dot(u_, u_) > 0.0)
      directions_.along(u_);
    else
      directions_.reflect(u_);
  }
  // Lower is more promising: the model's value, or the cosine to the last step, reversed.
  [[nodiscard]] double score(std::span<const double> u) const {
    if (model_.fitted()) return model_(u);
    const double norm = std::sqrt(blas::dot(u, u));
    return norm > 0.0 ? -blas::dot(u, last_) / norm : 0.0;
  }
  void better_side(std::span<double> u) {
    const double here = score(u);
    for (double& v : u) v = -v;
    if (!(score(u) < here))
      for (double& v : u) v = -v;
  }

  // --- the mesh
  void refine() {
    for (const std::size_t i : frame_.free()) frame_.mesh().refine(i);
    std::ranges::copy(frame_.x(), stage_.begin());
    simplex_waits_ = options_.simplex_search;
  }
  // In the variables along which the step was long, and those left far behind the others (Audet et al. 2019, §3.3).
  void enlarge() {
    GranularMesh& mesh = frame_.mesh();
    double least = std::numeric_limits<double>::infinity();
    for (const std::size_t i : frame_.free())
      if (!mesh.granular(i)) least = std::min(least, mesh.ratio(i));
    for (const std::size_t i : frame_.free())
      if (!options_.anisotropic || std::abs(frame_.last_step(i)) > anisotropy * mesh.frame(i) ||
          (!mesh.granular(i) && mesh.below_first(i) && mesh.ratio(i) > least * least))
        mesh.enlarge(i);
  }
  // Whether every frame is below the tolerance, or at the granularity, or where doubles end.
  bool smallest() {
    const double tolerance = search_.tolerance().x.value_or(options_.x_tolerance);
    GranularMesh& mesh = frame_.mesh();
    return std::ranges::all_of(frame_.free(), [&](std::size_t i) {
      return mesh.frame(i) <= mesh.mesh(i) || (!mesh.granular(i) && mesh.frame(i) <= tolerance);
    });
  }
  void finish() {
    if (!std::isfinite(frame_.value()))
      return search_.finish(Status::numerical_failure, "no finite value met; try another start or a larger frame");
    double largest = 0.0;
    for (const std::size_t i : frame_.free()) largest = std::max(largest, frame_.mesh().frame(i));
    search_.finish(Status::converged,
                   fmt::format("no step along an axis by the frame's size, {:.0e} at most, lowers f", largest));
  }

  Search& search_;
  const Mads& options_;
  MadsFrame frame_;
  std::size_t m_;  // free variables: all vectors below are theirs, in frames
  LocalQuadratic model_;
  BoxQuadratic box_;
  MadsLines lines_;
  MadsSimplex simplex_;
  PollDirections directions_;
  bool ahead_ = false;                     // the last step was the one before again, or twice it
  bool simplex_waits_ = false;             // a poll has failed, and no Nelder–Mead search since
  std::size_t granular_ = 0, at_end_ = 0;  // granular variables; polls in a row that failed with the smallest frames
  std::vector<double> stage_;              // where the last iteration without success stood; all n variables
  std::vector<double> low_, high_, u_, last_, scores_;
};

}  // namespace

Description<Mads> Mads::describe() {
  Description<Mads> d("mads", "Mesh-adaptive direct search", "3.1");
  d.reference(
       "Audet & Dennis, SIAM J. Optim. 17 (2006) 188; Abramson, Audet, Dennis & Le Digabel, SIAM J. Optim. 20 (2009) "
       "948; Audet, Ianni, Le Digabel & Tribes, SIAM J. Optim. 24 (2014) 621; Audet, Le Digabel & Tribes, SIAM J. "
       "Optim. 29 (2019) 1164; Conn & Le Digabel, Optim. Methods Softw. 28 (2013) 139")
      .formula(
          "x ← a lower f at x + δz, |δz_i| ≤ Δ_i, z whole: Δ ← next larger of {1, 2, 5}·10^b; none along a positive "
          "basis: next smaller, and δ = 10^(b − |b − b₀| − 5)")
      .cost("n + 2 values a poll that fails; up to 3 dense factorisations of order min((n+1)(n+2)/2, 500) + n each")
      .notes(
          "granularity = 1 keeps a variable on the integers. With threads or workers, set `block` to their number: "
          "points are asked in blocks of that size, and the result depends on the size alone.")
      .example("thalweg minimize --problem rosenbrock:n=2 --method mads")
      .asks(AnswerKind::value)
      .supports_bounds();
  d.option("directions", &Mads::directions, {"n+1", "2n"}, "of a poll; n+1: the last from the quadratic model");
  d.option("basis", &Mads::basis, {"aligned", "orthomads"},
           "aligned: by turns the axes and one along the way since the last failure; orthomads: Householder's of a "
           "random vector");
  d.option("frame", &Mads::frame, "first frame size, relative to max(1, |x0_i|), a tenth of the bounds' room at most")
      .above(0.0);
  d.option("granularity", &Mads::granularity,
           "of each variable, or one number for all: points are lower + k·g (k·g); 0 or empty: continuous");
  d.option("model_search", &Mads::model_search, "try the minimum of a local quadratic model in the frame");
  d.option("model_order", &Mads::model_order, "ask points in the order of that model, not of the last success");
  d.option("speculative", &Mads::speculative, "after a success try the same step again, then steps twice as long");
  d.option("line_search", &Mads::line_search, "first of all lines along the axes, while their gains fall fast");
  d.option("simplex_search", &Mads::simplex_search, "Nelder–Mead on the mesh after a poll without success");
  d.option("anisotropic", &Mads::anisotropic, "frames grow only in the variables that a success moved");
  d.option("radius", &Mads::radius, "of the model's points around the best, in frames").at_least(1.0);
  d.option("block", &Mads::block, "points asked at once").at_least(1);
  d.option("x_tolerance", &Mads::x_tolerance, "the last frame size of continuous variables").above(0.0);
  return d;
}

void Mads::run(Objective<double>& f, Search& search, const MadsFrame::Watch& watch) const {
  const auto x0 = search.start();
  const std::size_t n = x0.size();
  std::vector<double> grid = granularity;
  if (grid.size() <= 1) grid.assign(n, grid.empty() ? 0.0 : grid[0]);
  if (grid.size() != n)
    throw InvalidArgument(
        fmt::format("option `granularity` of mads has {} numbers; for {} variables it takes {}, or one for all",
                    granularity.size(), n, n));
  for (const double g : grid)
    if (!(g >= 0.0 && std::isfinite(g)))
      throw InvalidArgument(fmt::format("option `granularity` of mads: {} is not a number ≥ 0", g));
  Run(f, search, *this, GranularMesh(x0, search.bounds(), grid, frame), watch).run();
}

}  // namespace thalweg
