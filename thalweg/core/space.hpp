// Spaces: what a point is made of. Most methods take reals; genetic, ant and tree methods and the search of
// hyper-parameters need the other kinds.
// InSpace (in_space.hpp) puts a method of reals over a space of reals.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "thalweg/core/options.hpp"

namespace thalweg {

// A real number in [lower, upper]. With `log`, methods see its natural logarithm (lower > 0). With granularity g > 0
// only lower + k·g (k·g where lower is −inf) is evaluated. `fixed` takes the variable out of the search.
struct Real {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
  bool log = false;
  double granularity = 0.0;
  std::optional<double> fixed{};
};
// The nearest point of the grid (of granularity > 0) inside the bounds.
double on_grid(const Real& real, double x);

struct Integer {  // in [lower, upper]
  std::int64_t lower = 0, upper = 1;
  std::optional<std::int64_t> fixed{};
};
struct Categorical {  // one of at least one distinct names, without order
  std::vector<std::string> choices;
};
struct Bits {  // a string of `count` ≥ 1 zeros and ones
  std::size_t count = 1;
};
struct Permutation {  // an order of 0 … count−1, count ≥ 1
  std::size_t count = 1;
};
// An expression tree of genetic programming: symbols of arity 0 are its leaves; at least one is needed.
struct Symbol {
  std::string name;
  std::size_t arity = 0;
};
struct Tree {
  std::vector<Symbol> symbols;
  std::size_t max_depth = 17;  // of nodes on a path, ≥ 1; 17 is Koza's (Genetic Programming, 1992, §6.2)
  std::size_t max_nodes = 1000;
};

using Domain = std::variant<Real, Integer, Categorical, Bits, Permutation, Tree>;  // in the order of VariableKind
enum class VariableKind : std::uint8_t { real, integer, categorical, bits, permutation, tree };
std::string_view name(VariableKind kind);

struct Variable {
  std::string name;
  Domain domain;
  [[nodiscard]] VariableKind kind() const { return static_cast<VariableKind>(domain.index()); }
};

// Values, in the same order of alternatives as Domain. A tree is its symbols' indices in prefix order.
struct Choice {
  std::size_t index = 0;
  friend bool operator==(Choice, Choice) = default;
};
struct BitString {
  std::vector<std::uint8_t> bits;
  friend bool operator==(const BitString&, const BitString&) = default;
};
struct Order {
  std::vector<std::uint32_t> items;
  friend bool operator==(const Order&, const Order&) = default;
};
struct Expression {
  std::vector<std::uint32_t> prefix;
  friend bool operator==(const Expression&, const Expression&) = default;
};
using VariableValue = std::variant<double, std::int64_t, Choice, BitString, Order, Expression>;

class Space {
 public:
  // Throws InvalidArgument that names the variable, what is wrong and what would be right: a name that is empty or
  // taken, lower > upper, NaN, log with lower ≤ 0, negative granularity, fixed outside the bounds or off the grid, no
  // choice or one twice, a count of 0, a tree without leaf.
  Space& add(std::string name, Domain domain);
  [[nodiscard]] const std::vector<Variable>& variables() const { return variables_; }
  [[nodiscard]] std::size_t size() const { return variables_.size(); }
  [[nodiscard]] const Variable& variable(std::string_view name) const;  // unknown: offers the nearest
  [[nodiscard]] bool all_real() const;

  // Throws InvalidArgument naming the first variable whose value is of another kind or outside its domain.
  void check(std::span<const VariableValue> point) const;
  [[nodiscard]] bool contains(std::span<const VariableValue> point) const;

 private:
  std::vector<Variable> variables_;
};

}  // namespace thalweg
