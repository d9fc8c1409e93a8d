// Small pieces of HTML: escaped text, numbers, sortable tables.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::report {

// Text for an element or a quoted attribute: & < > " ' as entities; control characters other than newline and tab,
// and bytes that are not UTF-8, as "�".
std::string escaped(std::string_view text);

// JSON for a <script type="application/json">: no "<", ">" or "&" is left that could end the element.
std::string script_safe(std::string json);

// 0.00123 → "0.00123"; 1.2e-9 → "1.20×10<sup>−9</sup>"; not finite: "nan", "∞", "−∞".
std::string html_number(double value, int significant = 3);
// A count with SI prefix, as `counted` gives it, in typographic form.
std::string html_count(double value);
// "97.1 ± 0.2", from shares of one to percent.
std::string html_percent(double mean, double sd, int decimals = 1);

// "evaluation_budget" → "evaluation budget"
std::string spaced(std::string words);

// One cell: what is shown (HTML, already escaped) and the number it is sorted by (text is sorted as text).
struct HtmlCell {
  std::string html;
  std::optional<double> key{};
  std::string style{};  // class of the cell
};

struct HtmlColumn {
  std::string title;         // HTML
  std::string hint{};        // plain text: what the number is
  bool number = true;        // right-aligned, sorted by number
  bool large_first = false;  // the first click sorts from large to small
  bool plain = false;        // not sortable (a picture)
};

class HtmlTable {
 public:
  // The caption is HTML; it names the table to screen readers too.
  HtmlTable(std::string id, std::string caption) : id_(std::move(id)), caption_(std::move(caption)) {}
  HtmlTable& column(HtmlColumn column);
  // The first cell is the row's heading.
  HtmlTable& row(std::vector<HtmlCell> cells);
  // The column the rows are already sorted by.
  HtmlTable& sorted_by(std::size_t column, bool descending);
  [[nodiscard]] std::string html() const;
  [[nodiscard]] bool empty() const { return rows_.empty(); }

 private:
  std::string id_, caption_;
  std::vector<HtmlColumn> columns_;
  std::vector<std::vector<HtmlCell>> rows_;
  std::optional<std::size_t> sorted_;
  bool descending_ = false;
};

// A number's cell: "–" where it is missing.
HtmlCell number_cell(double value, int significant = 3);
HtmlCell fixed_cell(double value, int decimals);
HtmlCell count_cell(double value);
HtmlCell seconds_cell(double value);

}  // namespace thalweg::report
