#include "thalweg/report/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "thalweg/core/options.hpp"

namespace thalweg::report {
namespace {

using Json = nlohmann::ordered_json;

// One value with the path to it, so that an error can say where it stands.
class Node {
 public:
  Node(const Json* value, std::string path) : value_(value), path_(std::move(path)) {}

  [[noreturn]] void fail(const std::string& expected) const {
    throw InvalidArgument(path_ + ": expected " + expected + (value_ ? ", got " + value_->dump().substr(0, 60) : ""));
  }
  [[nodiscard]] bool present() const { return value_ != nullptr && !value_->is_null(); }
  [[nodiscard]] Node operator[](const char* key) const {
    if (!present()) return {nullptr, path_ + "." + key};
    if (!value_->is_object()) fail("an object");
    const auto it = value_->find(key);
    return {it == value_->end() ? nullptr : &*it, path_ + "." + key};
  }
  [[nodiscard]] std::vector<Node> list() const {
    std::vector<Node> out;
    if (!present()) return out;
    if (!value_->is_array()) fail("a list");
    for (std::size_t i = 0; i < value_->size(); ++i)
      out.emplace_back(&(*value_)[i], path_ + "[" + std::to_string(i) + "]");
    return out;
  }
  [[nodiscard]] double number() const {
    if (!present()) return missing;
    if (value_->is_number()) return value_->get<double>();
    if (value_->is_string()) {
      const auto& text = value_->get_ref<const std::string&>();
      if (text == "nan") return missing;
      if (text == "inf") return std::numeric_limits<double>::infinity();
      if (text == "-inf") return -std::numeric_limits<double>::infinity();
    }
    fail("a number, \"nan\", \"inf\" or \"-inf\"");
  }
  [[nodiscard]] std::string text() const {  // anything that can stand in one line
    if (!present()) return "";
    return value_->is_string() ? value_->get<std::string>() : value_->dump();
  }
  [[nodiscard]] bool flag() const {
    if (!present()) return false;
    if (!value_->is_boolean()) fail("true or false");
    return value_->get<bool>();
  }
  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const auto& n : list()) out.push_back(n.text());
    return out;
  }
  [[nodiscard]] std::vector<double> numbers() const {
    std::vector<double> out;
    for (const auto& n : list()) out.push_back(n.number());
    return out;
  }
  [[nodiscard]] std::array<double, 2> pair() const {
    const auto values = numbers();
    if (values.size() != 2) fail("two numbers");
    return {values[0], values[1]};
  }
  [[nodiscard]] std::size_t size() const {
    const double v = number();
    if (!(v >= 0 && v <= 1e6)) fail("a count up to 10⁶");
    return static_cast<std::size_t>(v);
  }
  [[nodiscard]] std::vector<std::pair<std::string, Node>> members() const {
    std::vector<std::pair<std::string, Node>> out;
    if (!present()) return out;
    if (!value_->is_object()) fail("an object");
    for (const auto& [key, v] : value_->items()) out.emplace_back(key, Node(&v, path_ + "." + key));
    return out;
  }
  [[nodiscard]] Pairs pairs() const {
    Pairs out;
    for (const auto& [key, v] : members())
      out.emplace_back(key, v.value_->is_number_float() ? fmt::format("{:.6g}", v.number()) : v.text());
    return out;
  }

 private:
  const Json* value_;
  std::string path_;
};

Score score(const Node& n) { return {n["loss"].number(), n["accuracy"].number()}; }

Curve curve(const Node& n) {
  Curve out;
  std::size_t shortest = std::numeric_limits<std::size_t>::max();
  for (const auto& [key, v] : n.members()) {
    if (!v.present()) continue;
    out.columns.emplace_back(key, v.numbers());
    shortest = std::min(shortest, out.columns.back().second.size());
  }
  for (const auto& [key, values] : out.columns)
    if (values.size() != shortest) n.fail("lists of one length, but " + key + " is longer than another");
  return out;
}

Run run(const Node& n) {
  Run r;
  r.problem = n["problem"].text(), r.seed = n["seed"].text();
  r.status = n["status"].text(), r.message = n["message"].text();
  r.crashed = n["crashed"].flag();
  r.train = score(n["train"]), r.validation = score(n["validation"]), r.test = score(n["test"]);
  r.cosine = n["cosine"].number(), r.variance = n["variance"].number();
  r.iterations = n["iterations"].number();
  r.samples = n["samples"].number(), r.flops = n["flops"].number(), r.seconds = n["seconds"].number();
  r.forward_passes = n["forward_passes"].number(), r.backward_passes = n["backward_passes"].number();
  for (const auto& [kind, v] : n["evaluations"].members()) r.evaluations.emplace_back(kind, v.number());
  r.f = n["f"].number(), r.x = n["x"].numbers();
  if (n["true_f"].present()) r.f = n["true_f"].number();  // a noisy problem's, by which it is judged
  r.curve = curve(n["curve"]);
  for (const auto& p : n["path"].list()) r.path.push_back(p.pair());
  return r;
}

