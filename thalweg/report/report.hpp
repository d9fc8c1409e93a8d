// The report of one or more comparisons: one HTML file that needs nothing else, neither network nor server.
// It reads what `compare` wrote (results.json) and holds sortable tables, curves with quantile bands over seeds,
// landscapes with the paths of the methods, and the runs' TOML, version, seeds and command line.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace thalweg::report {

// One comparison: the text of a results.json, and where it came from (shown in messages only).
struct Source {
  std::string json;
  std::string origin = "results.json";
};

// The whole HTML text. Throws InvalidArgument, naming the origin, for text that is not JSON or not such results.
std::string html_report(std::span<const Source> sources);
std::string html_report(const std::string& results_json);

// Reads DIR/results.json for each of dirs (a path to a .json file is taken as it is) and writes the report to `out`,
// whole or not at all (a temporary file beside it is renamed). Throws InvalidArgument naming the path that can't be
// read or written.
void write_report(const std::vector<std::filesystem::path>& dirs, const std::filesystem::path& out);

}  // namespace thalweg::report
