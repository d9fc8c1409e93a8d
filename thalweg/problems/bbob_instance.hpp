// What makes an instance of a BBOB function: the random numbers, shifts, rotations and transformations of Hansen,
// Finck, Ros & Auger, "Real-parameter black-box optimization benchmarking 2009: noiseless functions definitions",
// INRIA RR-6829 (2009), "Symbols and definitions". The report leaves the random numbers open; they are those of the
// BBOB-2009 code (kept by COCO as its legacy code), so that instance i here is instance i there: Park and Miller's
// minimal standard generator with Bays and Durham's shuffle, Box–Muller's cosine, and Gram–Schmidt on the columns.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "thalweg/problems/define.hpp"

namespace thalweg::problems::bbob {

vector<double> uniforms(std::size_t count, std::int64_t seed);  // in (0, 1]
vector<double> gaussians(std::size_t count, std::int64_t seed);
vector<double> shift(std::size_t n, std::int64_t seed);  // x_opt: in [−4, 4), on a grid of 8·10⁻⁴, never 0
double offset(std::int64_t function, std::int64_t instance);  // f_opt: a ratio of Gaussians in hundredths, |f| ≤ 1000

// Square, column after column: the loop over a column's rows is the one that the compiler vectorises.
struct Matrix {
  std::size_t n = 0;
  vector<double> columns;
  double& at(std::size_t row, std::size_t column) { return columns[column * n + row]; }
  [[nodiscard]] double at(std::size_t row, std::size_t column) const { return columns[column * n + row]; }
  void times(std::span<const double> x, std::span<double> out) const;
};
Matrix rotation(std::size_t n, std::int64_t seed);  // orthogonal
Matrix product(const Matrix& left, std::span<const double> diagonal, const Matrix& right);

vector<double> conditioning(std::size_t n, double alpha);  // Λ^α: α^{½ i/(n − 1)}
double oscillated(double x);                               // T_osz of one number
// T_asy^β in place: x_i^{1 + β i/(n − 1) √x_i} where x_i > 0.
void make_asymmetric(std::span<double> x, double beta);
double outside(std::span<const double> x);  // f_pen: Σ max(0, |x_i| − 5)²

// Room for numbers of the calling thread: it grows to the largest count asked for, and then allocates nothing.
std::span<double> scratch(std::size_t count);

// One instance, before its function.
struct Instance {
  std::size_t n = 0;
  std::int64_t seed = 0;  // function + 10000 instance
  double f_opt = 0.0;
  vector<double> x_opt;
  // The code's two rotations; which of them the report calls R and which Q depends on the function.
  [[nodiscard]] Matrix rotation_1() const { return rotation(n, seed + 1000000); }
  [[nodiscard]] Matrix rotation_2() const { return rotation(n, seed); }
  // rotation_1 Λ^α rotation_2
  [[nodiscard]] Matrix between(double alpha) const {
    return product(rotation_1(), conditioning(n, alpha), rotation_2());
  }
};
// `seed_function` is another function where two share their random numbers (f4 those of f3, f18 those of f17).
Instance instance(const Shape& shape, std::int64_t function, std::int64_t seed_function = 0);

// bbob/f‹number› with its options n and instance.
Definition function(int number, const char* name, const char* formula);

// From a function less f_opt, and where it is lowest.
using Value = std::function<double(std::span<const double> x)>;
Problem problem(const Instance& i, Value value_less_f_opt, vector<double> best);

}  // namespace thalweg::problems::bbob
