#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "cli.hpp"

namespace thalweg::cli {

namespace {
[[noreturn]] void wrong(const std::string& option, std::string_view text, const std::string& right) {
  throw UsageError(option + " is \"" + std::string(text) + "\"; it must be " + right);
}
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}
}  // namespace

double number(const std::string& option, std::string_view text) {
  std::string_view t = trimmed(text);
  if (t.starts_with('+')) t.remove_prefix(1);
  double value = 0.0;
  const auto [stop, error] = std::from_chars(t.data(), t.data() + t.size(), value);
  if (error == std::errc::result_out_of_range) wrong(option, text, "a number that a double holds");
  if (error != std::errc{} || stop != t.data() + t.size() || std::isnan(value)) wrong(option, text, "a number");
  return value;
}

double positive(const std::string& option, std::string_view text) {
  const double value = number(option, text);
  if (!(value > 0.0) || !std::isfinite(value)) wrong(option, text, "a finite number > 0");
  return value;
}

std::uint64_t whole(const std::string& option, std::string_view text, std::uint64_t least) {
  const std::string right = least == 0 ? "a whole number ≥ 0" : "a whole number ≥ " + std::to_string(least);
  const std::string_view t = trimmed(text);
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(t.data(), t.data() + t.size(), value);
  if (error != std::errc{} || stop != t.data() + t.size()) {  // 1e6 is a whole number too
    double wide = -1.0;
    const auto [stop2, error2] = std::from_chars(t.data(), t.data() + t.size(), wide);
    if (error2 != std::errc{} || stop2 != t.data() + t.size() || !(wide >= 0.0) || wide > 9e15 ||
        std::floor(wide) != wide)
      wrong(option, text, right);
    value = static_cast<std::uint64_t>(wide);
  }
  if (value < least) wrong(option, text, right);
  return value;
}

std::vector<double> numbers(const std::string& option, std::string_view text) {
  std::vector<double> values;
  constexpr std::string_view separators = ", \t\r\n";
  while (true) {
    const std::size_t first = text.find_first_not_of(separators);
    if (first == std::string_view::npos) break;
    const std::size_t last = std::min(text.find_first_of(separators, first), text.size());
    values.push_back(number(option, text.substr(first, last - first)));
    text.remove_prefix(last);
  }
  if (values.empty()) throw UsageError(option + " holds no number");
  return values;
}

std::pair<std::string, std::string> name_and_value(const std::string& option, std::string_view text,
                                                   const std::string& form) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) wrong(option, text, form);
  return {std::string(trimmed(text.substr(0, equals))), std::string(trimmed(text.substr(equals + 1)))};
}

Tolerances tolerances(const std::vector<std::string>& texts) {
  Tolerances tolerance;
  for (const std::string& text : texts) {
    const auto [kind, value] = name_and_value("--tolerance", text, "KIND=V, as in gradient=1e-6");
    const double v = number("--tolerance " + kind, value);
    if (!(v >= 0.0)) throw UsageError("--tolerance " + kind + " is " + value + "; it must be ≥ 0");
    if (kind == "f")
      tolerance.f = v;
    else if (kind == "x")
      tolerance.x = v;
    else if (kind == "gradient")
      tolerance.gradient = v;
    else
      throw UsageError("--tolerance: unknown kind `" + kind + "`; the kinds are f, x and gradient");
  }
  return tolerance;
}

std::string read_file(const std::string& option, const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  if (in && in.peek() != std::ifstream::traits_type::eof()) content << in.rdbuf();
  if (errno != 0 || in.bad())  // a folder opens, but cannot be read
    throw UsageError(option + ": cannot read the file " + path + ": " + std::strerror(errno != 0 ? errno : EIO));
  return content.str();
}

std::string text_or_file(const std::string& option, const std::string& text) {
  if (!text.starts_with('@')) return text;
  std::string content = read_file(option, text.substr(1));
  if (trimmed(content).empty()) throw UsageError(option + ": the file " + text.substr(1) + " is empty");
  return content;
}

std::uint64_t Common::seed_number() const { return whole("--seed", seed); }

int Common::thread_count() const {
  const std::uint64_t count = whole("--threads", threads, 1);
  if (count > 4096) wrong("--threads", threads, "at most 4096");
  return static_cast<int>(count);
}

