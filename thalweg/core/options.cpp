#include "thalweg/core/options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace thalweg {

namespace {
// Optimal string alignment distance (Damerau–Levenshtein with adjacent transpositions).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// Letters and digits alone, in lower case: L-BFGS, l_bfgs and lbfgs are one.
std::string letters(std::string_view text) {
  std::string out = lower(text);
  std::erase_if(out, [](char c) { return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')); });
  return out;
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }
}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& names) {
  const std::string wanted = lower(word);
  std::string best;
  std::size_t best_distance = word.size() == 1 ? 1 : 2 + word.size() / 3;  // one letter is no slip of another
  for (const std::string& candidate : names) {
    if (letters(wanted) == letters(candidate) && !letters(wanted).empty()) return candidate;
    std::size_t distance = edit_distance(wanted, lower(candidate));
    if (const std::size_t slash = candidate.find('/'); slash != std::string::npos)  // meyer of mgh/meyer
      distance = std::min(distance, 1 + edit_distance(wanted, lower(std::string_view(candidate).substr(slash + 1))));
    if (distance < best_distance) best_distance = distance, best = candidate;
  }
  return best;
}

std::string OptionInfo::range() const {
  if (!choices.empty()) {
    std::string text;
    for (std::size_t i = 0; i < choices.size(); ++i)
      text += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + choices[i];
    return text;
  }
  const bool has_low = std::isfinite(low), has_high = std::isfinite(high);
  if (has_low && has_high)
    return (low_open ? "(" : "[") + detail::format(low) + ", " + detail::format(high) + (high_open ? ")" : "]");
  if (has_low) return (low_open ? "> " : "≥ ") + detail::format(low);
  if (has_high) return (high_open ? "< " : "≤ ") + detail::format(high);
  return "";
}

void throw_unknown_option(const Entry& entry, std::string_view option_name) {
  std::vector<std::string> names;
  for (const auto& o : entry.options) names.push_back(o.name);
  const std::string guess = nearest(option_name, names);
  std::string message = "unknown option `" + std::string(option_name) + "` of " + entry.id;
  if (!guess.empty()) {
    message += "; did you mean `" + guess + "`?";
  } else if (names.empty()) {
    message += "; it has no options";
  } else {
    message += "; its options are ";
    for (std::size_t i = 0; i < names.size(); ++i) message += (i == 0 ? "" : ", ") + names[i];
  }
  throw InvalidArgument(message);
}

namespace detail {

double parse_double(std::string_view option, std::string_view text) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end)
    throw InvalidArgument("option `" + std::string(option) + "` is " + quoted(text) + "; it must be a number");
  return value;
}

std::int64_t parse_integer(std::string_view option, std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc{} && stop == end) return value;
  // 1e6 is an integer too, when it is one.
  double number = 0.0;
  const auto [stop2, error2] = std::from_chars(text.data(), end, number);
  if (error2 == std::errc{} && stop2 == end && std::floor(number) == number && std::abs(number) < 9e15)
    return static_cast<std::int64_t>(number);
  throw InvalidArgument("option `" + std::string(option) + "` is " + quoted(text) + "; it must be a whole number");
}

bool parse_bool(std::string_view option, std::string_view text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off") return false;
  throw InvalidArgument("option `" + std::string(option) + "` is " + quoted(text) + "; it must be true or false");
}

std::vector<double> parse_list(std::string_view option, std::string_view text) {
  std::vector<double> values;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    values.push_back(parse_double(option, part));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return values;
}

std::string format(double value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  static_cast<void>(error);  // 32 characters hold every double
  return {buffer.data(), end};
}

std::string format(const std::vector<double>& values) {
  std::string text;
  for (double v : values) text += (text.empty() ? "" : ",") + format(v);
  return text;
}

void check_range(const OptionInfo& option, double value) {
  const bool low_ok = option.low_open ? value > option.low : value >= option.low;
  const bool high_ok = option.high_open ? value < option.high : value <= option.high;
  const bool free_low = option.low == -std::numeric_limits<double>::infinity();
  const bool free_high = option.high == std::numeric_limits<double>::infinity();
  if (std::isnan(value) || !(low_ok || free_low) || !(high_ok || free_high)) {
    const std::string range = option.range();
    throw InvalidArgument("option `" + option.name + "` is " + format(value) + "; it must be " +
                          (range.empty() ? "a number" : (range[0] == '(' || range[0] == '[' ? "in " : "") + range));
  }
}

}  // namespace detail
}  // namespace thalweg
