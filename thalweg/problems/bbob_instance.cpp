#include "thalweg/problems/bbob_instance.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>

namespace thalweg::problems::bbob {

vector<double> uniforms(std::size_t count, std::int64_t seed) {
  const auto next = [](std::int64_t state) {  // 16807 s mod 2³¹ − 1, by Schrage's division
    const std::int64_t high = state / 127773;
    const std::int64_t low = 16807 * (state - high * 127773) - 2836 * high;
    return low < 0 ? low + 2147483647 : low;
  };
  std::int64_t state = std::max<std::int64_t>(1, std::abs(seed));
  std::array<std::int64_t, 32> table{};
  for (std::size_t i = 40; i-- > 0;) {
    state = next(state);
    if (i < table.size()) table[i] = state;
  }
  std::int64_t drawn = table[0];
  vector<double> out(count);
  for (double& u : out) {
    state = next(state);
    std::int64_t& place = table[static_cast<std::size_t>(drawn / 67108865)];
    drawn = std::exchange(place, state);
    u = drawn == 0 ? 1e-99 : static_cast<double>(drawn) / 2147483647.0;
  }
  return out;
}

vector<double> gaussians(std::size_t count, std::int64_t seed) {
  const vector<double> u = uniforms(2 * count, seed);
  vector<double> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = std::sqrt(-2 * std::log(u[i])) * std::cos(2 * std::numbers::pi * u[count + i]);
    if (out[i] == 0.0) out[i] = 1e-99;
  }
  return out;
}

vector<double> shift(std::size_t n, std::int64_t seed) {
  vector<double> x = uniforms(n, seed);
  for (double& xi : x) {
    xi = 8 * std::floor(1e4 * xi) / 1e4 - 4;
    if (xi == 0.0) xi = -1e-5;
  }
  return x;
}

double offset(std::int64_t function, std::int64_t instance) {
  const std::int64_t seed = (function == 4 ? 3 : function == 18 ? 17 : function) + 10000 * instance;
  const double ratio = gaussians(1, seed)[0] / gaussians(1, seed + 1)[0];
  return std::clamp(std::floor(100.0 * 100.0 * ratio + 0.5) / 100.0, -1000.0, 1000.0);
}

void Matrix::times(std::span<const double> x, std::span<double> out) const {
  std::ranges::fill(out, 0.0);
  for (std::size_t j = 0; j < n; ++j) {
    const double* column = columns.data() + j * n;
    for (std::size_t i = 0; i < n; ++i) out[i] += column[i] * x[j];
  }
}

Matrix rotation(std::size_t n, std::int64_t seed) {
  Matrix m{n, gaussians(n * n, seed)};
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      double along = 0.0;
      for (std::size_t k = 0; k < n; ++k) along += m.at(k, i) * m.at(k, j);
      for (std::size_t k = 0; k < n; ++k) m.at(k, i) -= along * m.at(k, j);
    }
    double square = 0.0;
    for (std::size_t k = 0; k < n; ++k) square += m.at(k, i) * m.at(k, i);
    for (std::size_t k = 0; k < n; ++k) m.at(k, i) /= std::sqrt(square);
  }
  return m;
}

Matrix product(const Matrix& left, std::span<const double> diagonal, const Matrix& right) {
  Matrix m{left.n, vector<double>(left.n * left.n, 0.0)};
  for (std::size_t j = 0; j < m.n; ++j)
    for (std::size_t k = 0; k < m.n; ++k)
      for (std::size_t i = 0; i < m.n; ++i) m.at(i, j) += left.at(i, k) * diagonal[k] * right.at(k, j);
  return m;
}

vector<double> conditioning(std::size_t n, double alpha) {
  vector<double> diagonal(n);
  for (std::size_t i = 0; i < n; ++i)
    diagonal[i] = std::pow(std::sqrt(alpha), static_cast<double>(i) / static_cast<double>(n - 1));
  return diagonal;
}

double oscillated(double x) {
  if (x == 0.0) return x;
  const double log = std::log(std::fabs(x));
  return x > 0 ? std::exp(log + 0.049 * (std::sin(10 * log) + std::sin(7.9 * log)))
               : -std::exp(log + 0.049 * (std::sin(5.5 * log) + std::sin(3.1 * log)));
}

void make_asymmetric(std::span<double> x, double beta) {
  const double last = static_cast<double>(x.size() - 1);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (x[i] > 0) x[i] = std::pow(x[i], 1 + beta * static_cast<double>(i) / last * std::sqrt(x[i]));
}

double outside(std::span<const double> x) {
  double sum = 0.0;
  for (const double xi : x) {
    const double over = std::fabs(xi) - 5.0;
    if (over > 0) sum += over * over;
  }
  return sum;
}

std::span<double> scratch(std::size_t count) {
  thread_local vector<double> room;
  if (room.size() < count) room.resize(count);
  return {room.data(), count};
}

Instance instance(const Shape& shape, std::int64_t function, std::int64_t seed_function) {
  Instance i;
  i.n = shape.size();
  i.seed = (seed_function == 0 ? function : seed_function) + 10000 * shape.instance;
  i.f_opt = offset(function, shape.instance);
  i.x_opt = shift(i.n, i.seed);
  return i;
}

Definition function(int number, const char* name, const char* formula) {
  return define("bbob/f" + std::to_string(number), name,
                "Hansen, Finck, Ros & Auger, INRIA RR-6829 (2009), f" + std::to_string(number) +
                    "; instances as in COCO's code",
                formula)
      .n(10, 2)
      .instance();
}

Problem problem(const Instance& i, Value value_less_f_opt, vector<double> best) {
  Problem p;
  p.objective = std::make_shared<FunctionObjective>(
      i.n, [f = std::move(value_less_f_opt), f_opt = i.f_opt](std::span<const double> x) { return f(x) + f_opt; });
  p.start = vector<double>(i.n, 0.0);  // the middle of the box, COCO's initial solution
  return within(with_optimum(std::move(p), i.f_opt, {std::move(best)}, 1e-9), box(i.n, -5.0, 5.0));
}

}  // namespace thalweg::problems::bbob
