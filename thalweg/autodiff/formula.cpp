#include "thalweg/autodiff/formula.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>

namespace thalweg {

namespace {

constexpr std::string_view functions[] = {
#define THALWEG_NAME(name) #name,
    THALWEG_FORMULA_FUNCTIONS(THALWEG_NAME)
#undef THALWEG_NAME
        "atan2",
    "pow", "min", "max"};

bool is_function(std::string_view name) { return std::ranges::find(functions, name) != std::end(functions); }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0; }
bool digit(char c) { return c >= '0' && c <= '9'; }

enum class Kind : std::uint8_t { number, name, symbol, end };
struct Token {
  Kind kind = Kind::end;
  std::string text;
  double number = 0.0;
  std::size_t at = 0;   // offset in the formula
  bool quoted = false;  // a name in backticks: never a function
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}
  Token next() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
    Token token;
    token.at = at_;
    if (at_ == text_.size()) return token;
    const char c = text_[at_];
    if (digit(c) || (c == '.' && at_ + 1 < text_.size() && digit(text_[at_ + 1]))) {
      token.kind = Kind::number;
      const char* begin = text_.data() + at_;
      const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), token.number);
      if (error != std::errc{}) fail(at_, "a number that no double can hold");
      at_ += static_cast<std::size_t>(end - begin);
      token.text = std::string(begin, end);
    } else if (letter(c)) {
      token.kind = Kind::name;
      while (at_ < text_.size() && (letter(text_[at_]) || digit(text_[at_]) || text_[at_] == '.'))
        token.text += text_[at_++];
    } else if (c == '`') {
      token.kind = Kind::name;
      token.quoted = true;
      const std::size_t close = text_.find('`', at_ + 1);
      if (close == std::string_view::npos) fail(at_, "a backtick that is not closed");
      token.text = std::string(text_.substr(at_ + 1, close - at_ - 1));
      at_ = close + 1;
    } else {
      token.kind = Kind::symbol;
      token.text = c;
      ++at_;
      if (c == '*' && at_ < text_.size() && text_[at_] == '*') token.text = "^", ++at_;
      if (std::string_view("+-*/^(),").find(c) == std::string_view::npos)
        fail(token.at, fmt::format("`{}`", c) + (c == '[' ? " (parentheses are round)" : ""));
    }
    return token;
  }
  [[noreturn]] void fail(std::size_t at, const std::string& found) const {
    throw InvalidArgument(
        fmt::format("formula \"{}\": at character {} there is {}; a formula has numbers, names, "
                    "+ - * / ^, parentheses and functions such as exp",
                    text_, at + 1, found));
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

// Recursive descent:  sum = product {(+|−) product},  product = sign {(*|/) sign},  sign = {+|−} power,
// power = atom [^ sign],  atom = number | name | function(sum, …) | (sum).
class FormulaParser {
 public:
  FormulaParser(std::string_view text, const std::vector<std::string>& parameters,
                const std::vector<std::string>& columns)
      : text_(text), lexer_(text), parameters_(parameters), columns_(columns) {
    result_.text_ = std::string(text);
    token_ = lexer_.next();
  }
  Formula whole() {
    sum();
    if (token_.kind != Kind::end)
      fail(token_.text == ")" ? "a `)` too many"
                              : "`" + token_.text + "`, where an operator or the end would be right");
    return std::move(result_);
  }

 private:
  using Code = Formula::Code;

  [[noreturn]] void fail(const std::string& found) const {
    throw InvalidArgument(fmt::format("formula \"{}\": at character {} there is {}", text_, token_.at + 1, found));
  }
  bool take(std::string_view symbol) {
    if (token_.kind != Kind::symbol || token_.text != symbol) return false;
    token_ = lexer_.next();
    return true;
  }
  void expect(std::string_view symbol, const std::string& why) {
    if (!take(symbol))
      fail((token_.kind == Kind::end ? "the end" : "`" + token_.text + "`") +
           fmt::format(", where `{}` {}", symbol, why));
  }

  // Each reads its part of the formula and says whether a parameter occurs in it.
  bool sum() {
    bool left = product();
    for (;;) {
      if (take("+"))
        left = binary(Code::add, left, product());
      else if (take("-"))
        left = binary(Code::subtract, left, product());
      else
        return left;
    }
  }
  bool product() {
    bool left = sign();
    for (;;) {
      if (take("*"))
        left = binary(Code::multiply, left, sign());
      else if (take("/"))
        left = binary(Code::divide, left, sign());
      else
        return left;
    }
  }
  bool sign() {
    nest();
    bool part = false;
    if (take("-")) {
      part = sign();
      if (constant())
        result_.steps_.back().number = -result_.steps_.back().number;
      else
        result_.steps_.push_back({Code::negate});
    } else {
      part = take("+") ? sign() : power();
    }
    --depth_;
    return part;
  }
  bool power() {
    const bool base = atom();
    if (!take("^")) return base;
    const bool exponent = sign();
    return raised(base, exponent);
  }
  bool raised(bool base, bool exponent) {
    return binary(!exponent ? Code::power_constant : base ? Code::power : Code::power_of_data, base, exponent);
  }
  bool atom() {
    if (token_.kind == Kind::number) {
      push({Code::number, 0, token_.number});
      token_ = lexer_.next();
      return false;
    }
    if (take("(")) {
      const bool inside = sum();
      expect(")", "closes the parenthesis");
      return inside;
    }
    if (token_.kind != Kind::name)
      fail(token_.kind == Kind::end ? "the end, where a value is missing"
                                    : "`" + token_.text + "`, where a value is missing");
    return named();
  }
  bool named() {
    const Token name = token_;
    const auto parameter = std::ranges::find(parameters_, name.text);
    const auto column = std::ranges::find(columns_, name.text);
    token_ = lexer_.next();
    const bool called = token_.kind == Kind::symbol && token_.text == "(";
    if (called && !name.quoted) return call(name);
    if (parameter != parameters_.end()) {
      push({Code::parameter, static_cast<std::uint32_t>(parameter - parameters_.begin())});
      return true;
    }
    if (column != columns_.end()) {
      push({Code::column, static_cast<std::uint32_t>(column - columns_.begin())});
      return false;
    }
    if (name.text == "pi" && !name.quoted) {
      push({Code::number, 0, std::numbers::pi});
      return false;
    }
    token_ = name;
    unknown(name);
  }
  [[noreturn]] void unknown(const Token& name) const {
    const auto listed = [](const std::vector<std::string>& names) {
      std::string all;
      for (const std::string& n : names) all += (all.empty() ? "" : ", ") + n;
      return all.empty() ? std::string("none") : all;
    };
    std::vector<std::string> all = parameters_;
    all.insert(all.end(), columns_.begin(), columns_.end());
    const std::string guess = nearest(name.text, all);
    throw InvalidArgument(fmt::format(
        "formula \"{}\": `{}`, at character {}, is neither a column nor a parameter{}; columns: {}; parameters: {}",
        text_, name.text, name.at + 1,
        is_function(name.text) ? " (a function needs its arguments in parentheses)"
        : guess.empty()        ? std::string()
                               : " (did you mean `" + guess + "`?)",
        listed(columns_), listed(parameters_)));
  }
  bool call(const Token& name) {
    if (!is_function(name.text)) {
      std::vector<std::string> known(std::begin(functions), std::end(functions));
      const std::string guess = nearest(name.text, known);
      std::string all;
      for (const std::string& k : known) all += (all.empty() ? "" : ", ") + k;
      token_ = name;
      fail("`" + name.text + "(`, which is no function; " +
           (guess.empty() ? "functions: " + all : "did you mean `" + guess + "`?"));
    }
    nest();
    take("(");
    const bool two = name.text == "atan2" || name.text == "pow" || name.text == "min" || name.text == "max";
    bool first = sum();
    if (two) {
      expect(",", "comes before the second argument of " + name.text);
      const bool second = sum();
      first = name.text == "pow"     ? raised(first, second)
              : name.text == "atan2" ? binary(Code::atan2, first, second)
              : name.text == "min"   ? binary(Code::min, first, second)
                                     : binary(Code::max, first, second);
    } else {
      result_.steps_.push_back({unary(name.text)});
      fold(1);
    }
    expect(")", "closes the arguments of " + name.text);
    --depth_;
    return first;
  }
  static Code unary(std::string_view name) {
#define THALWEG_MATCH(function) \
  if (name == #function) return Code::function##_;
    THALWEG_FORMULA_FUNCTIONS(THALWEG_MATCH)
#undef THALWEG_MATCH
    return Code::negate;
  }

  void push(Formula::Step step) {
    result_.steps_.push_back(step);
    if (++height_ > Formula::deepest) fail("a part that is nested more than 64 deep; write it in fewer levels");
  }
  void nest() {
    if (++depth_ > Formula::deepest) fail("a part that is nested more than 64 deep; write it in fewer levels");
  }
  bool binary(Code code, bool left, bool right) {
    result_.steps_.push_back({code});
    --height_;
    fold(2);
    return left || right;
  }
  [[nodiscard]] bool constant(std::size_t back = 0) const {
    return result_.steps_.size() > back &&
           (result_.steps_.end() - 1 - static_cast<std::ptrdiff_t>(back))->code == Code::number;
  }
  // An operation of `operands` numbers is a number.
  void fold(std::size_t operands) {
    for (std::size_t k = 1; k <= operands; ++k)
      if (!constant(k)) return;
    Formula part;
    part.steps_.assign(result_.steps_.end() - 1 - static_cast<std::ptrdiff_t>(operands), result_.steps_.end());
    const double value = part(std::span<const double>{}, std::span<const double>{});
    result_.steps_.resize(result_.steps_.size() - 1 - operands);
    result_.steps_.push_back({Code::number, 0, value});
  }

  std::string_view text_;
  Lexer lexer_;
  const std::vector<std::string>& parameters_;
  const std::vector<std::string>& columns_;
  Formula result_;
  Token token_;
  std::size_t depth_ = 0;   // of parentheses and signs
  std::size_t height_ = 0;  // of the stack after the last step
};

Formula Formula::parse(std::string_view text, const std::vector<std::string>& parameters,
                       const std::vector<std::string>& columns) {
  return FormulaParser(text, parameters, columns).whole();
}

std::vector<std::string> Formula::names(std::string_view text) {
  std::vector<std::string> all;
  Lexer lexer(text);
  Token token = lexer.next();
  while (token.kind != Kind::end) {
    const Token next = lexer.next();
    const bool called = !token.quoted && next.kind == Kind::symbol && next.text == "(";
    if (token.kind == Kind::name && !called && std::ranges::find(all, token.text) == all.end() &&
        (token.quoted || token.text != "pi"))
      all.push_back(token.text);
    token = next;
  }
  return all;
}

bool Formula::uses_parameter(std::size_t index) const {
  return std::ranges::any_of(steps_, [&](const Step& s) { return s.code == Code::parameter && s.index == index; });
}
bool Formula::uses_column(std::size_t index) const {
  return std::ranges::any_of(steps_, [&](const Step& s) { return s.code == Code::column && s.index == index; });
}

}  // namespace thalweg
