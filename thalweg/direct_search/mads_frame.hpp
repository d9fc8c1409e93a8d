// Where mads stands and what it asks: the frame's centre on the mesh, every point evaluated so far, and the trial
// points of a step, evaluated in their order until one is lower.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "thalweg/core/search.hpp"
#include "thalweg/direct_search/mads_cache.hpp"
#include "thalweg/direct_search/mads_mesh.hpp"

namespace thalweg {

class MadsFrame {
 public:
  using Place = GranularMesh::Place;
  // Told of every evaluation but the first: the mesh, the frame's centre and the trial. For tests.
  using Watch = std::function<void(const GranularMesh&, std::span<const Place>, std::span<const Place>)>;
  MadsFrame(Objective<double>& f, Search& search, GranularMesh mesh, std::size_t block, Watch watch);

  GranularMesh& mesh() { return mesh_; }
  [[nodiscard]] const GranularMesh& mesh() const { return mesh_; }
  [[nodiscard]] const PointCache& cache() const { return cache_; }
  [[nodiscard]] std::span<const std::size_t> free() const { return free_; }  // the variables with room to move
  [[nodiscard]] std::span<const double> x() const { return x_; }             // the centre
  [[nodiscard]] double value() const { return value_; }                      // there: the lowest met
  // The step to the centre from the one before, in units of the frame as it is now; u has free().size() components.
  void last_step(std::span<double> u) const;
  [[nodiscard]] double last_step(std::size_t i) const { return last_[i]; }
  // (x − centre)/Δ, free variables only.
  void scaled(std::span<const double> x, std::span<double> u) const;
  void round(std::span<double> u) const;  // to whole mesh steps

  void evaluate_start();
  // The trials of a step: clear, propose some, order them, evaluate.
  void clear() { count_ = 0; }
  [[nodiscard]] std::size_t trials() const { return count_; }
  [[nodiscard]] std::span<const double> trial(std::size_t k) const { return {trials_.data() + k * n_, n_}; }
  // The mesh point nearest to centre + uΔ (free variables; 2·free().size() of them at most). False, and not added,
  // when it is the centre, was evaluated before, or is proposed already.
  bool propose(std::span<const double> u);
  void order(std::span<const double> scores);  // by ascending score, ties by age
  // Asks block after block, until a block holds a lower value: the lowest in it is then the centre.
  bool evaluate();

  // The value at the mesh point nearest to x, which replaces x: from the cache where it is known.
  double ask(std::span<double> x);
  [[nodiscard]] std::uint64_t asked() const { return asked_; }  // evaluations by ask
  bool take_lowest();  // the lowest point of the asks since the last move is the centre, if it is lower

 private:
  void move(std::span<const Place> to, double value);

  Objective<double>& f_;
  GranularMesh mesh_;
  std::size_t n_, block_, count_ = 0;
  Watch watch_;
  PointCache cache_;
  std::vector<std::size_t> free_;
  std::vector<Place> centre_, places_, lowest_, work_;
  std::vector<double> x_, last_, trials_, batch_, values_;
  std::vector<std::uint32_t> rank_;
  double value_ = 0.0, lowest_value_ = 0.0;
  std::uint64_t asked_ = 0;
};

}  // namespace thalweg
