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
    {"true_f", &RunRecord::true_f},
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
  put("simplex_gradients", budget.simplex_gradients);
  put("evaluations_per_dimension", budget.evaluations_per_dimension);
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
               {"origin", name_or_null(method.origin)},
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

std::string joined(const Settings& settings) {
  std::string out;
  for (const auto& [name, value] : settings) out += (out.empty() ? "" : "; ") + name + "=" + value;
  return out;
}

Json steps_json(const profiles::Steps& steps) {
  constexpr std::size_t most_steps = 240;  // more than a chart's width shows
  const auto few = profiles::thinned(steps, most_steps);
  return {{"x", numbers(few.x)}, {"y", numbers(few.y)}};
}

Json profiles_json(const Profiles& p) {
  Json json = {{"low", p.low},
               {"simplex_gradients", number(p.budget)},
               {"evaluations_per_dimension", number(p.horizon)},
               {"problems", p.problems},
               {"problems_with_optimum", p.problems_with_optimum},
               {"methods", p.methods},
               {"levels", Json::array()},
               {"run_times", Json::array()},
               {"precisions", numbers(p.precisions)},
               {"expected", Json::array()}};
  for (const auto& level : p.levels) {
    Json data = Json::array(), performance = Json::array();
    for (const auto& curve : level.data) data.push_back(steps_json(curve));
    for (const auto& curve : level.performance) performance.push_back(steps_json(curve));
    json["levels"].push_back({{"tau", level.tau}, {"data", data}, {"performance", performance}});
  }
  for (const auto& curve : p.run_times) json["run_times"].push_back(steps_json(curve));
  for (const auto& cell : p.cells) {
    Json expected = Json::array(), successes = Json::array(), trials = Json::array();
    for (const auto& t : cell.times) {
      expected.push_back(number(t.expected));
      successes.push_back(t.successes);
      trials.push_back(t.trials);
    }
    json["expected"].push_back({{"function", cell.function},
                                {"n", cell.n},
                                {"method", cell.method},
                                {"evaluations", expected},
                                {"successes", successes},
                                {"trials", trials}});
  }
  return json;
}

}  // namespace

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

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
  if (results.profiles) json["profiles"] = profiles_json(*results.profiles);
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
        out += csv_cell(text) + ",";
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
  Json json = run_json(run);
  if (!run.history.empty() || run.history.end > 0.0)
    json["history"] = {{"evaluations", numbers(run.history.evaluations)},
                       {"f", numbers(run.history.f)},
                       {"end", number(run.history.end)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
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
    if (json.contains("history")) {
      const Json& history = json.at("history");
      run.history.evaluations = numbers_of(history.at("evaluations"));
      run.history.f = numbers_of(history.at("f"));
      run.history.end = number(history.at("end"));
      if (run.history.f.size() != run.history.evaluations.size())
        throw InvalidArgument("not a run's record: the columns of `history` differ in length");
    }
    if (json.contains("path"))
      for (const auto& point : json.at("path")) run.path.push_back({number(point.at(0)), number(point.at(1))});
  } catch (const nlohmann::json::exception& e) {
    throw InvalidArgument(std::string("not a run's record: ") + e.what());
  }
  return run;
}

}  // namespace thalweg
