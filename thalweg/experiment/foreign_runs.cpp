#include "thalweg/experiment/foreign_runs.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "thalweg/experiment/runs.hpp"

namespace thalweg {
namespace {

using Json = nlohmann::ordered_json;
using Pairs = std::vector<std::pair<double, double>>;  // evaluations, f

[[noreturn]] void fail(const std::string& origin, std::size_t line, const std::string& what) {
  throw InvalidArgument(origin + ", line " + std::to_string(line) + ": " + what);
}

// Whether a number may count evaluations.
bool counts(double v) { return v >= 1.0 && v <= 0x1p53; }

double number(const Json& json) {
  if (json.is_number()) return json.get<double>();
  return std::numeric_limits<double>::quiet_NaN();  // "nan", "inf", null: no improvement
}

// The run from its pairs, in any order, and its end.
void complete(RunRecord& run, Pairs pairs, double end) {
  std::ranges::stable_sort(pairs, {}, &std::pair<double, double>::first);
  for (const auto& [at, f] : pairs) run.history.add(at, f);
  run.history.end = std::max(run.history.end, end);
  if (!run.history.empty()) run.f = run.history.f.back();
  run.crashed = run.history.empty();
  run.evaluations = {{"value", run.history.end}};
  run.curve = curve_of(run.history, suite_curve_points);
}

MethodRecord& of_label(std::vector<MethodRecord>& all, const std::string& label, const std::string& origin) {
  for (auto& m : all)
    if (m.spec.label == label) return m;
  MethodRecord m;
  m.spec.label = label;
  m.origin = origin;
  all.push_back(std::move(m));
  return all.back();
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<MethodRecord> from_jsonl(std::string_view text, const std::string& origin) {
  std::vector<MethodRecord> all;
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find_first_not_of(" \t") == std::string_view::npos) continue;
    const Json json = Json::parse(lines[i], nullptr, false);
    if (!json.is_object())
      fail(origin, i + 1, "not a JSON object; a line is a run: {\"problem\",\"method\",\"history\"}");
    for (const char* key : {"problem", "method"})
      if (!json.contains(key) || !json[key].is_string())
        fail(origin, i + 1, std::string("`") + key + "` must be text");
    if (!json.contains("history") || !json["history"].is_array())
      fail(origin, i + 1, "`history` must be a list of [evaluations, f]");
    RunRecord run;
    Pairs pairs;
    for (const auto& pair : json["history"]) {
      if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number() || !counts(pair[0].get<double>()))
        fail(origin, i + 1, "`history` holds " + pair.dump() + "; expected [evaluations ≥ 1, f]");
      pairs.emplace_back(pair[0].get<double>(), number(pair[1]));
    }
    double end = pairs.empty() ? 0.0 : std::ranges::max_element(pairs)->first;
    if (json.contains("evaluations")) {
      const double given = number(json["evaluations"]);
      if (!(given >= end) || !(counts(given) || given == 0.0))  // 0: it ended before it asked
        fail(origin, i + 1,
             "`evaluations` is " + json["evaluations"].dump() + "; expected a number, at least the history's " +
                 detail::format(end));
      end = given;
    }
    if (json.contains("seed")) {
      if (!json["seed"].is_number_unsigned()) fail(origin, i + 1, "`seed` must be a whole number ≥ 0");
      run.seed = json["seed"].get<std::uint64_t>();
    }
    run.problem = json["problem"].get<std::string>();
    run.status = json.contains("status") && json["status"].is_string() ? json["status"].get<std::string>() : "done";
    if (json.contains("message") && json["message"].is_string()) run.message = json["message"].get<std::string>();
    if (json.contains("seconds")) run.seconds = number(json["seconds"]);
    complete(run, std::move(pairs), end);
    of_label(all, json["method"].get<std::string>(), origin).runs.push_back(std::move(run));
  }
  return all;
}

// The fields of a line; "…" may hold commas, and "" is a quote in it.
std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (quoted && line[i] == '"' && i + 1 < line.size() && line[i + 1] == '"')
      fields.back() += line[++i];
    else if (line[i] == '"')
      quoted = !quoted;
    else if (line[i] == ',' && !quoted)
      fields.emplace_back();
    else
      fields.back() += line[i];
  }
  return fields;
}

std::vector<MethodRecord> from_csv(std::string_view text, const std::string& origin) {
  const auto lines = lines_of(text);
  if (lines.empty()) return {};
  const auto head = fields_of(lines[0]);
  const auto column = [&](const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(head, name) - head.begin());
  };
  const std::size_t problem = column("problem"), method = column("method"), seed = column("seed"),
                    evaluations = column("evaluations"), f = column("f");
  for (const auto& [name, at] : {std::pair("problem", problem), std::pair("method", method),
                                 std::pair("evaluations", evaluations), std::pair("f", f)})
    if (at == head.size()) fail(origin, 1, std::string("the header has no column `") + name + "`");
  struct Key {
    std::string method, problem;
    std::uint64_t seed;
    bool operator==(const Key&) const = default;
  };
  std::vector<std::pair<Key, Pairs>> runs;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    const auto fields = fields_of(lines[i]);
    if (fields.size() != head.size())
      fail(origin, i + 1, std::to_string(fields.size()) + " fields; the header has " + std::to_string(head.size()));
    Key key{fields[method], fields[problem], 0};
    double at = 0.0, value = std::numeric_limits<double>::quiet_NaN();
    try {
      if (seed < head.size()) key.seed = static_cast<std::uint64_t>(detail::parse_integer("seed", fields[seed]));
      at = detail::parse_double("evaluations", fields[evaluations]);
      if (fields[f] != "nan" && !fields[f].empty()) value = detail::parse_double("f", fields[f]);
    } catch (const InvalidArgument& e) {
      fail(origin, i + 1, e.what());
    }
    if (!counts(at)) fail(origin, i + 1, "`evaluations` is " + fields[evaluations] + "; expected a number ≥ 1");
    // Lines of a run mostly follow each other.
    auto run = !runs.empty() && runs.back().first == key
                   ? runs.end() - 1
                   : std::ranges::find(runs, key, &std::pair<Key, Pairs>::first);
    if (run == runs.end()) run = runs.insert(runs.end(), {key, {}});
    run->second.emplace_back(at, value);
  }
  std::vector<MethodRecord> all;
  for (auto& [key, pairs] : runs) {
    RunRecord run;
    run.problem = key.problem;
    run.seed = key.seed;
    run.status = "done";
    complete(run, std::move(pairs), 0.0);
    of_label(all, key.method, origin).runs.push_back(std::move(run));
  }
  return all;
}

}  // namespace

std::vector<MethodRecord> parse_foreign_runs(std::string_view text, const std::string& origin) {
  return origin.ends_with(".csv") ? from_csv(text, origin) : from_jsonl(text, origin);
}

std::vector<MethodRecord> read_foreign_runs(const std::string& file) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InvalidArgument("[[runs]]: cannot read " + file + ": " + std::strerror(errno != 0 ? errno : EIO));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return parse_foreign_runs(text, file);
}

std::string foreign_run_line(const RunRecord& run, const std::string& method) {
  Json json = {{"problem", run.problem}, {"method", method}, {"seed", run.seed}};
  json["evaluations"] = static_cast<std::uint64_t>(run.history.end);
  if (!std::isnan(run.seconds)) json["seconds"] = run.seconds;
  Json history = Json::array();
  for (std::size_t i = 0; i < run.history.f.size(); ++i)
    history.push_back({static_cast<std::uint64_t>(run.history.evaluations[i]), run.history.f[i]});
  json["history"] = std::move(history);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace thalweg
