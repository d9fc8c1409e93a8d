#include "thalweg/autodiff/check.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "thalweg/core/options.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {

namespace {

using std::vector;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double epsilon = std::numeric_limits<double>::epsilon();

struct Difference {
  vector<double> derivative, error, size;  // of each component; error ∞ where nothing finite was found; size |φ|
};

// φ'(0) of a vector-valued φ by Ridders' extrapolation of central differences, step halved at each level: each
// component keeps the entry of its tableau that differs least from its two neighbours; its error is that difference,
// and no less than the rounding of φ makes it.
Difference ridders(const std::function<void(double t, std::span<double> out)>& phi, std::size_t size, double step,
                   int levels) {
  Difference best{vector<double>(size, 0.0), vector<double>(size, infinity), vector<double>(size, 0.0)};
  vector<double> plus(size), minus(size);
  vector<vector<double>> row, previous;
  for (int level = 0; level < levels; ++level, step /= 2) {
    phi(step, plus);
    phi(-step, minus);
    row.assign(static_cast<std::size_t>(level) + 1, vector<double>(size));
    for (std::size_t k = 0; k < size; ++k) {
      row[0][k] = (plus[k] - minus[k]) / (2 * step);
      best.size[k] = std::max({best.size[k], std::fabs(plus[k]), std::fabs(minus[k])});
    }
    double factor = 4.0;
    for (std::size_t j = 1; j < row.size(); ++j, factor *= 4.0) {
      for (std::size_t k = 0; k < size; ++k) {
        row[j][k] = row[j - 1][k] + (row[j - 1][k] - previous[j - 1][k]) / (factor - 1.0);
        const double rounding = epsilon * std::max(std::fabs(plus[k]), std::fabs(minus[k])) / step;
        const double error =
            std::max({std::fabs(row[j][k] - row[j - 1][k]), std::fabs(row[j][k] - previous[j - 1][k]), rounding});
        if (error < best.error[k]) best.error[k] = error, best.derivative[k] = row[j][k];
      }
    }
    previous.swap(row);
  }
  return best;
}

class Checker {
 public:
  Checker(Objective<double>& f, std::span<const double> x, const CheckOptions& options)
      : f_(f), x_(x.begin(), x.end()), moved_(x_), options_(options), offers_(f.offers()) {}

  CheckReport run() {
    const std::size_t n = x_.size(), m = offers_.residuals;
    Generator random(Stream(options_.seed, Purpose("check-derivatives.direction")));
    direction_ = options_.direction;
    if (direction_.empty())
      for (std::size_t i = 0; i < n; ++i) direction_.push_back(random.normal());
    vector<double> u(m);
    for (double& uk : u) uk = random.normal();

    using K = AnswerKind;
    const auto value = [this](const vector<double>& at, std::span<double> out) { out[0] = f_.value(at); };
    const auto gradient = [this](const vector<double>& at, std::span<double> out) { f_.gradient(at, out); };
    const auto residual = [this](const vector<double>& at, std::span<double> out) { f_.residual(at, out); };
    const auto hessian_vector = [this](const vector<double>& at, std::span<double> out) {
      f_.hessian_vector(at, direction_, out);
    };
    if (has(K::gradient)) compare(K::gradient, columns(value, 1), ask(K::gradient, n));
    if (has(K::directional)) compare(K::directional, along(value, 1), ask(K::directional, 1));
    if (has(K::gradient)) {
      if (has(K::hessian)) compare(K::hessian, columns(gradient, n), ask(K::hessian, n * n));
      if (has(K::hessian_vector)) compare(K::hessian_vector, along(gradient, n), ask(K::hessian_vector, n));
    }
    if (has(K::third) && has(K::hessian_vector)) compare(K::third, along(hessian_vector, n), ask(K::third, n));
    if (has(K::residual)) {
      if (has(K::jacobian)) compare(K::jacobian, columns(residual, m), ask(K::jacobian, m * n));
      if (has(K::jacobian_vector)) compare(K::jacobian_vector, along(residual, m), ask(K::jacobian_vector, m));
      if (has(K::vector_jacobian)) {
        const auto weighted = [&](const vector<double>& at, std::span<double> out) {
          vector<double> r(m);
          f_.residual(at, r);
          out[0] = 0.0;
          for (std::size_t k = 0; k < m; ++k) out[0] += u[k] * r[k];
        };
        const auto expected = columns(weighted, 1);
        direction_ = u;
        compare(K::vector_jacobian, expected, ask(K::vector_jacobian, n));
      }
    }
    return std::move(report_);
  }

 private:
  using Map = std::function<void(const vector<double>&, std::span<double>)>;
  [[nodiscard]] bool has(AnswerKind kind) const { return offers_.kinds.has(kind); }

