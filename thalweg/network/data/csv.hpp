// Tables of numbers with a header line: comma-separated, quoted as RFC 4180 says, gzip allowed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "thalweg/network/data/byte_source.hpp"
#include "thalweg/network/data_set.hpp"

namespace thalweg {

// Cells as text. Blank lines are skipped; a row of another length than the first, an unclosed quote, a quote inside
// an unquoted cell or more than 4 GiB of text throw InvalidArgument with the line.
struct CsvTable {
  std::string name;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::size_t> lines;  // where each row began, from 1
};
CsvTable read_csv(ByteSource& source);
// The names of the first row, trimmed. Throws InvalidArgument for a table without rows or a name that is there twice.
std::vector<std::string> csv_header(const CsvTable& table);
// The numbers below the name of a column. Throws InvalidArgument with file, line and column for a cell that is no
// finite number.
std::vector<double> csv_numbers(const CsvTable& table, std::size_t column);

enum class CsvTask : std::uint8_t { automatic, classification, regression };

// One column is the target, all others are features and must be finite numbers. `automatic`: a target with a cell
// that is no number, or with at most 20 different whole numbers, is a class; any other a quantity. Classes are
// numbered in the order of their values (numbers) or names (text); class_names keeps them. Throws InvalidArgument
// with file, line and column for a missing column (with the nearest name), a column named twice, a cell that is no
// finite number, a table without rows or features.
template <class S>
DataSet<S> csv_data(const std::string& id, const CsvTable& table, const std::string& target,
                    CsvTask task = CsvTask::automatic);

}  // namespace thalweg
