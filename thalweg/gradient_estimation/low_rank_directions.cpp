#include "thalweg/gradient_estimation/low_rank_directions.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "thalweg/core/shaped.hpp"
#include "thalweg/core/vectorized.hpp"
#include "thalweg/gradient_estimation/direction_estimator.hpp"
#include "thalweg/gradient_estimation/making.hpp"

namespace thalweg {
namespace {

// "8x4,16" → an 8×4 matrix and a vector of 16.
std::vector<MatrixShape> parse_shapes(const std::string& text) {
  std::vector<MatrixShape> shapes;
  std::size_t offset = 0;
  const auto fail = [&text] {
    throw InvalidArgument("low-rank-directions: shapes is \"" + text +
                          "\"; it is like 8x4,16: rows x columns of a matrix, or the length of a vector, in order");
  };
  const auto number = [&fail](std::string_view digits) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || value == 0) fail();
    return value;
  };
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    const std::string_view piece = rest.substr(0, comma);
    const std::size_t by = piece.find('x');
    MatrixShape shape{offset, number(piece.substr(0, by)), 1};
    if (by != std::string_view::npos) shape.cols = number(piece.substr(by + 1));
    offset += shape.size();
    shapes.push_back(shape);
    if (comma == std::string_view::npos) break;
    rest = rest.substr(comma + 1);
    if (rest.empty()) fail();
  }
  return shapes;
}

// Those of the objective below all adapters that keep its variables.
template <class S>
std::vector<MatrixShape> shapes_of(const Objective<S>& f) {
  if (const auto* shaped = dynamic_cast<const Shaped*>(&f)) return shaped->matrices();
  const auto* adapter = dynamic_cast<const Adapter<S>*>(&f);
  return adapter != nullptr && adapter->base().dimension() == f.dimension() ? shapes_of(adapter->base())
                                                                            : std::vector<MatrixShape>{};
}

template <class S>
class LowRankDirectionsEstimator final : public DirectionEstimator<S> {
 public:
  LowRankDirectionsEstimator(Objective<S>& base, const LowRankDirections& o)
      : DirectionEstimator<S>(base, LowRankDirections::describe(), Noise::gaussian, o.directions, o.sides, o.frozen),
        rank_(o.rank),
        sigma_(o.sigma),
        shrink_(1.0 / std::sqrt(static_cast<double>(o.rank))) {
    const std::size_t n = base.dimension();
    std::vector<MatrixShape> shapes = o.shapes.empty() ? shapes_of(base) : parse_shapes(o.shapes);
    const std::size_t end = shapes.empty() ? n : shapes.back().offset + shapes.back().size();
    if (end > n || (!o.shapes.empty() && end != n))
      throw InvalidArgument("low-rank-directions: shapes is \"" + o.shapes + "\", " + std::to_string(end) +
                            " variables; this objective has " + std::to_string(n));
    std::size_t largest_rows = 0, largest_cols = 0;
    std::erase_if(shapes, [](const MatrixShape& m) { return m.rows == 1 || m.cols == 1; });
    for (const MatrixShape& m : shapes) {
      largest_rows = std::max(largest_rows, m.rows);
      largest_cols = std::max(largest_cols, m.cols);
      operations_ += 2.0 * static_cast<double>(m.size() * rank_) +
                     static_cast<double>(rank_ * (m.rows + m.cols)) * flops_per_noise(Noise::gaussian);
      in_matrices_ += m.size();
    }
    matrices_ = std::move(shapes);
    a_.resize(largest_rows * rank_);
    b_.resize(largest_cols * rank_);
  }

 private:
  [[nodiscard]] double spacing(std::uint64_t) const override { return sigma_; }
  [[nodiscard]] bool regenerates() const override { return false; }

  // Of the stream, variable i has component i where it is plain noise; A and B of the matrices follow from n on.
  void add_direction(std::span<S> point, S scale, const Stream& stream) override {
    const S factor = static_cast<S>(static_cast<double>(scale) * shrink_);
    std::size_t at = 0, next = point.size();
    const auto plain = [&](std::size_t end) {
      if (end > at) add_noise(point.subspan(at, end - at), scale, Noise::gaussian, stream, at);
    };
    for (const MatrixShape& m : matrices_) {
      plain(m.offset);
      at = m.offset + m.size();
      const std::span<S> a(a_.data(), m.rows * rank_), b(b_.data(), m.cols * rank_);  // A rows×r, Bᵀ r×cols
      fill_noise(a, Noise::gaussian, stream, next);
      fill_noise(b, Noise::gaussian, stream, next + a.size());
      next += a.size() + b.size();
      for (std::size_t i = 0; i < m.rows; ++i)
        for (std::size_t l = 0; l < rank_; ++l)
          for_each_element(m.cols,
                           [row = point.data() + m.offset + i * m.cols, other = b.data() + l * m.cols,
                            along = factor * a[i * rank_ + l]](std::size_t j) { row[j] += along * other[j]; });
    }
    plain(point.size());
  }
  void add_directions(std::span<S> sum, std::span<const S> coefficients, const Stream& first) override {
    for (std::size_t k = 0; k < coefficients.size(); ++k)
      add_direction(sum, coefficients[k], first.at(first.step, static_cast<std::uint32_t>(k)));
  }
  [[nodiscard]] double flops_of_direction(std::size_t n) const override {
    return operations_ + static_cast<double>(n - in_matrices_) * flops_per_noise(Noise::gaussian);
  }

  std::size_t rank_;
  double sigma_, shrink_, operations_ = 0.0;
  std::size_t in_matrices_ = 0;
  std::vector<MatrixShape> matrices_;
  std::vector<S> a_, b_;
};

}  // namespace

Description<LowRankDirections> LowRankDirections::describe() {
  Description<LowRankDirections> d("low-rank-directions", "Low-rank directions", "3.3");
  d.reference("Sarkar et al. (2025), arXiv 2511.16652; Chen, Zhang, Cao, Yuan & Wen (2024), arXiv 2410.07698")
      .asks(AnswerKind::value)
      .cost("2K values a gradient (K+1 one-sided); 2rnK operations and more to make the directions, 2 or 3 times")
      .formula("ĝ = (1/K) Σ_k (f(θ+σE_k) − f(θ−σE_k))/(2σ) E_k;  E = ABᵀ/√r for each matrix, A m×r, B n×r of N(0, 1)")
      .notes(
          "Relative variance (mn + 1 + (2m+2n+2)/r)/K for one m×n matrix, with heavy tails. The matrices are a "
          "network's weights, or what `shapes` says; without either θ is one vector and this is gaussian-smoothing.")
      .example(
          "thalweg minimize --problem sphere:n=12 --estimator low-rank-directions --set estimator.shapes=4x3 --rule "
          "'sgd(rate=0.02)'");
  d.option("rank", &LowRankDirections::rank, "r: columns of A and B").at_least(1.0);
  d.option("sigma", &LowRankDirections::sigma, "σ: length scale of the smoothing, in the units of θ").above(0.0);
  d.option("directions", &LowRankDirections::directions, "K: directions averaged").at_least(1.0);
  d.option("sides", &LowRankDirections::sides, {"two", "one"}, "difference of f at θ±σE, or of f at θ+σE and θ");
  d.option("shapes", &LowRankDirections::shapes,
           "the matrices and vectors that make up θ, as 8x4,16; empty: a network's own, else one vector");
  describe_frozen(d);
  return d;
}
THALWEG_ESTIMATES(LowRankDirections, LowRankDirectionsEstimator)

}  // namespace thalweg
