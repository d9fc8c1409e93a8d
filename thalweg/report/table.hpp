// Tables for a terminal: UTF-8, aligned, colour on request. They are made as text; nothing is printed here.
//
//   Table table;
//   table.column("method").column("accuracy", Align::right).column("FLOPs", Align::right);
//   table.row({"backprop · adam", mean_sd(0.971, 0.002), counted(1.2e11)});
//   std::fputs(table.text({.color = true}).c_str(), stdout);
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::report {

enum class Align { left, right };
enum class Tone { plain, strong, faint, good, bad };  // seen only with colour

struct Cell {
  std::string text;
  Tone tone = Tone::plain;
  Cell(std::string text_, Tone tone_ = Tone::plain) : text(std::move(text_)), tone(tone_) {}  // NOLINT: implicit
  Cell(const char* text_, Tone tone_ = Tone::plain) : text(text_), tone(tone_) {}             // NOLINT: implicit
};

struct TableStyle {
  bool color = false;         // ANSI escapes
  std::size_t max_width = 0;  // columns of the terminal; a longer table shortens its widest left column; 0: no limit
  std::size_t indent = 0;     // spaces before each line
};

class Table {
 public:
  Table& column(std::string title, Align align = Align::left);
  // As many cells as columns; fewer are filled with "", more throw InvalidArgument.
  Table& row(std::vector<Cell> cells);
  // A thin line between the rows before and the rows after.
  Table& rule();
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  // The whole table, each line ended by '\n'; a heading line, a rule, the rows. Control characters and bytes that are
  // not UTF-8 come out as "�", so that a label can't steer the terminal.
  [[nodiscard]] std::string text(const TableStyle& style = {}) const;

 private:
  struct Column {
    std::string title;
    Align align;
  };
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
  std::vector<std::size_t> rules_;  // rows before which a rule stands
};

// Columns that a terminal gives the text: 0 for combining marks, 2 for wide East Asian signs and emoji.
std::size_t display_width(std::string_view utf8);
// The text with control characters and malformed bytes replaced by "�".
std::string printable(std::string_view text);
// The text cut to at most `width` columns, the last of them "…" when something was cut off.
std::string shortened(std::string_view text, std::size_t width);

// Numbers as people read them. Not finite: "nan", "inf", "-inf".
std::string number(double value, int significant = 4);          // 0.001234, 12.35, 1.235e-09, 1.235e+12
std::string counted(double value);                              // a count or FLOPs: 950, 12345, 1.20 M, 100 G
std::string seconds(double value);                              // 83 µs, 12.5 ms, 1.24 s, 3 min 20 s
std::string mean_sd(double mean, double sd, int decimals = 4);  // "0.9712 ± 0.0021"; sd NaN: the mean alone
std::string percent(double share, int decimals = 1);            // 0.9712 → "97.1 %"

}  // namespace thalweg::report
