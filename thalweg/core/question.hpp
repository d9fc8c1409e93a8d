// The one currency of thalweg: a Question asked of an objective, and its Answer.
//
// A question names what is asked (one or more kinds at one point), where, along which direction, under
// which sample of the randomness, and at which fidelity. The answer writes into storage that the asker
// owns, so that a steady-state step allocates nothing. Ledger, log, fiber, evaluators and the external
// protocol all carry these two types.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/random.hpp"

namespace thalweg {

// What can be asked. Names (see `name`) are those of the command line and the JSON results.
enum class AnswerKind : std::uint8_t {
  value,             // f(x)
  gradient,          // ∇f(x), n
  hessian_vector,    // ∇²f(x) d, n
  hessian,           // ∇²f(x), n×n, row-major, symmetric
  third,             // ∇³f(x)[d, d, ·], n
  directional,       // ∇f(x)·d, a number (forward mode)
  residual,          // r(x), m, with f = ½‖r‖²
  jacobian,          // J = ∂r/∂x, m×n, row-major
  jacobian_vector,   // J d, m
  vector_jacobian,   // Jᵀ u, n (u is the question's direction, m)
  layer_statistics,  // inputs and output gradients of each layer of a network, over a batch
  fisher_vector,     // F(x) d, n: F the Fisher metric of the model whose negative log-likelihood f is
  model_statistics,  // layer_statistics for targets that perturbation.stream draws from the network's own prediction
};
inline constexpr std::size_t answer_kinds = 13;

std::string_view name(AnswerKind kind);
std::optional<AnswerKind> answer_kind_named(std::string_view text);

// A set of kinds.
class Kinds {
 public:
  constexpr Kinds() = default;
  constexpr Kinds(AnswerKind kind) : bits_(1u << static_cast<unsigned>(kind)) {}  // NOLINT: a kind is a set of one
  constexpr Kinds(std::initializer_list<AnswerKind> kinds) {
    for (AnswerKind kind : kinds) *this = *this | kind;
  }
  [[nodiscard]] constexpr bool has(AnswerKind kind) const { return (bits_ >> static_cast<unsigned>(kind)) & 1u; }
  [[nodiscard]] constexpr bool has_all(Kinds other) const { return (bits_ & other.bits_) == other.bits_; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }
  [[nodiscard]] static constexpr Kinds from_bits(std::uint32_t bits) {
    Kinds kinds;
    kinds.bits_ = bits;
    return kinds;
  }
  friend constexpr Kinds operator|(Kinds a, Kinds b) { return from_bits(a.bits_ | b.bits_); }
  friend constexpr Kinds operator-(Kinds a, Kinds b) { return from_bits(a.bits_ & ~b.bits_); }
  friend constexpr bool operator==(Kinds, Kinds) = default;

 private:
  std::uint32_t bits_ = 0;
};

std::string to_string(Kinds kinds);  // "value, gradient"

// How an answer was got, from best to worst.
enum class Quality : std::uint8_t { exact, unbiased, biased, heuristic };
std::string_view name(Quality quality);

// Which realisation of the randomness (minibatch, simulator noise) is meant. Same key, same randomness.
// `whole` is the expectation itself (the full data set; a deterministic objective ignores the key).
struct SampleKey {
  std::uint64_t id = 0;
  [[nodiscard]] constexpr bool whole() const { return id == 0; }
  friend constexpr bool operator==(SampleKey, SampleKey) = default;
};

// The question is asked at point + scale·ε, where ε is regenerated from its counters (never stored).
// `Objective::answer` of objectives that do not know noise is handed the materialised point instead.
// With a rank r ≥ 1, ε is ABᵀ/√r on each matrix of an objective that is `Shaped` (core/shaped.hpp), A and B of
// independent components of `noise`; see network/low_rank.hpp.
struct Perturbation {
  Noise noise = Noise::none;
  double scale = 0.0;
  Stream stream{};
  std::uint32_t rank = 0;  // 0: the components of ε are independent
};

template <class S>
struct Question {
  Kinds asks{AnswerKind::value};
  std::span<const S> point;
  std::span<const S> direction{};  // for the kinds named …_vector, …_jacobian, third and directional
  SampleKey sample{};
  double fidelity = 1.0;  // in (0, 1], 1 the real thing
  Perturbation perturbation{};
};

// Inputs (batch×in) and output gradients (batch×out, of the mean loss, at pre-activations) of one dense layer
// whose weights (in×out, row-major) start at `weights` in the flat parameter vector.
template <class S>
struct LayerStatistics {
  std::size_t weights = 0, in = 0, out = 0, batch = 0;
  std::span<const S> inputs;
  std::span<const S> output_gradients;
};

// Every span is storage of the asker, of the size the kind says; those not asked for are left alone.
template <class S>
struct Answer {
  double value = std::numeric_limits<double>::quiet_NaN();
  double directional = std::numeric_limits<double>::quiet_NaN();
  std::span<S> gradient{};
  std::span<S> hessian_vector{};
  std::span<S> hessian{};
  std::span<S> third{};
  std::span<S> residual{};
  std::span<S> jacobian{};
  std::span<S> product{};  // of jacobian_vector (m) or vector_jacobian (n)
  std::span<S> fisher_vector{};
  std::span<S> constraints{};  // reserved: c(x) ≤ 0
  std::vector<LayerStatistics<S>>* layers = nullptr;
  Quality quality = Quality::exact;  // the worst of what was given
  double flops = 0.0;                // operations executed to answer, 0 where unknown
  bool failed = false;               // the evaluation failed and the run goes on; value counts as +inf
  std::string error{};               // what the objective said of it (empty does not allocate)
};

// What an objective can answer, and how well.
struct Offers {
  Kinds kinds{AnswerKind::value};
  std::array<Quality, answer_kinds> quality{};  // of each kind; exact by default
  bool stochastic = false;                      // answers differ between sample keys (or between calls)
  std::size_t residuals = 0;                    // m, when residuals are offered
  std::uint64_t samples = 0;                    // training samples behind `whole`, 0 when the notion does not apply
  [[nodiscard]] Quality of(AnswerKind kind) const { return quality[static_cast<std::size_t>(kind)]; }
  Offers& add(AnswerKind kind, Quality how = Quality::exact) {
    kinds = kinds | kind;
    quality[static_cast<std::size_t>(kind)] = how;
    return *this;
  }
};

}  // namespace thalweg
