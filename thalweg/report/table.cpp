#include "thalweg/report/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "thalweg/core/options.hpp"

namespace thalweg::report {
namespace {

constexpr char32_t malformed = 0xFFFFFFFF;

// The sign that starts at `at`, which moves past it; a byte that is not UTF-8 gives `malformed` and moves by one.
char32_t next_sign(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return ++at, first;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return ++at, malformed;
  char32_t sign = static_cast<char32_t>(first & (0xFF >> (length + 1)));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return ++at, malformed;
    sign = (sign << 6) | (byte(at + i) & 0x3Fu);
  }
  if (sign < smallest[length] || sign > 0x10FFFF || (sign >= 0xD800 && sign <= 0xDFFF)) return ++at, malformed;
  return at += length, sign;
}

bool is_control(char32_t s) {  // C0, DEL, C1, and the marks that turn the direction of text
  return s < 0x20 || (s >= 0x7F && s < 0xA0) || (s >= 0x202A && s <= 0x202E) || (s >= 0x2066 && s <= 0x2069);
}

std::size_t sign_width(char32_t s) {
  struct Range {
    char32_t low, high;
  };
  static constexpr std::array<Range, 5> zero = {
      {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}}};
  static constexpr std::array<Range, 9> wide = {{{0x1100, 0x115F},
                                                 {0x2E80, 0xA4CF},
                                                 {0xAC00, 0xD7A3},
                                                 {0xF900, 0xFAFF},
                                                 {0xFE30, 0xFE6F},
                                                 {0xFF00, 0xFF60},
                                                 {0xFFE0, 0xFFE6},
                                                 {0x1F300, 0x1FAFF},
                                                 {0x20000, 0x3FFFD}}};
  const auto inside = [s](const Range& r) { return s >= r.low && s <= r.high; };
  if (std::any_of(zero.begin(), zero.end(), inside)) return 0;
  return std::any_of(wide.begin(), wide.end(), inside) ? 2 : 1;
}

std::string painted(const std::string& text, Tone tone) {
  switch (tone) {
    case Tone::strong:
      return "\x1b[1m" + text + "\x1b[0m";
    case Tone::faint:
      return "\x1b[2m" + text + "\x1b[0m";
    case Tone::good:
      return "\x1b[32m" + text + "\x1b[0m";
    case Tone::bad:
      return "\x1b[31m" + text + "\x1b[0m";
    case Tone::plain:
      break;
  }
  return text;
}

std::string repeated(std::string_view sign, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += sign;
  return out;
}

std::string not_finite(double value) { return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf"; }

}  // namespace

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t sign = next_sign(utf8, at);
    width += sign == malformed ? 1 : sign_width(sign);
  }
  return width;
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t sign = next_sign(text, at);
    if (sign == malformed || is_control(sign))
      out += "\uFFFD";
    else
      out += text.substr(from, at - from);
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::size_t used = 0, at = 0;
  while (at < text.size()) {
    std::size_t next = at;
    const char32_t sign = next_sign(text, next);
    const std::size_t w = sign == malformed ? 1 : sign_width(sign);
    if (used + w > width - 1) break;
    used += w, at = next;
  }
  return std::string(text.substr(0, at)) + "…";
}

Table& Table::column(std::string title, Align align) {
  columns_.push_back({printable(title), align});
  for (auto& r : rows_) r.emplace_back("");
  return *this;
}

Table& Table::row(std::vector<Cell> cells) {
  if (cells.size() > columns_.size())
    throw InvalidArgument(
        fmt::format("table row: {} cells, but the table has {} columns", cells.size(), columns_.size()));
  cells.resize(columns_.size(), Cell(""));
  for (auto& c : cells) c.text = printable(c.text);
  rows_.push_back(std::move(cells));
  return *this;
}

Table& Table::rule() {
  rules_.push_back(rows_.size());
  return *this;
}

