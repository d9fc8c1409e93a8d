// The tape: the operations of one evaluation of a function, recorded through the number type Var.
//
// A Var is its value and its place on a tape; constants have no tape. There is no global tape: a Var knows its own,
// so evaluations on several threads, or in turn on one, never meet. The recorded operations are then swept
// (sweep.hpp) forward and in reverse with any number type: double for the gradient, jets and dual numbers for higher
// orders. One recording answers them all.
//
// Memory: 12 bytes an operation and 8 a value, kept between evaluations (clear() frees nothing).
// Reference: Griewank & Walther, Evaluating Derivatives, 2nd ed. (2008), §3.2 and §4.
// The kinks are those of dual.hpp; the branch taken by min, max, abs and the user's own comparisons is recorded.
#pragma once

#include <cassert>
#include <cmath>
#include <compare>
#include <concepts>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "thalweg/autodiff/elementary.hpp"

namespace thalweg::autodiff {

#define THALWEG_OP(name) name##_,
enum class Op : std::uint8_t {  // c stands for a constant
  input,
  constant,
  add,
  add_c,
  sub,
  c_sub,
  mul,
  mul_c,
  div,
  div_c,
  c_div,
  neg,
  square,
  pow_c,
  pow,
  atan2,
  hypot,
  THALWEG_UNARY_FUNCTIONS(THALWEG_OP)
};
#undef THALWEG_OP

class Tape;

class Var {
 public:
  Var() = default;
  template <Arithmetic A>
  Var(A v) : value_(static_cast<double>(v)) {}  // NOLINT: a number is a constant
  [[nodiscard]] double value() const { return value_; }
  [[nodiscard]] bool constant() const { return tape_ == nullptr; }
  [[nodiscard]] std::uint32_t index() const { return index_; }
  [[nodiscard]] Tape* tape() const { return tape_; }

  Var& operator+=(const Var& b) { return *this = *this + b; }
  Var& operator-=(const Var& b) { return *this = *this - b; }
  Var& operator*=(const Var& b) { return *this = *this * b; }
  Var& operator/=(const Var& b) { return *this = *this / b; }
  friend inline Var operator+(const Var& a, const Var& b);
  friend inline Var operator-(const Var& a, const Var& b);
  friend inline Var operator*(const Var& a, const Var& b);
  friend inline Var operator/(const Var& a, const Var& b);
  friend inline Var operator-(const Var& a);
  friend Var operator+(const Var& a) { return a; }

  friend double value_of(const Var& x) { return x.value_; }
  friend bool operator==(const Var& a, const Var& b) { return a.value_ == b.value_; }
  friend std::partial_ordering operator<=>(const Var& a, const Var& b) { return a.value_ <=> b.value_; }

#define THALWEG_VAR(name) friend inline Var name(const Var& x);
  THALWEG_UNARY_FUNCTIONS(THALWEG_VAR)
#undef THALWEG_VAR
  friend inline Var pow(const Var& a, double p);
  template <std::integral I>
  friend Var pow(const Var& a, I p) {
    return pow(a, static_cast<double>(p));
  }
  friend inline Var pow(const Var& a, const Var& b);
  template <Arithmetic A>
  friend Var pow(A a, const Var& b) {
    return pow(Var(a), b);
  }
  friend inline Var atan2(const Var& y, const Var& x);
  friend inline Var hypot(const Var& x, const Var& y);
  friend Var abs(const Var& x) { return x.value_ > 0.0 ? x : x.value_ < 0.0 ? -x : Var(std::fabs(x.value_)); }
  friend Var fabs(const Var& x) { return abs(x); }
  friend Var min(const Var& a, const Var& b) { return b.value_ < a.value_ ? b : a; }
  friend Var max(const Var& a, const Var& b) { return a.value_ < b.value_ ? b : a; }
  friend Var floor(const Var& x) { return {std::floor(x.value_)}; }
  friend Var ceil(const Var& x) { return {std::ceil(x.value_)}; }
  friend bool isfinite(const Var& x) { return std::isfinite(x.value_); }
  friend bool isnan(const Var& x) { return std::isnan(x.value_); }

 private:
  friend class Tape;
  Var(double value, Tape* tape, std::uint32_t index) : value_(value), tape_(tape), index_(index) {}
  double value_ = 0.0;
  Tape* tape_ = nullptr;
  std::uint32_t index_ = 0;
};

class Tape {
 public:
  struct Node {
    Op op;
    std::uint32_t a, b;  // operands: nodes, or for b the index of a constant
  };

  void clear() { nodes_.clear(), values_.clear(), constants_.clear(), inputs_ = 0; }
  Var input(double x) { return push(Op::input, x, inputs_++); }
  [[nodiscard]] std::size_t inputs() const { return inputs_; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] std::span<const Node> nodes() const { return nodes_; }
  [[nodiscard]] std::span<const double> values() const { return values_; }
  [[nodiscard]] std::span<const double> constants() const { return constants_; }

