#include "thalweg/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "thalweg/report/table.hpp"

namespace thalweg::report {
namespace {

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

std::string not_finite(double value) { return std::isnan(value) ? "nan" : value > 0 ? "∞" : "−∞"; }

std::string sort_key(double value) {
  if (std::isnan(value)) return "";
  return std::isinf(value) ? (value > 0 ? "Infinity" : "-Infinity") : fmt::format("{}", value);
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out, line;
  const auto flush = [&] {
    out += printable(line);
    line.clear();
  };
  for (const char c : text) {
    const char* entity = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : nullptr;
    if (c == '\'') entity = "&#39;";
    if (entity != nullptr || c == '\n' || c == '\t') {
      flush();
      entity != nullptr ? out += entity : out += c;
    } else {
      line += c;
    }
  }
  flush();
  return out;
}

std::string script_safe(std::string json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<' || c == '>' || c == '&')
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return replaced(replaced(std::move(out), "\u2028", "\\u2028"), "\u2029", "\\u2029");
}

std::string html_number(double value, int significant) {
  if (!std::isfinite(value)) return not_finite(value);
  std::string text = number(value, significant);
  std::string exponent;
  if (const auto e = text.find('e'); e != std::string::npos) {
    exponent = fmt::format("×10<sup>{}</sup>", replaced(std::to_string(std::stoi(text.substr(e + 1))), "-", "−"));
    text.resize(e);
  }
  return replaced(text, "-", "−") + exponent;
}

std::string html_count(double value) {
  if (!std::isfinite(value)) return not_finite(value);
  if (std::abs(value) >= 9999.5 && std::abs(value) < 99999.5)  // 32.0 k beside 400 k
    return fmt::format("{}{:.1f}\u202Fk", value < 0 ? "−" : "", std::abs(value) / 1000);
  const std::string text = counted(value);
  if (text.find('e') != std::string::npos) return html_number(value, 3);
  return replaced(replaced(text, "-", "−"), " ", "\u202F");
}

std::string html_percent(double mean, double sd, int decimals) {
  if (!std::isfinite(mean)) return not_finite(mean);
  std::string out = fmt::format("{:.{}f}", 100.0 * mean, decimals);
  if (std::isfinite(sd)) out += fmt::format(" <span class=\"sd\">± {:.{}f}</span>", 100.0 * sd, decimals);
  return replaced(out, "-", "−");
}

std::string spaced(std::string words) {
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

HtmlTable& HtmlTable::column(HtmlColumn column) {
  columns_.push_back(std::move(column));
  return *this;
}

HtmlTable& HtmlTable::row(std::vector<HtmlCell> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
  return *this;
}

HtmlTable& HtmlTable::sorted_by(std::size_t column, bool descending) {
  sorted_ = column, descending_ = descending;
  return *this;
}

std::string HtmlTable::html() const {
  std::string out = fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"{0}-caption\">\n"
      "<table id=\"{0}\"><caption id=\"{0}-caption\"><span>{1}</span></caption>\n<thead><tr>",
      id_, caption_);
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    const auto& c = columns_[j];
    const std::string hint = c.hint.empty() ? "" : fmt::format(" title=\"{}\"", escaped(c.hint));
    const char* sort =
        sorted_ && *sorted_ == j ? (descending_ ? " aria-sort=\"descending\"" : " aria-sort=\"ascending\"") : "";
    const char* type = c.number ? "number" : "text";
    if (c.plain)
      out += fmt::format("<th scope=\"col\" class=\"picture\"{}>{}</th>", hint, c.title);
    else
      out += fmt::format("<th scope=\"col\" class=\"{}\"{}{}{}><button type=\"button\">{}</button></th>", type, sort,
                         c.large_first ? " data-large-first" : "", hint, c.title);
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& r : rows_) {
    out += "<tr>";
    for (std::size_t j = 0; j < r.size(); ++j) {
      std::string kind = columns_[j].plain ? "picture" : columns_[j].number ? "number" : "text";
      if (!r[j].style.empty()) kind += " " + r[j].style;
      const std::string key = r[j].key ? fmt::format(" data-key=\"{}\"", sort_key(*r[j].key)) : "";
      const char* open = j == 0 ? "th scope=\"row\"" : "td";
      out += fmt::format("<{} class=\"{}\"{}>{}</{}>", open, kind, key, r[j].html, j == 0 ? "th" : "td");
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

HtmlCell number_cell(double value, int significant) {
  if (std::isnan(value)) return {"<span class=\"none\">–</span>", value};
  return {html_number(value, significant), value};
}

HtmlCell fixed_cell(double value, int decimals) {
  if (!std::isfinite(value)) return number_cell(value);
  return {replaced(fmt::format("{:.{}f}", value, decimals), "-", "−"), value};
}

HtmlCell count_cell(double value) {
  if (std::isnan(value)) return {"<span class=\"none\">–</span>", value};
  return {html_count(value), value, value == 0.0 ? "zero" : ""};
}

HtmlCell seconds_cell(double value) {
  if (std::isnan(value)) return {"<span class=\"none\">–</span>", value};
  return {escaped(replaced(seconds(value), " ", "\u202F")), value};
}

}  // namespace thalweg::report