  // The m×n matrix ∂map/∂x, row-major.
  Difference columns(const Map& map, std::size_t m) {
    const std::size_t n = x_.size();
    Difference all{vector<double>(m * n), vector<double>(m * n), vector<double>(m * n)};
    for (std::size_t j = 0; j < n; ++j) {
      const Difference column = ridders(
          [&](double t, std::span<double> out) {
            moved_ = x_;
            moved_[j] += t;
            map(moved_, out);
          },
          m, exact_step(x_[j]), options_.levels);
      for (std::size_t i = 0; i < m; ++i) {
        all.derivative[i * n + j] = column.derivative[i];
        all.error[i * n + j] = column.error[i];
        all.size[i * n + j] = column.size[i];
      }
    }
    return all;
  }
  // The derivative of the map along the direction, m entries.
  Difference along(const Map& map, std::size_t m) {
    double size = 1.0, longest = 0.0;
    for (double xi : x_) size = std::max(size, std::fabs(xi));
    for (double di : direction_) longest = std::max(longest, std::fabs(di));
    return ridders(
        [&](double t, std::span<double> out) {
          for (std::size_t i = 0; i < x_.size(); ++i) moved_[i] = x_[i] + t * direction_[i];
          map(moved_, out);
        },
        m, options_.step * size / (longest > 0.0 ? longest : 1.0), options_.levels);
  }
  // A power of two, so that x + t and x − t are rounded little and alike.
  [[nodiscard]] double exact_step(double xi) const {
    return std::exp2(std::floor(std::log2(options_.step * std::max(1.0, std::fabs(xi)))));
  }

  vector<double> ask(AnswerKind kind, std::size_t size) {
    vector<double> out(size);
    const Question<double> q{.asks = kind, .point = x_, .direction = direction_};
    Answer<double> a;
    switch (kind) {
      case AnswerKind::gradient:
        a.gradient = out;
        break;
      case AnswerKind::hessian_vector:
        a.hessian_vector = out;
        break;
      case AnswerKind::hessian:
        a.hessian = out;
        break;
      case AnswerKind::third:
        a.third = out;
        break;
      case AnswerKind::jacobian:
        a.jacobian = out;
        break;
      case AnswerKind::fisher_vector:
        a.fisher_vector = out;
        break;
      default:
        a.product = out;
        break;
    }
    f_.answer({&q, 1}, {&a, 1});
    if (kind == AnswerKind::directional) out[0] = a.directional;
    return out;
  }

  void compare(AnswerKind kind, const Difference& expected, const vector<double>& got) {
    DerivativeCheck c;
    c.kind = kind, c.entries = got.size();
    double worst = -1.0;
    for (std::size_t k = 0; k < got.size(); ++k) {
      const double e = expected.derivative[k], error = expected.error[k];
      const double size = std::max(std::fabs(e), std::fabs(got[k]));
      // Rounding alone makes the error about 1e-11 of |φ|; more than 1e-6 is noise or a kink.
      c.unclear += !(error <= std::max(0.01 * size, 1e-6 * expected.size[k]));
      if (error == infinity && std::isfinite(got[k])) continue;
      const double excess = std::fabs(got[k] - e) - 10.0 * error;  // the estimate is sometimes a little short
      double relative = excess <= 0.0 ? 0.0 : size > 0.0 ? excess / size : 0.0;
      if (std::isnan(relative) || !std::isfinite(got[k])) relative = infinity;
      c.wrong += relative > options_.tolerance;
      if (relative > worst)
        worst = relative, c.relative_error = relative, c.index = k, c.expected = e, c.got = got[k];
    }
    report_.checks.push_back(c);
  }

  Objective<double>& f_;
  vector<double> x_, moved_, direction_;
  const CheckOptions& options_;
  Offers offers_;
  CheckReport report_;
};

}  // namespace

bool CheckReport::ok() const {
  return std::all_of(checks.begin(), checks.end(), [](const DerivativeCheck& c) {
    return c.wrong == 0 && (c.unclear < c.entries || c.entries == 0);
  });
}

std::string CheckReport::text() const {
  std::string lines;
  for (const auto& c : checks) {
    lines += std::string(name(c.kind)) + ": ";
    lines += c.wrong == 0 ? "right" : std::to_string(c.wrong) + " of " + std::to_string(c.entries) + " wrong";
    if (c.unclear > 0) lines += ", " + std::to_string(c.unclear) + " unclear";
    lines += "; worst relative error " + detail::format(c.relative_error) + " at entry " + std::to_string(c.index) +
             ": expected " + detail::format(c.expected) + ", got " + detail::format(c.got) + "\n";
  }
  return lines;
}

CheckReport check_derivatives(Objective<double>& f, std::span<const double> x, const CheckOptions& options) {
  if (f.dimension() != 0 && x.size() != f.dimension())
    throw InvalidArgument("check_derivatives: x has " + std::to_string(x.size()) + " entries; the objective has " +
                          std::to_string(f.dimension()) + " variables");
  if (!options.direction.empty() && options.direction.size() != x.size())
    throw InvalidArgument("check_derivatives: direction has " + std::to_string(options.direction.size()) +
                          " entries; it must have " + std::to_string(x.size()));
  if (!(options.tolerance > 0.0)) throw InvalidArgument("check_derivatives: tolerance must be above 0");
  if (!(options.step > 0.0)) throw InvalidArgument("check_derivatives: step must be above 0");
  if (options.levels < 2 || options.levels > 20)
    throw InvalidArgument("check_derivatives: levels is " + std::to_string(options.levels) + "; it is 2 to 20");
  return Checker(f, x, options).run();
}

}  // namespace thalweg
