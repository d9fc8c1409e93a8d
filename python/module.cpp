// The native half of the Python module: objectives that call Python, runs, studies by ask and tell, training,
// comparing, and what the registry knows. python/thalweg/*.py gives it SciPy's shapes.
#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <fstream>
#include <sstream>

#include "thalweg/core/ask_tell.hpp"
#include "thalweg/core/stamp.hpp"
#include "thalweg/credit/train.hpp"
#include "thalweg/experiment/compare.hpp"
#include "thalweg/experiment/composition.hpp"
#include "thalweg/gradient_estimation/fd_jacobian.hpp"
#include "thalweg/network/data/load.hpp"
#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/choose_method.hpp"
#include "thalweg/registry/registry.hpp"
#include "thalweg/report/report.hpp"
#include "thalweg/second_order/robust_loss.hpp"

namespace py = pybind11;

namespace thalweg::python {
namespace {

using Array = py::array_t<double, py::array::c_style | py::array::forcecast>;

Array to_array(std::span<const double> values) {
  Array out(static_cast<py::ssize_t>(values.size()));
  std::copy(values.begin(), values.end(), out.mutable_data());
  return out;
}
std::vector<double> to_vector(const Array& array) { return {array.data(), array.data() + array.size()}; }

// What a Python function returned, as numbers of the expected count.
void fill(const py::object& returned, std::span<double> out, const char* what) {
  const Array array = Array::ensure(returned);
  if (!array) {
    PyErr_Clear();
    throw InvalidArgument(std::string(what) + " returned something that is not an array of numbers");
  }
  if (static_cast<std::size_t>(array.size()) != out.size())
    throw InvalidArgument(std::string(what) + " returned " + std::to_string(array.size()) + " numbers; " +
                          std::to_string(out.size()) + " would be right");
  std::copy_n(array.data(), out.size(), out.begin());
}
double scalar(const py::object& returned, const char* what) {
  double value = 0.0;
  fill(returned, std::span(&value, 1), what);
  return value;
}

// fun(x) and what else the user gave; None for what is not there. Answers come one at a time, under the interpreter's
// lock; whole batches of values go to `map` where one is given (as concurrent.futures' executor.map).
class PyObjective final : public Objective<double> {
 public:
  PyObjective(std::size_t n, std::size_t residuals, py::object fun, py::object jac, py::object hess, py::object hessp,
              py::object map, bool stochastic)
      : n_(n),
        residuals_(residuals),
        fun_(std::move(fun)),
        jac_(std::move(jac)),
        hess_(std::move(hess)),
        hessp_(std::move(hessp)),
        map_(std::move(map)),
        stochastic_(stochastic),
        both_(py::isinstance<py::bool_>(jac_) && jac_.cast<bool>()) {}
  [[nodiscard]] std::size_t dimension() const override { return n_; }
  [[nodiscard]] bool parallel_inside() const override { return true; }
  [[nodiscard]] Offers offers() const override {
    Offers offers;
    offers.stochastic = stochastic_;
    if (residuals_ > 0) {
      offers.residuals = residuals_;
      offers.add(AnswerKind::residual);
      if (!jac_.is_none()) offers.add(AnswerKind::jacobian);
      return offers;
    }
    if (!jac_.is_none()) offers.add(AnswerKind::gradient);
    if (!hess_.is_none()) offers.add(AnswerKind::hessian);
    if (!hessp_.is_none() || !hess_.is_none()) offers.add(AnswerKind::hessian_vector);
    return offers;
  }
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override {
    const py::gil_scoped_acquire gil;
    if (questions.size() > 1 && !map_.is_none() && !both_ &&
        std::all_of(questions.begin(), questions.end(),
                    [](const auto& q) { return q.asks == Kinds{AnswerKind::value}; })) {
      py::list points;
      for (const auto& q : questions) points.append(to_array(q.point));
      std::size_t i = 0;
      for (const py::handle value : map_(fun_, points)) {
        if (i == answers.size()) throw InvalidArgument("workers returned more values than it was given points");
        answers[i++].value = scalar(py::reinterpret_borrow<py::object>(value), "fun");
      }
      if (i != answers.size()) throw InvalidArgument("workers returned fewer values than it was given points");
      return interrupted();
    }
    for (std::size_t i = 0; i < questions.size(); ++i) one(questions[i], answers[i]);
  }

