// What the sources of the Moré–Garbow–Hillstrom set share.
#pragma once

#include <algorithm>
#include <numbers>

#include "thalweg/problems/define.hpp"

namespace thalweg::problems {

inline Definition mgh(const char* id, const char* name, int number, const char* formula) {
  return define(std::string("mgh/") + id, name,
                "Moré, Garbow & Hillstrom, ACM Trans. Math. Softw. 7 (1981) 17, problem " + std::to_string(number),
                formula)
      .scaled_start();
}

// f(x, r) writes the paper's fᵢ; the residuals are √2 fᵢ (see mgh.hpp).
template <class F>
struct TimesRootTwo {
  F f;
  template <class X, class R>
  void operator()(const X& x, const R& r) const {
    f(x, r);
    for (auto& ri : r) ri = std::numbers::sqrt2 * ri;
  }
};
template <class F>
Problem squares(F f, std::size_t m, vector<double> start) {
  return residuals(TimesRootTwo<F>{std::move(f)}, m, std::move(start));
}

// The published optimum, given here to more digits than the paper's six; the minimiser to ten.
inline Problem optimum(Problem p, double f, vector<vector<double>> minimisers = {}) {
  return with_optimum(std::move(p), f, std::move(minimisers), 1e-9 * std::min(1.0, f) + 1e-16);
}

// A problem of fixed size.
template <class F>
registry::ProblemItem fixed(const Definition& d, F f, std::size_t m, vector<double> start, double f_min,
                            vector<vector<double>> minimisers = {}) {
  return d.make([=](const Shape&) { return optimum(squares(f, m, start), f_min, minimisers); });
}

inline double real(std::size_t i) { return static_cast<double>(i); }
inline vector<double> constant(std::size_t n, double v) { return vector<double>(n, v); }
template <class F>
vector<double> each(std::size_t n, F f) {  // f(j), j = 1 … n
  vector<double> x(n);
  for (std::size_t j = 0; j < n; ++j) x[j] = f(real(j + 1));
  return x;
}
// The optimum of the sizes for which it is published; no minimiser where x is empty.
struct Known {
  std::size_t n;
  double f;
  vector<double> x;
};
inline Problem published(Problem p, const vector<Known>& sizes) {
  for (const Known& k : sizes)
    if (p.dimension() == k.n) return k.x.empty() ? optimum(std::move(p), k.f) : optimum(std::move(p), k.f, {k.x});
  return p;
}
inline Problem with_minimiser(Problem p, const vector<double>& x) {
  if (p.dimension() == x.size()) p.minimisers = {x};
  return p;
}
inline void require(bool right, const char* id, const char* text) {
  if (!right) throw InvalidArgument(std::string("mgh/") + id + ": " + text);
}

}  // namespace thalweg::problems
