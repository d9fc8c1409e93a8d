#include <algorithm>
#include <cmath>

#include "thalweg/credit/train.hpp"
#include "thalweg/experiment/composition.hpp"
#include "thalweg/experiment/runs.hpp"
#include "thalweg/network/data/load.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

Initialisation initialisation_named(const std::string& text) {
  const std::vector<std::string> names = {"automatic", "glorot", "he", "lecun"};
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<Initialisation>(i);
  throw InvalidArgument("initialisation is \"" + text + "\"; it is one of automatic, glorot, he, lecun");
}

struct Setup {
  Network network;
  Credit credit;
  Rule rule;
  TrainOptions options;
};

Setup prepare(const MethodSpec& method, const Settings& settings, const TaskSpec& task) {
  const RoutedSettings parts = routed(settings);
  if (!parts.method.empty())
    throw InvalidArgument("setting `" + parts.method[0].first + "`: in training, settings are rule.NAME or " +
                          "credit.NAME");
  if (!parts.estimator.empty())
    throw InvalidArgument("setting `estimator." + parts.estimator[0].first + "`: in training it is credit." +
                          parts.estimator[0].first);
  Setup s{Network::parse(task.model),
          registry::make_credit(method.credit, parts.credit),
          parse_rule(rule_with(method.rule, parts.rule)),
          {}};
  s.options.batch = task.batch;
  if (!task.loss.empty()) s.options.loss = loss_named(task.loss);
  s.options.initialisation = initialisation_named(task.initialisation);
  s.options.measurements = task.measurements;
  return s;
}

PartScore part(const Score& s) { return {s.loss, s.accuracy}; }

// The share of the commonest class: what always naming it would score. 0 without labels.
template <class S>
double chance(const DataSet<S>& data) {
  std::vector<std::size_t> counts(data.classes, 0);
  for (const auto label : data.labels) ++counts[static_cast<std::size_t>(label)];
  if (data.samples == 0 || counts.empty()) return 0.0;
  return static_cast<double>(*std::ranges::max_element(counts)) / static_cast<double>(data.samples);
}

template <class S>
RunRecord trained(const Setup& s, const Split<S>& data, std::uint64_t seed) {
  const TrainResult<S> result = train<S>(s.network, data, s.credit, s.rule, s.options);
  RunRecord run;
  run.problem = data.train.id;
  run.seed = seed;
  run.status = name(result.status);
  run.message = result.message;
  run.train = part(result.train), run.validation = part(result.validation), run.test = part(result.test);
  run.cosine = result.cosine, run.variance = result.variance;
  run.samples = static_cast<double>(result.samples);
  run.forward_passes = static_cast<double>(result.work.forward_passes);
  run.backward_passes = static_cast<double>(result.work.backward_passes);
  run.flops = result.work.flops;
  run.seconds = result.seconds;
  run.iterations = static_cast<double>(result.steps);
  // Judged on the test part, or on the best-kept other one where there is none.
  const bool has_test = data.test.samples > 0, has_validation = data.validation.samples > 0;
  const Score& judged = has_test ? result.test : has_validation ? result.validation : result.train;
  const DataSet<S>& judge = has_test ? data.test : has_validation ? data.validation : data.train;
  run.crashed =
      result.diverged || !std::isfinite(judged.loss) || (judge.classes > 1 && !(judged.accuracy > chance(judge)));
  const Curve& c = result.curve;
  run.curve = {{"samples", {c.samples.begin(), c.samples.end()}},
               {"flops", c.flops},
               {"seconds", c.seconds},
               {"loss", c.loss}};
  if (judge.classes > 0) run.curve["accuracy"] = c.accuracy;
  return run;
}

}  // namespace

TaskData load_task(const TaskSpec& task) {
  const LoadOptions options{.split = {.validation = task.validation, .test = task.test, .seed = task.split_seed},
                            .standardise = task.standardise};
  if (task.scalar == "double") return load_data<double>(task.data, options);
  return load_data<float>(task.data, options);
}

void check_training_run(const MethodSpec& method, const Settings& settings, const TaskSpec& task,
                        const TaskData& data) {
  const Setup s = prepare(method, settings, task);
  std::visit(
      [&](const auto& split) {
        const auto& d = split.train;
        const std::size_t outputs = d.classes > 0 ? d.classes : d.outputs;
        if (s.network.inputs() != d.features || s.network.outputs() != outputs)
          throw InvalidArgument("model \"" + task.model + "\" takes " + std::to_string(s.network.inputs()) +
                                " inputs to " + std::to_string(s.network.outputs()) + " outputs; data `" + task.data +
                                "` have " + std::to_string(d.features) + " features and " + std::to_string(outputs) +
                                (d.classes > 0 ? " classes" : " targets"));
      },
      data);
}

RunRecord run_training(const MethodSpec& method, const Settings& settings, const TaskSpec& task, const TaskData& data,
                       const RunBudget& budget, std::uint64_t seed, bool diagnostics,
                       const std::atomic<bool>* interrupt) {
  Setup s = prepare(method, settings, task);
  s.options.seed = seed;
  s.options.max_flops = budget.flops;
  s.options.max_seconds = budget.seconds;
  s.options.max_epochs = budget.epochs;
  s.options.max_samples = budget.samples;
  s.options.diagnostics = diagnostics;
  if (!diagnostics) s.options.measurements = 1;
  s.options.interrupt = interrupt;
  return std::visit([&](const auto& split) { return trained(s, split, seed); }, data);
}

std::string section_of(const MethodSpec& method) {
  if (!method.credit.empty()) {
    for (const auto& item : registry::credit_rules())
      if (item.entry.id == method.credit) return item.entry.section;
    return registry::estimator(method.credit).entry.section;
  }
  if (!method.estimator.empty()) return registry::estimator(method.estimator).entry.section;
  if (!method.id.empty() && method.rule.empty()) return registry::method(method.id).entry.section;
  const std::string first = method.rule.substr(0, method.rule.find_first_of(" (|"));
  for (const auto& item : registry::rules())
    if (item.entry.id == first || item.entry.id == "lr-" + first) return item.entry.section;
  return "";
}

}  // namespace thalweg
