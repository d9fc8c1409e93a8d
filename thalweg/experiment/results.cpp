#include "thalweg/experiment/results.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace thalweg {
namespace {

using Json = nlohmann::ordered_json;

Json number(double v) {
  if (std::isnan(v)) return "nan";
  if (std::isinf(v)) return v > 0 ? "inf" : "-inf";
  if (v == std::floor(v) && std::abs(v) < 0x1p53) return static_cast<std::int64_t>(v);
  return v;
}
double number(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const auto text = json.get<std::string>();
  if (text == "nan") return not_known;
  if (text == "inf" || text == "-inf")
    return text == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
  throw InvalidArgument("\"" + text + "\" is not a number");
}
template <class Values>
Json numbers(const Values& values) {
  Json list = Json::array();
  for (const double v : values) list.push_back(number(v));
  return list;
}
std::vector<double> numbers_of(const Json& list) {
  std::vector<double> values;
  for (const auto& v : list) values.push_back(number(v));
  return values;
}
Json pairs(const Settings& settings) {
  Json object = Json::object();
  for (const auto& [name, value] : settings) object[name] = value;
  return object;
}
Json name_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json score(const PartScore& s) { return {{"loss", number(s.loss)}, {"accuracy", number(s.accuracy)}}; }
PartScore score(const Json& json) { return {number(json.at("loss")), number(json.at("accuracy"))}; }

// Numbers of a run that have a place of their own, by name.
constexpr std::pair<const char*, double RunRecord::*> plain_numbers[] = {
    {"cosine", &RunRecord::cosine},
    {"variance", &RunRecord::variance},
    {"samples", &RunRecord::samples},
    {"forward_passes", &RunRecord::forward_passes},
    {"backward_passes", &RunRecord::backward_passes},
    {"flops", &RunRecord::flops},
    {"seconds", &RunRecord::seconds},
    {"iterations", &RunRecord::iterations},
    {"f", &RunRecord::f},
};
constexpr std::pair<const char*, PartScore RunRecord::*> parts[] = {
    {"train", &RunRecord::train}, {"validation", &RunRecord::validation}, {"test", &RunRecord::test}};

Json run_json(const RunRecord& run) {
  Json json = {{"problem", run.problem},
               {"seed", run.seed},
               {"status", run.status},
               {"message", run.message},
               {"crashed", run.crashed}};
  for (const auto& [key, part] : parts)
    if (!std::isnan((run.*part).loss) || !std::isnan((run.*part).accuracy)) json[key] = score(run.*part);
  for (const auto& [key, member] : plain_numbers)
    if (!std::isnan(run.*member)) json[key] = number(run.*member);
  Json evaluations = Json::object();
  for (const auto& [kind, count] : run.evaluations) evaluations[kind] = number(count);
  json["evaluations"] = evaluations;
  json["x"] = numbers(run.x);
  Json curve = Json::object();
  for (const auto& [key, values] : run.curve) curve[key] = numbers(values);
  json["curve"] = curve;
  if (!run.path.empty()) {
    json["path"] = Json::array();
    for (const auto& point : run.path) json["path"].push_back(numbers(point));
  }
  return json;
}

Json budget_json(const RunBudget& budget) {
  Json json = Json::object();
  const auto put = [&](const char* key, const auto& value) {
    if (value) json[key] = number(static_cast<double>(*value));
  };
  put("flops", budget.flops);
  put("seconds", budget.seconds);
  put("epochs", budget.epochs);
  put("samples", budget.samples);
  put("iterations", budget.iterations);
  put("evaluations", budget.evaluations);
  for (const auto& [kind, cap] : budget.answers) json[std::string(name(kind))] = cap;
  return json;
}

Json method_json(const MethodRecord& method) {
  Json json = {{"label", method.spec.label},
               {"credit", name_or_null(method.spec.credit)},
               {"method", name_or_null(method.spec.id)},
               {"estimator", name_or_null(method.spec.estimator)},
               {"rule", name_or_null(method.spec.rule)},
               {"section", method.section},
               {"settings", pairs(method.spec.set)},
               {"tuned", nullptr},
               {"tuning", nullptr},
               {"runs", Json::array()}};
  if (method.tuning) {
    const TuningRecord& t = *method.tuning;
    if (!method.tuned.empty()) json["tuned"] = pairs(method.tuned);
    Json table = Json::array();
    for (const auto& trial : t.table)
      table.push_back(
          {{"settings", pairs(trial.settings)}, {"score", number(trial.score)}, {"crashed", trial.crashed}});
    json["tuning"] = {{"runs", t.runs},       {"flops", number(t.flops)}, {"seconds", number(t.seconds)},
                      {"measure", t.measure}, {"at_edge", t.at_edge},     {"table", table}};
  }
  for (const auto& run : method.runs) json["runs"].push_back(run_json(run));
  return json;
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}
std::string joined(const Settings& settings) {
  std::string out;
  for (const auto& [name, value] : settings) out += (out.empty() ? "" : "; ") + name + "=" + value;
  return out;
}

}  // namespace