std::string Table::text(const TableStyle& style) const {
  constexpr std::size_t gap = 2, least = 8;
  const std::size_t n = columns_.size();
  std::vector<std::size_t> width(n);
  for (std::size_t j = 0; j < n; ++j) {
    width[j] = display_width(columns_[j].title);
    for (const auto& r : rows_) width[j] = std::max(width[j], display_width(r[j].text));
  }
  std::size_t total = style.indent + (n > 0 ? gap * (n - 1) : 0);
  for (const std::size_t w : width) total += w;
  // too wide: the widest left column gives way first, down to a width that still says something
  while (style.max_width > 0 && total > style.max_width) {
    std::size_t widest = n;
    for (std::size_t j = 0; j < n; ++j)
      if (columns_[j].align == Align::left && width[j] > least && (widest == n || width[j] > width[widest]))
        widest = j;
    if (widest == n) break;
    --width[widest], --total;
  }

  std::string out;
  const auto line = [&](auto&& cell_text, auto&& tone_of) {
    out.append(style.indent, ' ');
    for (std::size_t j = 0; j < n; ++j) {
      const std::string cell = shortened(cell_text(j), width[j]);
      const std::string pad(width[j] - std::min(width[j], display_width(cell)), ' ');
      const std::string shown = style.color ? painted(cell, tone_of(j)) : cell;
      const bool last = j + 1 == n;
      out += columns_[j].align == Align::right ? pad + shown : shown + (last ? "" : pad);
      if (!last) out.append(gap, ' ');
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
  };
  const auto thin = [&] {
    const std::string dashes = repeated("─", total - style.indent);
    out += std::string(style.indent, ' ') + (style.color ? painted(dashes, Tone::faint) : dashes) + "\n";
  };
  line([&](std::size_t j) { return columns_[j].title; }, [](std::size_t) { return Tone::strong; });
  thin();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (i > 0 && std::find(rules_.begin(), rules_.end(), i) != rules_.end()) thin();
    line([&](std::size_t j) { return rows_[i][j].text; }, [&](std::size_t j) { return rows_[i][j].tone; });
  }
  return out;
}

std::string number(double value, int significant) {
  if (!std::isfinite(value)) return not_finite(value);
  const int digits = std::max(1, significant);
  const double size = std::abs(value);
  if (size != 0.0 && (size < 1e-3 || size >= 1e6)) return fmt::format("{:.{}e}", value, digits - 1);
  if (value == std::round(value) && size < 1e6) return fmt::format("{:.0f}", value);
  const int before = size >= 1.0 ? static_cast<int>(std::floor(std::log10(size))) + 1 : 0;
  const int zeros = size < 1.0 ? static_cast<int>(std::floor(-std::log10(size))) : 0;
  return fmt::format("{:.{}f}", value, std::max(0, digits - before + zeros));
}

std::string counted(double value) {
  if (!std::isfinite(value)) return not_finite(value);
  const double size = std::abs(value);
  if (size < 99999.5) {
    return size < 0.5 ? "0" : fmt::format("{:.0f}", value);
  }
  static constexpr std::array<const char*, 7> unit = {"", "k", "M", "G", "T", "P", "E"};
  double scaled = size;
  std::size_t step = 0;
  while (scaled >= 999.5 && step + 1 < unit.size()) scaled /= 1000.0, ++step;
  if (scaled >= 1e6) return fmt::format("{:.2e}", value);
  const int decimals = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
  return fmt::format("{}{:.{}f} {}", value < 0 ? "-" : "", scaled, decimals, unit[step]);
}

std::string seconds(double value) {
  if (!std::isfinite(value)) return not_finite(value);
  if (value < 0) return fmt::format("-{}", seconds(-value));
  if (value == 0) return "0 s";
  if (value < 999.5e-6) return fmt::format("{:.3g} µs", value * 1e6);
  if (value < 0.9995) return fmt::format("{:.3g} ms", value * 1e3);
  if (value < 99.95) return fmt::format("{:.{}f} s", value, value < 9.995 ? 2 : 1);
  const auto whole = static_cast<std::int64_t>(std::llround(std::min(value, 1e15)));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string mean_sd(double mean, double sd, int decimals) {
  if (!std::isfinite(mean)) return not_finite(mean);
  const std::string middle = fmt::format("{:.{}f}", mean, decimals);
  return std::isnan(sd) ? middle
                        : middle + " ± " + (std::isfinite(sd) ? fmt::format("{:.{}f}", sd, decimals) : "inf");
}

std::string percent(double share, int decimals) {
  if (!std::isfinite(share)) return not_finite(share);
  return fmt::format("{:.{}f} %", 100.0 * share, decimals);
}

}  // namespace thalweg::report
