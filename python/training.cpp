// train and compare.
#include <atomic>
#include <filesystem>

#include "convert.hpp"
#include "thalweg/credit/train.hpp"
#include "thalweg/experiment/compare.hpp"
#include "thalweg/network/data/load.hpp"
#include "thalweg/registry/registry.hpp"
#include "thalweg/report/report.hpp"

namespace thalweg::python {
namespace {

py::dict dict_of(const Score& score) {
  py::dict out;
  out["loss"] = score.loss;
  out["accuracy"] = score.accuracy;
  return out;
}

template <class S>
DataSet<S> data_of(const py::tuple& pair, std::size_t classes) {
  const Array x = pair[0].cast<Array>();
  if (x.ndim() < 2)
    throw InvalidArgument("data: X has " + std::to_string(x.ndim()) + " axes; it must have 2 or more");
  DataSet<S> data;
  data.id = "array";
  data.samples = static_cast<std::size_t>(x.shape(0));
  for (py::ssize_t k = 1; k < x.ndim(); ++k) data.shape.push_back(static_cast<std::size_t>(x.shape(k)));
  data.features = data.samples > 0 ? static_cast<std::size_t>(x.size()) / data.samples : 0;
  data.inputs.assign(x.data(), x.data() + x.size());
  const py::array y = pair[1].cast<py::array>();
  if (y.ndim() < 1 || static_cast<std::size_t>(y.shape(0)) != data.samples)
    throw InvalidArgument("data: y has " + std::to_string(y.ndim() < 1 ? 0 : y.shape(0)) + " rows and X " +
                          std::to_string(data.samples));
  const char kind = y.dtype().kind();
  if (kind == 'i' || kind == 'u' || kind == 'b') {
    const auto labels = y.cast<py::array_t<std::int32_t, py::array::c_style | py::array::forcecast>>();
    data.labels.assign(labels.data(), labels.data() + labels.size());
    for (const auto label : data.labels) data.classes = std::max(data.classes, static_cast<std::size_t>(label) + 1);
    data.classes = std::max(data.classes, classes);
  } else {
    const Array targets = y.cast<Array>();
    data.outputs = data.samples > 0 ? static_cast<std::size_t>(targets.size()) / data.samples : 0;
    data.targets.assign(targets.data(), targets.data() + targets.size());
  }
  data.check();
  return data;
}

template <class S>
py::dict train_with(const py::object& data, const std::string& model, const std::string& credit,
                    const Settings& credit_settings, const std::string& rule, const py::dict& o,
                    const py::object& callback) {
  const Network network = Network::parse(model);
  LoadOptions load;
  load.split.validation = optional_of<double>(o, "validation").value_or(0.15);
  load.split.test = optional_of<double>(o, "test").value_or(0.2);
  load.standardise = optional_of<bool>(o, "standardise").value_or(false);
  Split<S> parts;
  if (py::isinstance<py::str>(data)) {
    parts = load_data<S>(data.cast<std::string>(), load);
  } else {
    if (!py::isinstance<py::tuple>(data) || py::len(data) != 2)
      throw InvalidArgument("data must be a name (thalweg.list(\"data\")) or a pair (X, y)");
    parts = split(data_of<S>(data.cast<py::tuple>(), network.outputs()), load.split);
    if (load.standardise) standardise(parts);
  }
  TrainOptions options;
  if (const auto v = optional_of<std::size_t>(o, "batch")) options.batch = *v;
  if (const auto v = optional_of<std::string>(o, "loss")) options.loss = loss_named(*v);
  options.max_epochs = optional_of<double>(o, "max_epochs");
  options.max_samples = optional_of<std::uint64_t>(o, "max_samples");
  options.max_flops = optional_of<double>(o, "max_flops");
  options.max_seconds = optional_of<double>(o, "max_seconds");
  options.seed = optional_of<std::uint64_t>(o, "seed").value_or(0);
  options.threads = optional_of<int>(o, "threads").value_or(1);
  options.checkpoint = optional_of<std::string>(o, "checkpoint").value_or("");
  options.resume = optional_of<bool>(o, "resume").value_or(false);
  if (const auto v = optional_of<int>(o, "measurements")) options.measurements = *v;
  options.callback = [&callback](const TrainProgress& p) {
    const py::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (callback.is_none()) return Control::proceed;
    const py::object stop = callback(p.samples, p.loss, p.validation.accuracy);
    return py::isinstance<py::bool_>(stop) && stop.cast<bool>() ? Control::stop : Control::proceed;
  };
  const Credit credit_rule = registry::make_credit(credit, credit_settings);
  const Rule update_rule = parse_rule(rule);
  TrainResult<S> r;
  {
    const py::gil_scoped_release released;
    r = train<S>(network, parts, credit_rule, update_rule, options);
  }
  py::dict out, curve;
  out["credit"] = r.credit;
  out["rule"] = r.rule;
  out["model"] = r.model;
  out["data"] = r.data;
  out["reason"] = std::string(name(r.status));
  out["message"] = r.message;
  out["theta"] = py::array_t<S>(static_cast<py::ssize_t>(r.theta.size()), r.theta.data());
  out["train"] = dict_of(r.train);
  out["validation"] = dict_of(r.validation);
  out["test"] = dict_of(r.test);
  out["samples"] = r.samples;
  out["steps"] = r.steps;
  out["forward_passes"] = r.work.forward_passes;
  out["backward_passes"] = r.work.backward_passes;
  out["flops"] = r.work.flops;
  out["seconds"] = r.seconds;
  out["seed"] = r.seed;
  out["diverged"] = r.diverged;
  out["cosine"] = r.cosine;
  out["variance"] = r.variance;
  out["checkpoint"] = r.checkpoint;
  curve["samples"] = r.curve.samples;
  curve["flops"] = to_array(r.curve.flops);
  curve["seconds"] = to_array(r.curve.seconds);
  curve["loss"] = to_array(r.curve.loss);
  curve["accuracy"] = to_array(r.curve.accuracy);
  out["curve"] = curve;
  return out;
}

}  // namespace

void bind_training(py::module_& m) {
  m.def("train", [](const py::object& data, const std::string& model, const std::string& credit,
                    const Settings& credit_settings, const std::string& rule, const py::dict& options,
                    const py::object& callback, bool wide) {
    return wide ? train_with<double>(data, model, credit, credit_settings, rule, options, callback)
                : train_with<float>(data, model, credit, credit_settings, rule, options, callback);
  });
  m.def("rule_text", [](const std::string& text) { return parse_rule(text).text(); });
  m.def("compare",
        [](const std::string& toml, const std::string& origin, const std::string& out, int threads, bool resume) {
          Comparison comparison = parse_comparison(toml, origin);
          if (!out.empty()) comparison.out = out;
          comparison.resume = comparison.resume || resume;
          CompareOptions options;
          options.threads = threads;
          options.command = "thalweg.compare(" + origin + ")";
          std::atomic<bool> interrupt{false};
          options.interrupt = &interrupt;
          options.progress = [&interrupt](const CompareProgress&) {
            const py::gil_scoped_acquire gil;
            if (PyErr_CheckSignals() != 0) PyErr_Clear(), interrupt = true;
          };
          std::string json;
          {
            const py::gil_scoped_release released;
            const ComparisonResults results = compare(comparison, options);
            report::write_report({comparison.out}, std::filesystem::path(comparison.out) / "report.html");
            json = to_json(results);
          }
          return json;
        });
}

}  // namespace thalweg::python