 private:
  static void interrupted() {
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
  void one(const Question<double>& q, Answer<double>& a) {
    interrupted();
    const Array x = to_array(q.point);
    const Kinds asks = q.asks;
    if (residuals_ > 0) {
      if (asks.has(AnswerKind::value) || asks.has(AnswerKind::residual)) {
        std::vector<double> r(residuals_);
        fill(fun_(x), r, "fun");
        double squares = 0.0;
        for (const double v : r) squares += v * v;
        a.value = 0.5 * squares;
        if (asks.has(AnswerKind::residual)) std::copy(r.begin(), r.end(), a.residual.begin());
      }
      if (asks.has(AnswerKind::jacobian)) fill(jac_(x), a.jacobian, "jac");
      return;
    }
    if (both_ && (asks.has(AnswerKind::value) || asks.has(AnswerKind::gradient))) {
      const py::object returned = fun_(x);
      if (!py::isinstance<py::tuple>(returned) || py::len(returned) != 2)
        throw InvalidArgument("fun must return (f, gradient), as jac is True");
      const auto pair = py::reinterpret_borrow<py::tuple>(returned);
      a.value = scalar(pair[0], "fun");
      if (asks.has(AnswerKind::gradient)) fill(pair[1], a.gradient, "the gradient of fun");
    } else {
      if (asks.has(AnswerKind::value)) a.value = scalar(fun_(x), "fun");
      if (asks.has(AnswerKind::gradient)) fill(jac_(x), a.gradient, "jac");
    }
    if (asks.has(AnswerKind::hessian)) fill(hess_(x), a.hessian, "hess");
    if (asks.has(AnswerKind::hessian_vector)) {
      if (!hessp_.is_none()) {
        fill(hessp_(x, to_array(q.direction)), a.hessian_vector, "hessp");
      } else {
        std::vector<double> h(n_ * n_);
        fill(hess_(x), h, "hess");
        for (std::size_t i = 0; i < n_; ++i) {
          a.hessian_vector[i] = 0.0;
          for (std::size_t j = 0; j < n_; ++j) a.hessian_vector[i] += h[i * n_ + j] * q.direction[j];
        }
      }
    }
  }
  std::size_t n_, residuals_;
  py::object fun_, jac_, hess_, hessp_, map_;
  bool stochastic_, both_;
};

Bounds bounds_of(const py::object& low, const py::object& high, std::size_t n) {
  Bounds bounds;
  if (low.is_none()) return bounds;
  bounds.lower = to_vector(low.cast<Array>());
  bounds.upper = to_vector(high.cast<Array>());
  if (bounds.lower.size() != n || bounds.upper.size() != n)
    throw InvalidArgument("bounds are given for " + std::to_string(bounds.lower.size()) + " variables; x0 has " +
                          std::to_string(n));
  return bounds;
}

template <class T>
std::optional<T> optional_of(const py::dict& options, const char* name) {
  if (!options.contains(name) || options[name].is_none()) return {};
  return options[name].cast<T>();
}

Limits limits_of(const py::dict& o, std::size_t n) {
  Limits limits;
  limits.max_evaluations = optional_of<std::uint64_t>(o, "max_evaluations");
  limits.max_iterations = optional_of<std::uint64_t>(o, "max_iterations");
  limits.max_seconds = optional_of<double>(o, "max_seconds");
  limits.target = optional_of<double>(o, "target");
  limits.tolerance.f = optional_of<double>(o, "f_tolerance");
  limits.tolerance.x = optional_of<double>(o, "x_tolerance");
  limits.tolerance.gradient = optional_of<double>(o, "gradient_tolerance");
  limits.seed = optional_of<std::uint64_t>(o, "seed").value_or(0);
  if (o.contains("lower")) limits.bounds = bounds_of(o["lower"], o["upper"], n);
  if (o.contains("max_answers"))
    for (const auto& [kind, count] : o["max_answers"].cast<std::map<std::string, std::uint64_t>>()) {
      const auto which = answer_kind_named(kind);
      if (!which) throw InvalidArgument("max_answers: unknown kind `" + kind + "`");
      limits.max_answers[*which] = count;
    }
  return limits;
}

py::dict dict_of(const Result& r) {
  py::dict evaluations;
  for (std::size_t k = 0; k < answer_kinds; ++k)
    evaluations[py::str(std::string(name(static_cast<AnswerKind>(k))))] = r.ledger.answers[k];
  py::dict out;
  out["method"] = r.method;
  out["reason"] = std::string(name(r.status));
  out["success"] = r.success();
  out["message"] = r.message;
  out["x"] = to_array(r.x);
  out["fun"] = r.f;
  out["recommended"] = to_array(r.recommended);
  out["recommended_fun"] = r.recommended_f;
  out["stochastic"] = r.stochastic;
  out["nit"] = r.iterations;
  out["evaluations"] = evaluations;
  out["flops"] = r.ledger.flops;
  out["seconds"] = r.seconds;
  out["seed"] = r.seed;
  return out;
}

// The method by name, "auto" included, or the descent loop of a rule; what stands below it.
struct Chosen {
  Composition composition;
  std::string why;
};
Chosen chosen(const std::string& method, const std::string& estimator, const std::string& rule,
              const Settings& settings, const Offers& offers, std::size_t n, bool bounded) {
  if (method != "auto" || !rule.empty()) {
    if (rule.empty()) check_estimator_is_used(method, estimator);
    return {compose(rule.empty() ? method : "", estimator, rule, settings), ""};
  }
  Offers seen = offers;
  if (!estimator.empty()) seen.add(AnswerKind::gradient, Quality::biased).stochastic = true;
  const registry::Choice choice = registry::choose_method(seen, n, bounded);
  Settings all = choice.settings;
  all.insert(all.end(), settings.begin(), settings.end());
  return {compose(choice.method, estimator, "", all), choice.why};
}

py::dict run_on(Objective<double>& f, const Array& x0, const std::string& method, const std::string& estimator,
                const std::string& rule, const Settings& settings, const py::dict& options,
                const py::object& callback) {
  const std::vector<double> start = to_vector(x0);
  Limits limits = limits_of(options, start.size());
  if (!callback.is_none())
    limits.callback = [&callback](const Progress& p) {
      const py::gil_scoped_acquire gil;
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      const py::object stop = callback(p.iteration, p.f, p.best_f);
      return py::isinstance<py::bool_>(stop) && stop.cast<bool>() ? Control::stop : Control::proceed;
    };
  const Chosen c = chosen(method, estimator, rule, settings, f.offers(), start.size(), !limits.bounds.empty());
  const auto adapter = c.composition.estimator ? c.composition.estimator(f) : nullptr;
  Result result;
  {
    const py::gil_scoped_release released;
    result = run<double>(adapter ? *adapter : f, start, c.composition.method, limits);
  }
  py::dict out = dict_of(result);
  out["why"] = c.why;
  return out;
}

// A study by ask and tell; the shapes of Python are study.py's.
class NativeStudy {
 public:
  NativeStudy(const std::string& method, const Array& x0, const std::string& estimator, const std::string& rule,
              const Settings& settings, const py::dict& options, bool stochastic) {
    const std::vector<double> start = to_vector(x0);
    const Limits limits = limits_of(options, start.size());
    Offers offers;
    offers.stochastic = stochastic;
    const Chosen c = chosen(method, estimator, rule, settings, offers, start.size(), !limits.bounds.empty());
    study_ = std::make_unique<AskTell>(c.composition.method, start, limits, offers, c.composition.estimator);
  }
  py::object ask() {  // the points that wait, a row each; None when the run has ended
    const auto* questions = study_->ask();
    if (questions == nullptr) return py::none();
    const auto n = static_cast<py::ssize_t>(questions->front().point.size());
    py::array_t<double> points({static_cast<py::ssize_t>(questions->size()), n});
    double* out = points.mutable_data();
    for (const auto& q : *questions) out = std::copy(q.point.begin(), q.point.end(), out);
    return points;
  }
  void tell(const std::vector<std::optional<double>>& values) {
    std::vector<Answer<double>> answers(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i])
        answers[i].value = *values[i];
      else
        answers[i].failed = true, answers[i].error = "told None";
    }
    study_->tell(answers);
  }
  void stop() { study_->stop(); }
  [[nodiscard]] bool ended() const { return study_->ended(); }
  [[nodiscard]] py::dict result() const { return dict_of(study_->result()); }