std::string to_json(const ComparisonResults& results) {
  const Comparison& c = results.comparison;
  Json json = {{"name", c.name},
               {"version", results.version},
               {"command", results.command},
               {"toml", c.toml},
               {"kind", c.training() ? "train" : "minimize"},
               {"interrupted", results.interrupted},
               {"seconds", number(results.seconds)},
               {"seeds", c.seeds},
               {"budget", budget_json(c.budget)},
               {"problems", results.problems},
               {"warnings", results.warnings},
               {"methods", Json::array()},
               {"landscapes", Json::array()}};
  for (const auto& method : results.methods) json["methods"].push_back(method_json(method));
  for (const auto& l : results.landscapes) {
    Json minimisers = Json::array();
    for (const auto& m : l.minimisers) minimisers.push_back(numbers(m));
    json["landscapes"].push_back({{"problem", l.problem},
                                  {"lower", numbers(l.lower)},
                                  {"upper", numbers(l.upper)},
                                  {"columns", l.columns},
                                  {"rows", l.rows},
                                  {"values", numbers(l.values)},
                                  {"minimisers", minimisers}});
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_csv(const ComparisonResults& results) {
  std::string out =
      "label,credit,method,estimator,rule,settings,tuned,problem,seed,status,crashed,train_loss,train_accuracy,"
      "validation_loss,validation_accuracy,test_loss,test_accuracy";
  for (const auto& [key, member] : plain_numbers) out += std::string(",") + key;
  for (std::size_t k = 0; k < answer_kinds; ++k) out += ",answers_" + std::string(name(static_cast<AnswerKind>(k)));
  out += "\n";
  const auto cell = [](double v) { return std::isnan(v) ? std::string() : detail::format(v); };
  for (const auto& method : results.methods)
    for (const auto& run : method.runs) {
      for (const std::string& text : {method.spec.label, method.spec.credit, method.spec.id, method.spec.estimator,
                                      method.spec.rule, joined(method.spec.set), joined(method.tuned), run.problem})
        out += quoted(text) + ",";
      out += std::to_string(run.seed) + "," + run.status + (run.crashed ? ",true" : ",false");
      for (const auto& [key, part] : parts) out += "," + cell((run.*part).loss) + "," + cell((run.*part).accuracy);
      for (const auto& [key, member] : plain_numbers) out += "," + cell(run.*member);
      for (std::size_t k = 0; k < answer_kinds; ++k) {
        double count = 0;
        for (const auto& [kind, n] : run.evaluations)
          if (kind == name(static_cast<AnswerKind>(k))) count = n;
        out += "," + cell(count);
      }
      out += "\n";
    }
  return out;
}

std::string run_to_json(const RunRecord& run) {
  return run_json(run).dump(-1, ' ', false, Json::error_handler_t::replace);
}

RunRecord run_from_json(const std::string& text) {
  RunRecord run;
  try {
    const Json json = Json::parse(text);
    run.problem = json.at("problem").get<std::string>();
    run.seed = json.at("seed").get<std::uint64_t>();
    run.status = json.at("status").get<std::string>();
    run.message = json.at("message").get<std::string>();
    run.crashed = json.at("crashed").get<bool>();
    for (const auto& [key, part] : parts)
      if (json.contains(key)) run.*part = score(json.at(key));
    for (const auto& [key, member] : plain_numbers)
      if (json.contains(key)) run.*member = number(json.at(key));
    for (const auto& [kind, count] : json.at("evaluations").items())
      run.evaluations.emplace_back(kind, number(count));
    run.x = numbers_of(json.at("x"));
    for (const auto& [key, values] : json.at("curve").items()) run.curve[key] = numbers_of(values);
    if (json.contains("path"))
      for (const auto& point : json.at("path")) run.path.push_back({number(point.at(0)), number(point.at(1))});
  } catch (const nlohmann::json::exception& e) {
    throw InvalidArgument(std::string("not a run's record: ") + e.what());
  }
  return run;
}

}  // namespace thalweg