  // Recording; for the operators of Var.
  Var push(Op op, double value, std::uint32_t a, std::uint32_t b = 0) {
    if (nodes_.size() >= UINT32_MAX) throw std::length_error("autodiff: a tape holds at most 2^32 operations");
    nodes_.push_back({op, a, b});
    values_.push_back(value);
    return {value, this, static_cast<std::uint32_t>(nodes_.size() - 1)};
  }
  Var push_constant(Op op, double value, std::uint32_t a, double c) {
    constants_.push_back(c);
    return push(op, value, a, static_cast<std::uint32_t>(constants_.size() - 1));
  }
  // A node for x, be it a constant.
  std::uint32_t place(const Var& x) {
    return x.constant() ? push_constant(Op::constant, x.value_, 0, x.value_).index_ : x.index_;
  }
  static Var unary(Op op, double value, const Var& x) {
    return x.tape_ == nullptr ? Var(value) : x.tape_->push(op, value, x.index_);
  }
  static Var binary(Op op, double value, const Var& a, const Var& b) {
    Tape* tape = a.tape_ != nullptr ? a.tape_ : b.tape_;
    if (tape == nullptr) return {value};
    meet(a, b);
    const std::uint32_t ia = tape->place(a), ib = tape->place(b);
    return tape->push(op, value, ia, ib);
  }

  // Two variables of one operation stand on one tape; a programmer who mixes two evaluations breaks that.
  static void meet([[maybe_unused]] const Var& a, [[maybe_unused]] const Var& b) {
    assert(a.tape_ == nullptr || b.tape_ == nullptr || a.tape_ == b.tape_);
  }

 private:
  std::vector<Node> nodes_;
  std::vector<double> values_, constants_;
  std::uint32_t inputs_ = 0;
};

inline Var operator+(const Var& a, const Var& b) {
  Tape::meet(a, b);
  const double v = a.value_ + b.value_;
  if (a.constant()) return b.constant() ? Var(v) : b.tape_->push_constant(Op::add_c, v, b.index_, a.value_);
  if (b.constant()) return a.tape_->push_constant(Op::add_c, v, a.index_, b.value_);
  return a.tape_->push(Op::add, v, a.index_, b.index_);
}
inline Var operator-(const Var& a, const Var& b) {
  Tape::meet(a, b);
  const double v = a.value_ - b.value_;
  if (a.constant()) return b.constant() ? Var(v) : b.tape_->push_constant(Op::c_sub, v, b.index_, a.value_);
  if (b.constant()) return a.tape_->push_constant(Op::add_c, v, a.index_, -b.value_);
  return a.tape_->push(Op::sub, v, a.index_, b.index_);
}
inline Var operator*(const Var& a, const Var& b) {
  Tape::meet(a, b);
  const double v = a.value_ * b.value_;
  if (a.constant()) return b.constant() ? Var(v) : b.tape_->push_constant(Op::mul_c, v, b.index_, a.value_);
  if (b.constant()) return a.tape_->push_constant(Op::mul_c, v, a.index_, b.value_);
  if (a.index_ == b.index_) return a.tape_->push(Op::square, v, a.index_);
  return a.tape_->push(Op::mul, v, a.index_, b.index_);
}
inline Var operator/(const Var& a, const Var& b) {
  Tape::meet(a, b);
  const double v = a.value_ / b.value_;
  if (a.constant()) return b.constant() ? Var(v) : b.tape_->push_constant(Op::c_div, v, b.index_, a.value_);
  if (b.constant()) return a.tape_->push_constant(Op::div_c, v, a.index_, b.value_);
  return a.tape_->push(Op::div, v, a.index_, b.index_);
}
inline Var operator-(const Var& a) { return Tape::unary(Op::neg, -a.value_, a); }

#define THALWEG_VAR(name) \
  inline Var name(const Var& x) { return Tape::unary(Op::name##_, std::name(x.value_), x); }
THALWEG_UNARY_FUNCTIONS(THALWEG_VAR)
#undef THALWEG_VAR

inline Var pow(const Var& a, double p) {
  const double v = std::pow(a.value_, p);
  if (a.constant() || p == 0.0) return {v};
  return p == 1.0 ? a : a.tape_->push_constant(Op::pow_c, v, a.index_, p);
}
inline Var pow(const Var& a, const Var& b) {
  return b.constant() ? pow(a, b.value_) : Tape::binary(Op::pow, std::pow(a.value_, b.value_), a, b);
}
inline Var atan2(const Var& y, const Var& x) { return Tape::binary(Op::atan2, std::atan2(y.value_, x.value_), y, x); }
inline Var hypot(const Var& x, const Var& y) { return Tape::binary(Op::hypot, std::hypot(x.value_, y.value_), x, y); }

}  // namespace thalweg::autodiff