 private:
  std::unique_ptr<AskTell> study_;
};

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

py::dict dict_of(const Entry& e) {
  py::list asks, options;
  for (std::size_t k = 0; k < answer_kinds; ++k)
    if (e.asks.has(static_cast<AnswerKind>(k))) asks.append(std::string(name(static_cast<AnswerKind>(k))));
  for (const OptionInfo& o : e.options) {
    py::dict option;
    option["name"] = o.name;
    option["type"] = o.type;
    option["default"] = o.default_text;
    option["range"] = o.range();
    option["unit"] = o.unit;
    option["help"] = o.help;
    options.append(option);
  }
  py::dict out;
  out["id"] = e.id;
  out["name"] = e.name;
  out["kind"] = e.kind;
  out["section"] = e.section;
  out["reference"] = e.reference;
  out["formula"] = e.formula;
  out["cost"] = e.cost;
  out["notes"] = e.notes;
  out["asks"] = asks;
  out["bounds"] = e.bounds;
  out["options"] = options;
  return out;
}

}  // namespace

PYBIND11_MODULE(_thalweg, m) {
  m.doc() = "native half of thalweg";
  py::register_exception_translator([](std::exception_ptr p) {
    try {
      if (p) std::rethrow_exception(p);
    } catch (const InvalidArgument& error) {
      PyErr_SetString(PyExc_ValueError, error.what());
    }
  });
  m.def("version", [] { return version(); });
  m.def("kinds", &registry::kinds);
  m.def("entries", [](const std::string& kind) {
    py::list all;
    for (const Entry& e : registry::entries(kind)) all.append(dict_of(e));
    return all;
  });
  m.def("entry", [](const std::string& id) { return dict_of(registry::find(id)); });
  m.def("minimize",
        [](py::object fun, const Array& x0, py::object jac, py::object hess, py::object hessp,
           const std::string& method, const std::string& estimator, const std::string& rule, const Settings& settings,
           const py::dict& options, py::object callback, py::object workers, bool stochastic) {
          PyObjective f(static_cast<std::size_t>(x0.size()), 0, std::move(fun), std::move(jac), std::move(hess),
                        std::move(hessp), std::move(workers), stochastic);
          return run_on(f, x0, method, estimator, rule, settings, options, callback);
        });
  m.def("minimize_problem",
        [](const std::string& id, const py::object& x0, const std::string& method, const std::string& estimator,
           const std::string& rule, const Settings& settings, py::dict options, py::object callback) {
          const auto problem = registry::make_problem(id);
          const Array start = x0.is_none() ? to_array(problem->start) : x0.cast<Array>();
          const bool takes = method == "auto" || registry::method(method).entry.bounds;
          if (!problem->bounds.empty() && !options.contains("lower") && rule.empty() && takes) {
            options["lower"] = to_array(problem->bounds.lower);
            options["upper"] = to_array(problem->bounds.upper);
          }
          return run_on(*problem->objective, start, method, estimator, rule, settings, options, callback);
        });
  m.def("least_squares", [](py::object fun, const Array& x0, std::size_t residuals, py::object jac, bool central,
                            const std::string& method, const Settings& settings, const std::string& loss,
                            double scale, const py::dict& options) {
    const auto n = static_cast<std::size_t>(x0.size());
    const bool differences = jac.is_none();
    PyObjective f(n, residuals, std::move(fun), std::move(jac), py::none(), py::none(), py::none(), false);
    // A robust loss is an objective of its own, so the differences of its residuals go above it.
    RobustLoss robust(f, robust_named(loss), scale);
    Objective<double>& base = robust_named(loss) == Robust::linear ? static_cast<Objective<double>&>(f) : robust;
    if (!differences) return run_on(base, x0, method, "", "", settings, options, py::none());
    const Bounds bounds = options.contains("lower") ? bounds_of(options["lower"], options["upper"], n) : Bounds{};
    FdJacobian adapter(base, central, bounds);
    return run_on(adapter, x0, method, "", "", settings, options, py::none());
  });
  py::class_<NativeStudy>(m, "Study")
      .def(py::init<const std::string&, const Array&, const std::string&, const std::string&, const Settings&,
                    const py::dict&, bool>())
      .def("ask", &NativeStudy::ask)
      .def("tell", &NativeStudy::tell)
      .def("stop", &NativeStudy::stop)
      .def("ended", &NativeStudy::ended)
      .def("result", &NativeStudy::result);
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
