// minimize, least_squares and studies by ask and tell.
#include "py_objective.hpp"
#include "thalweg/core/ask_tell.hpp"
#include "thalweg/experiment/composition.hpp"
#include "thalweg/gradient_estimation/fd_jacobian.hpp"
#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/choose_method.hpp"
#include "thalweg/registry/registry.hpp"
#include "thalweg/second_order/robust_loss.hpp"

namespace thalweg::python {
namespace {

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
    for (const auto& [kind, count] : o["max_answers"].cast<std::map<std::string, py::object>>()) {
      const auto which = answer_kind_named(kind);
      if (!which) throw InvalidArgument("max_answers: unknown kind `" + kind + "`");
      limits.max_answers[*which] = count_of(count, "max_answers." + kind);
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

}  // namespace

void bind_runs(py::module_& m) {
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
}

}  // namespace thalweg::python
