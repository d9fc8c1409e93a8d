#include "thalweg/network/data/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

namespace thalweg {
namespace {

constexpr std::size_t text_limit = std::size_t{1} << 32;
constexpr std::size_t automatic_classes = 20;  // most distinct whole numbers that still count as classes

std::string_view trimmed(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

// A finite number that fills the whole cell.
std::optional<double> number(std::string_view cell) {
  cell = trimmed(cell);
  if (!cell.empty() && cell.front() == '+') cell.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc{} || end != cell.data() + cell.size() || cell.empty() || !std::isfinite(value)) return {};
  return value;
}

[[noreturn]] void fail(const CsvTable& table, std::size_t line, const std::string& what) {
  throw InvalidArgument(table.name + ", line " + std::to_string(line) + ": " + what);
}

std::size_t column_named(const CsvTable& table, const std::string& target) {
  const std::vector<std::string> names = csv_header(table);
  const auto found = std::find(names.begin(), names.end(), target);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::string known;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 20); ++i) known += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > 20) known += ", …";
  const std::string near = nearest(target, names);
  fail(table, table.lines[0],
       "no column `" + target + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?") + " (the columns are " +
           known + ")");
}

}  // namespace

std::vector<std::string> csv_header(const CsvTable& table) {
  if (table.rows.empty())
    throw InvalidArgument(table.name + ": the table is empty; its first line names the columns");
  std::vector<std::string> names;
  for (const auto& cell : table.rows[0]) names.emplace_back(trimmed(cell));
  for (std::size_t i = 0; i < names.size(); ++i)
    if (std::find(names.begin() + static_cast<std::ptrdiff_t>(i) + 1, names.end(), names[i]) != names.end())
      fail(table, table.lines[0], "two columns are named `" + names[i] + "`");
  return names;
}

std::vector<double> csv_numbers(const CsvTable& table, std::size_t column) {
  std::vector<double> values;
  for (std::size_t i = 1; i < table.rows.size(); ++i) {
    const auto value = number(table.rows[i][column]);
    if (!value)
      fail(table, table.lines[i],
           "column `" + std::string(trimmed(table.rows[0][column])) + "` holds \"" + table.rows[i][column] +
               "\", which is no finite number");
    values.push_back(*value);
  }
  return values;
}

CsvTable read_csv(ByteSource& source) {
  CsvTable table;
  table.name = source.name();
  std::string text = source.text(text_limit);
  std::string_view rest = text;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  std::vector<std::string> row;
  std::string cell;
  std::size_t line = 1, began = 1;
  bool quoted = false, was_quoted = false;
  const auto end_cell = [&] {
    row.push_back(std::move(cell));
    cell.clear();
    was_quoted = false;
  };
  const auto end_row = [&] {
    const bool blank = row.empty() && trimmed(cell).empty() && !was_quoted;
    end_cell();
    if (!blank) {
      if (!table.rows.empty() && row.size() != table.rows[0].size())
        fail(table, began,
             std::to_string(row.size()) + (row.size() == 1 ? " cell" : " cells") + "; the first line has " +
                 std::to_string(table.rows[0].size()) + " (cells are separated by commas)");
      table.rows.push_back(std::move(row));
      table.lines.push_back(began);
    }
    row.clear();
  };
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (quoted) {
      if (c == '\n') ++line;
      if (c != '"') {
        cell += c;
      } else if (i + 1 < rest.size() && rest[i + 1] == '"') {
        cell += '"';
        ++i;
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      if (!trimmed(cell).empty() || was_quoted)
        fail(table, line, "a quote inside a cell that does not begin with one");
      cell.clear();
      quoted = was_quoted = true;
    } else if (c == ',') {
      end_cell();
    } else if (c == '\n') {
      end_row();
      began = ++line;
    } else if (c != '\r') {
      if (was_quoted && c != ' ' && c != '\t') fail(table, line, "text behind a closing quote");
      if (!was_quoted) cell += c;
    }
  }
  if (quoted) fail(table, began, "a quoted cell is not closed");
  if (!row.empty() || !cell.empty() || was_quoted) end_row();
  return table;
}

template <class S>
DataSet<S> csv_data(const std::string& id, const CsvTable& table, const std::string& target, CsvTask task) {
  if (table.rows.empty()) throw InvalidArgument(table.name + ": the file is empty; expected a header line and rows");
  const std::size_t column = column_named(table, target), columns = table.rows[0].size();
  if (table.rows.size() < 2) throw InvalidArgument(table.name + ": no rows below the header line");
  if (columns < 2) throw InvalidArgument(table.name + ": no column besides the target `" + target + "`");

  DataSet<S> data;
  data.id = id;
  data.samples = table.rows.size() - 1;
  data.features = columns - 1;
  data.shape = {data.features};
  std::vector<std::optional<double>> wanted;  // the target as numbers
  bool numeric = true, whole = true;
  for (std::size_t r = 1; r < table.rows.size(); ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      const auto value = number(table.rows[r][c]);
      if (c == column) {
        wanted.push_back(value);
        numeric = numeric && value;
        whole = whole && value && *value == std::round(*value);
        if (trimmed(table.rows[r][c]).empty()) fail(table, table.lines[r], "the target `" + target + "` is missing");
        continue;
      }
      if (!value)
        fail(table, table.lines[r],
             "column `" + std::string(trimmed(table.rows[0][c])) + "` is \"" + table.rows[r][c].substr(0, 40) +
                 "\", not a finite number");
      data.inputs.push_back(static_cast<S>(*value));
      if (!std::isfinite(data.inputs.back()))
        fail(table, table.lines[r],
             "column `" + std::string(trimmed(table.rows[0][c])) + "` is " + table.rows[r][c].substr(0, 40) +
                 ", too large for single precision");
    }

  // Classes in order: numbers by value, text by name.
  std::map<std::pair<double, std::string>, std::int32_t> order;
  if (task != CsvTask::regression)
    for (std::size_t r = 1; r < table.rows.size(); ++r)
      order[{numeric ? *wanted[r - 1] : 0.0, numeric ? "" : std::string(trimmed(table.rows[r][column]))}] = 0;
  const bool classification =
      task == CsvTask::classification ||
      (task == CsvTask::automatic && (!numeric || (whole && order.size() <= automatic_classes)));
  if (!classification) {
    data.outputs = 1;
    for (std::size_t i = 0; i < data.samples; ++i) {
      if (!wanted[i])
        fail(table, table.lines[i + 1],
             "the target `" + target + "` is \"" + table.rows[i + 1][column].substr(0, 40) +
                 "\", not a finite number");
      data.targets.push_back(static_cast<S>(*wanted[i]));
    }
    data.check();
    return data;
  }
  data.classes = order.size();
  std::int32_t next = 0;
  for (auto& [key, label] : order) {
    label = next++;
    data.class_names.push_back(numeric ? detail::format(key.first) : key.second);
  }
  for (std::size_t i = 0; i < data.samples; ++i)
    data.labels.push_back(
        order.at({numeric ? *wanted[i] : 0.0, numeric ? "" : std::string(trimmed(table.rows[i + 1][column]))}));
  data.check();
  return data;
}

template DataSet<float> csv_data(const std::string&, const CsvTable&, const std::string&, CsvTask);
template DataSet<double> csv_data(const std::string&, const CsvTable&, const std::string&, CsvTask);

}  // namespace thalweg
