// How the sources of this folder write their problems down: an entry of the registry, its options, and a function
// that makes the problem.
//
//   define("booth", "Booth's function", "…", "(x₀ + 2x₁ − 7)² + (2x₀ + x₁ − 5)²")
//       .make([](const Shape&) {
//         Problem p = smooth([](auto const& x) { return sq(x[0] + 2 * x[1] - 7) + sq(2 * x[0] + x[1] - 5); }, {0,
//         0}); … return p;
//       });
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/autodiff/differentiable.hpp"
#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::problems {

using std::vector;

// The options a problem may have; each problem offers those it uses.
struct Shape {
  std::int64_t n = 0, m = 0, seed = 0, instance = 1, choice = 0, k = 0, order = 0;
  double condition = 1.0, start = 1.0, level = 0.0;
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(n); }
};

class Definition {
 public:
  explicit Definition(Entry entry) : entry_(std::move(entry)) {}
  Definition& notes(std::string text) { return entry_.notes = std::move(text), *this; }
  Definition& n(std::int64_t by_default, std::int64_t low = 1, std::int64_t high = 0);  // high 0: no end
  Definition& m(std::int64_t by_default, std::int64_t low = 1, std::int64_t high = 0);  // residuals
  Definition& condition(double by_default);
  Definition& seed(const char* help = "of the random rotation");
  Definition& instance();  // 1, 2, …: shifts and rotations of their own
  Definition& choice(const char* name, const char* help, vector<std::string> names);  // Shape::choice: its place
  Definition& scaled_start();  // option start: the published start times it
  // `make` returns a problem without id, name, reference and notes.
  registry::ProblemItem make(std::function<Problem(const Shape&)> make) const;

  // Any other; the least number 0 of number() is left out itself.
  Definition& number(const char* name, const char* help, double Shape::*member, double by_default, double low);
  Definition& integer(const char* name, const char* help, std::int64_t Shape::*member, std::int64_t by_default,
                      std::int64_t low, std::int64_t high);

 private:
  Entry entry_;
  Shape defaults_;
  bool scaled_start_ = false;
};
Definition define(std::string id, std::string name, std::string reference, std::string formula);

inline Bounds box(std::size_t n, double low, double high) {
  return {vector<double>(n, low), vector<double>(n, high)};
}

// A problem without bounds or optimum yet, differentiated.
template <class F>
Problem smooth(F f, vector<double> start) {
  Problem p;
  p.objective = std::make_shared<Differentiable<F>>(std::move(f), start.size());
  p.start = std::move(start);
  return p;
}
template <class F>
Problem residuals(F f, std::size_t m, vector<double> start) {
  Problem p;
  p.objective = std::make_shared<Differentiable<F>>(std::move(f), start.size(), m);
  p.start = std::move(start);
  return p;
}
// … with its known optimum.
inline Problem with_optimum(Problem p, double f, vector<vector<double>> minimisers = {}, double tolerance = 1e-9) {
  p.optimum_f = f, p.minimisers = std::move(minimisers), p.optimum_tolerance = tolerance;
  return p;
}
inline Problem within(Problem p, Bounds bounds) { return p.bounds = std::move(bounds), p; }

}  // namespace thalweg::problems