MethodResult method(const Node& n) {
  MethodResult m;
  m.label = n["label"].text(), m.section = n["section"].text(), m.origin = n["origin"].text();
  m.credit = n["credit"].text(), m.method = n["method"].text(), m.rule = n["rule"].text();
  m.settings = n["settings"].pairs(), m.tuned = n["tuned"].pairs();
  if (const Node t = n["tuning"]; t.present()) {
    Tuning tuning{t["runs"].number(),  t["flops"].number(),  t["seconds"].number(),
                  t["measure"].text(), t["at_edge"].texts(), {}};
    for (const auto& trial : t["table"].list())
      tuning.table.push_back({trial["settings"].pairs(), trial["score"].number()});
    m.tuning = std::move(tuning);
  }
  for (const auto& r : n["runs"].list()) m.runs.push_back(run(r));
  return m;
}

Landscape landscape(const Node& n) {
  Landscape l;
  l.problem = n["problem"].text();
  l.lower = n["lower"].pair(), l.upper = n["upper"].pair();
  l.columns = n["columns"].size(), l.rows = n["rows"].size();
  l.values = n["values"].numbers();
  for (const auto& p : n["minimisers"].list()) l.minimisers.push_back(p.pair());
  if (l.columns < 2 || l.rows < 2 || l.values.size() != l.columns * l.rows)
    n["values"].fail(std::to_string(l.columns) + "·" + std::to_string(l.rows) + " numbers, at least 2·2");
  if (!(l.lower[0] < l.upper[0] && l.lower[1] < l.upper[1])) n["upper"].fail("more than lower");
  return l;
}

std::vector<Steps> steps(const Node& n, std::size_t methods) {
  std::vector<Steps> all;
  for (const auto& curve : n.list()) {
    all.push_back({curve["x"].numbers(), curve["y"].numbers()});
    if (all.back().x.size() != all.back().y.size()) curve.fail("x and y of one length");
  }
  if (!all.empty() && all.size() != methods) n.fail("a curve for each of the methods");
  return all;
}

ProfileData profiles(const Node& n, std::size_t methods) {
  ProfileData p;
  p.low = n["low"].text();
  p.simplex_gradients = n["simplex_gradients"].number();
  p.evaluations_per_dimension = n["evaluations_per_dimension"].number();
  p.problems = n["problems"].number(), p.problems_with_optimum = n["problems_with_optimum"].number();
  for (const auto& level : n["levels"].list())
    p.levels.push_back({level["tau"].number(), steps(level["data"], methods), steps(level["performance"], methods)});
  p.run_times = steps(n["run_times"], methods);
  p.precisions = n["precisions"].numbers();
  for (const auto& c : n["expected"].list()) {
    ProfileData::Cell cell{.function = c["function"].text(),
                           .n = c["n"].number(),
                           .method = c["method"].size(),
                           .evaluations = c["evaluations"].numbers(),
                           .successes = c["successes"].numbers(),
                           .trials = c["trials"].numbers()};
    if (cell.method >= methods) c["method"].fail("a method's place in the list");
    for (const auto* values : {&cell.evaluations, &cell.successes, &cell.trials})
      if (values->size() != p.precisions.size()) c.fail("a number for each of the precisions");
    p.expected.push_back(std::move(cell));
  }
  return p;
}

}  // namespace

const std::vector<double>* Curve::find(std::string_view name) const {
  for (const auto& [key, values] : columns)
    if (key == name) return &values;
  return nullptr;
}

Results parse_results(std::string_view json, const std::string& origin) {
  Json whole;
  try {
    whole = Json::parse(json);
  } catch (const Json::exception& e) {
    throw InvalidArgument(origin + ": not JSON: " + e.what());
  }
  const Node n(&whole, origin);
  if (!whole.is_object() || !n["methods"].present())
    throw InvalidArgument(origin + ": not the results of a comparison (no \"methods\")");
  Results r;
  r.name = n["name"].text(), r.version = n["version"].text(), r.command = n["command"].text();
  r.toml = n["toml"].text();
  const std::string kind = n["kind"].text();
  if (kind != "train" && kind != "minimize") n["kind"].fail("\"train\" or \"minimize\"");
  r.training = kind == "train";
  r.interrupted = n["interrupted"].flag(), r.warnings = n["warnings"].texts();
  r.seeds = n["seeds"].texts(), r.problems = n["problems"].texts();
  r.budget = n["budget"].pairs();
  for (const auto& m : n["methods"].list()) r.methods.push_back(method(m));
  for (const auto& l : n["landscapes"].list()) r.landscapes.push_back(landscape(l));
  if (n["profiles"].present()) r.profiles = profiles(n["profiles"], r.methods.size());
  // a run names its problem; one that is not in the list is added
  for (auto& m : r.methods)
    for (auto& run_ : m.runs) {
      if (run_.problem.empty() && r.problems.size() == 1) run_.problem = r.problems.front();
      if (std::find(r.problems.begin(), r.problems.end(), run_.problem) == r.problems.end())
        r.problems.push_back(run_.problem);
    }
  return r;
}

}  // namespace thalweg::report
