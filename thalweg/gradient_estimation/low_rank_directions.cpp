#include "thalweg/gradient_estimation/low_rank_directions.hpp"

#include <charconv>
#include <string_view>

#include "thalweg/core/shaped.hpp"
#include "thalweg/gradient_estimation/direction_estimator.hpp"
#include "thalweg/gradient_estimation/making.hpp"
#include "thalweg/network/low_rank.hpp"

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

// What holds the matrices: the objective below all adapters that keep its variables, or null.
template <class S>
const Objective<S>* holder(const Objective<S>& f) {
  if (dynamic_cast<const Shaped*>(&f) != nullptr) return &f;
  const auto* adapter = dynamic_cast<const Adapter<S>*>(&f);
  return adapter != nullptr && adapter->base().dimension() == f.dimension() ? holder(adapter->base()) : nullptr;
}

template <class S>
std::vector<MatrixShape> shapes_of(const Objective<S>& base, const LowRankDirections& o) {
  if (o.shapes.empty()) {
    const Objective<S>* holds = holder(base);
    return holds == nullptr ? std::vector<MatrixShape>{} : dynamic_cast<const Shaped*>(holds)->matrices();
  }
  std::vector<MatrixShape> shapes = parse_shapes(o.shapes);
  const std::size_t end = shapes.back().offset + shapes.back().size();
  if (end != base.dimension())
    throw InvalidArgument("low-rank-directions: shapes is \"" + o.shapes + "\", " + std::to_string(end) +
                          " variables; this objective has " + std::to_string(base.dimension()));
  return shapes;
}

template <class S>
class LowRankDirectionsEstimator final : public DirectionEstimator<S> {
 public:
  LowRankDirectionsEstimator(Objective<S>& base, const LowRankDirections& o)
      : DirectionEstimator<S>(base, LowRankDirections::describe(), Noise::gaussian, o.directions, o.sides, o.frozen),
        rank_(static_cast<std::uint32_t>(o.rank)),
        sigma_(o.sigma),
        directions_(base.dimension(), shapes_of(base, o), o.rank) {
    // The base makes these directions itself where they are of its own matrices.
    if (const Objective<S>* holds = holder(base)) {
      const LowRank<S> own(base.dimension(), dynamic_cast<const Shaped*>(holds)->matrices(), o.rank);
      known_ = own.matrices() == directions_.matrices();
    }
  }

 private:
  [[nodiscard]] double spacing(std::uint64_t) const override { return sigma_; }
  [[nodiscard]] bool regenerates() const override {
    return (known_ || directions_.matrices().empty()) && this->base().regenerates_noise();
  }
  [[nodiscard]] std::uint32_t rank() const override { return known_ ? rank_ : 0; }
  void add_direction(std::span<S> point, S scale, const Stream& stream) override {
    directions_.add(point, scale, Noise::gaussian, stream);
  }
  void add_directions(std::span<S> sum, std::span<const S> coefficients, const Stream& first) override {
    directions_.add_all(sum, coefficients, Noise::gaussian, first);
  }
  [[nodiscard]] double flops_of_direction(std::size_t) const override { return directions_.flops(Noise::gaussian); }

  std::uint32_t rank_;
  double sigma_;
  LowRank<S> directions_;
  bool known_ = false;
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
