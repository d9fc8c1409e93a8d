// A formula given as text, evaluated with any number type: Formula::parse("b1*(1-exp(-b2*x))", {"b1", "b2"},
// {"x"}).
//
// Numbers, parameters, columns of data, pi, + - * / ^ (or **), parentheses, and exp log log10 sqrt abs sin cos tan
// asin acos atan atan2 sinh cosh tanh pow min max. ^ binds to the right and before a sign (-x^2 is −(x²), 2^-1 is ½).
// A name is a letter or _ followed by letters, digits, _ and dots; any other column is written in backticks: `dose
// (mg)`. Parentheses and signs nest 64 deep at most; so does the stack of an evaluation, which therefore allocates
// nothing.
//
// x^p with a p in which no parameter occurs is a power with constant exponent: right for negative x and integer p.
// With a base in which none occurs, 0^p is 0 for p > 0, without a slope.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/autodiff/elementary.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

// clang-format off
#define THALWEG_FORMULA_FUNCTIONS(X) \
  X(exp) X(log) X(log10) X(sqrt) X(abs) X(sin) X(cos) X(tan) X(asin) X(acos) X(atan) X(sinh) X(cosh) X(tanh)
// clang-format on

class Formula {
 public:
  // Throws InvalidArgument with what was found, where, and what is allowed; an unknown name lists those there are.
  static Formula parse(std::string_view text, const std::vector<std::string>& parameters,
                       const std::vector<std::string>& columns = {});
  // The names in a text, once each, in the order of their appearance; functions and pi are none.
  static std::vector<std::string> names(std::string_view text);

  // The value at parameters (one for each name) and one row of the columns.
  template <class T>
  [[nodiscard]] T operator()(std::span<const T> parameters, std::span<const double> columns) const;
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool uses_parameter(std::size_t index) const;
  [[nodiscard]] bool uses_column(std::size_t index) const;

 private:
  friend class FormulaParser;
  static constexpr std::size_t deepest = 64;
  enum class Code : std::uint8_t {
    number,
    column,
    parameter,
    negate,
    add,
    subtract,
    multiply,
    divide,
    power,           // parameters in both
    power_constant,  // in the base alone, or in neither
    power_of_data,   // in the exponent alone
    atan2,
    min,
    max,
#define THALWEG_CODE(name) name##_,
    THALWEG_FORMULA_FUNCTIONS(THALWEG_CODE)
#undef THALWEG_CODE
  };
  struct Step {  // of the formula in postfix order
    Code code;
    std::uint32_t index = 0;  // of the parameter or column
    double number = 0.0;
  };
  std::string text_;
  std::vector<Step> steps_;
};

template <class T>
T Formula::operator()(std::span<const T> parameters, std::span<const double> columns) const {
  using namespace thalweg::math;
  using autodiff::value_of;
  std::array<T, deepest> stack{};
  std::size_t top = 0;  // entries in use
  for (const Step& step : steps_) {
    const std::size_t a = top - 2, b = top - 1;  // operands; wrap round, unused, where there are none
    switch (step.code) {
      case Code::number:
        stack[top++] = T(step.number);
        break;
      case Code::column:
        stack[top++] = T(columns[step.index]);
        break;
      case Code::parameter:
        stack[top++] = parameters[step.index];
        break;
      case Code::negate:
        stack[b] = -stack[b];
        break;
      case Code::add:
        stack[a] = stack[a] + stack[b], --top;
        break;
      case Code::subtract:
        stack[a] = stack[a] - stack[b], --top;
        break;
      case Code::multiply:
        stack[a] = stack[a] * stack[b], --top;
        break;
      case Code::divide:
        stack[a] = stack[a] / stack[b], --top;
        break;
      case Code::power:
        stack[a] = pow(stack[a], stack[b]), --top;
        break;
      case Code::power_constant:
        stack[a] = pow(stack[a], value_of(stack[b])), --top;
        break;
      case Code::power_of_data:
        stack[a] = value_of(stack[a]) == 0.0 ? T(pow(0.0, value_of(stack[b]))) : T(pow(stack[a], stack[b])), --top;
        break;
      case Code::atan2:
        stack[a] = atan2(stack[a], stack[b]), --top;
        break;
      case Code::min:
        stack[a] = min(stack[a], stack[b]), --top;
        break;
      case Code::max:
        stack[a] = max(stack[a], stack[b]), --top;
        break;
#define THALWEG_CASE(name)     \
  case Code::name##_:          \
    stack[b] = name(stack[b]); \
    break;
        THALWEG_FORMULA_FUNCTIONS(THALWEG_CASE)
#undef THALWEG_CASE
    }
  }
  return stack[0];
}

}  // namespace thalweg
