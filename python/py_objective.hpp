// An objective that calls Python.
#pragma once

#include "convert.hpp"
#include "thalweg/core/objective.hpp"

namespace thalweg::python {

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

}  // namespace thalweg::python