bool Common::color_on(int descriptor) const {
  if (color != "auto") return color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  return is_terminal(descriptor) && term != nullptr && std::string_view(term) != "dumb";
}

void add_output_options(CLI::App& app, Common& common) {
  app.add_flag("--json", common.json, "the result as one JSON object on stdout");
  app.add_option("--color", common.color, "auto, always or never")
      ->type_name("WHEN")
      ->check([](const std::string& text) {
        return text == "auto" || text == "always" || text == "never"
                   ? std::string()
                   : "is \"" + text + "\"; it is one of auto, always or never";
      });
}

void add_run_options(CLI::App& app, Common& common) {
  add_output_options(app, common);
  app.add_option("--seed", common.seed, "of all randomness (default 0)")->type_name("N");
  app.add_option("--threads", common.threads, "the result is the same for any number (default 1)")->type_name("N");
  app.add_option("--log", common.log, "what happens, one JSON object a line")->type_name("FILE.jsonl");
  app.add_flag("--quiet", common.quiet, "nothing on stderr but errors");
}

Json json_number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0.0 ? "inf" : "-inf";
  return value;
}

Json json_numbers(std::span<const double> values) {
  Json array = Json::array();
  for (const double v : values) array.push_back(json_number(v));
  return array;
}

namespace {
// An option's default as the type that it has.
Json json_default(const OptionInfo& option) {
  const std::string& text = option.default_text;
  try {
    if (option.type == "bool") return detail::parse_bool(option.name, text);
    if (option.type == "int") return detail::parse_integer(option.name, text);
    if (option.type == "double") return json_number(detail::parse_double(option.name, text));
    if (option.type == "list") return json_numbers(detail::parse_list(option.name, text));
  } catch (const InvalidArgument&) {  // no default, e.g. one that must be given: as the text says
  }
  return text;
}
}  // namespace

Json json_evaluations(const Ledger& ledger) {
  // Those that every result lists; others are added when they were asked.
  constexpr AnswerKind listed[] = {AnswerKind::value,    AnswerKind::gradient, AnswerKind::hessian_vector,
                                   AnswerKind::hessian,  AnswerKind::third,    AnswerKind::directional,
                                   AnswerKind::residual, AnswerKind::jacobian};
  Json evaluations = Json::object();
  for (const AnswerKind kind : listed) evaluations[std::string(name(kind))] = ledger.of(kind);
  for (std::size_t k = 0; k < answer_kinds; ++k) {
    const std::string kind(name(static_cast<AnswerKind>(k)));
    if (!evaluations.contains(kind) && ledger.answers[k] > 0) evaluations[kind] = ledger.answers[k];
  }
  return evaluations;
}

Json json_entry(const Entry& entry) {
  Json asks = Json::array(), options = Json::array();
  for (std::size_t k = 0; k < answer_kinds; ++k)
    if (entry.asks.has(static_cast<AnswerKind>(k))) asks.push_back(name(static_cast<AnswerKind>(k)));
  for (const OptionInfo& o : entry.options)
    options.push_back({{"name", o.name},
                       {"type", o.type},
                       {"default", json_default(o)},
                       {"range", o.range()},
                       {"unit", o.unit},
                       {"help", o.help}});
  return {{"id", entry.id},
          {"name", entry.name},
          {"kind", entry.kind},
          {"section", entry.section},
          {"reference", entry.reference},
          {"asks", std::move(asks)},
          {"options", std::move(options)}};
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }
void print_json(const Json& json) { print(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"); }

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

std::size_t terminal_width(int descriptor) {
  winsize size{};
  if (!is_terminal(descriptor) || ioctl(descriptor, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

void note(const Common& common, std::string_view text) {
  if (!common.quiet) std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

void complain(std::string_view text) {
  std::fprintf(stderr, "thalweg: error: %.*s\n", static_cast<int>(text.size()), text.data());
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    if (text.front() == '\n') {
      out += '\n' + std::string(indent, ' ');
      column = indent;
      text.remove_prefix(1);
      continue;
    }
    if (text.front() == ' ') {
      text.remove_prefix(1);
      continue;
    }
    const std::string_view word = text.substr(0, text.find_first_of(" \n"));
    const std::size_t length = report::display_width(word);
    if (column > indent && column + 1 + length > width) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) out += ' ', ++column;
    out += word;
    column += length;
    text.remove_prefix(word.size());
  }
  return out;
}

}  // namespace thalweg::cli
