#include "thalweg/autodiff/differentiable.hpp"

#include <algorithm>

#include "thalweg/autodiff/jet.hpp"
#include "thalweg/autodiff/sweep.hpp"

namespace thalweg {

using autodiff::Dual;
using autodiff::Jet;
using autodiff::Tape;
using autodiff::Var;

namespace {

constexpr std::size_t lanes = 4;  // columns of the Hessian or Jacobian in one sweep: 4 doubles are an AVX2 register
using Lanes = Dual<double, lanes>;

constexpr Kinds taped{AnswerKind::gradient, AnswerKind::hessian_vector,  AnswerKind::hessian,      AnswerKind::third,
                      AnswerKind::jacobian, AnswerKind::vector_jacobian, AnswerKind::fisher_vector};

void require_size(const char* what, std::size_t got, std::size_t expected) {
  if (got != expected)
    throw std::logic_error("autodiff: " + std::string(what) + " has " + std::to_string(got) + " entries, not " +
                           std::to_string(expected));
}

double half_square(std::span<const double> r) {
  double sum = 0.0;
  for (double ri : r) sum += ri * ri;
  return 0.5 * sum;
}

// The values and adjoints of a sweep with number type T.
template <class T>
struct Sweep {
  std::vector<T> inputs, values, adjoints;

  void forward(const Tape& tape) { autodiff::forward<T>(tape, inputs, values); }

  // Adjoints of the whole tape from those of the outputs: 1 for a number, r for ½‖r‖².
  void reverse(const Tape& tape, std::span<const Var> outputs, bool residuals) {
    adjoints.assign(tape.size(), T(0.0));
    for (const Var& y : outputs)
      if (!y.constant()) adjoints[y.index()] += residuals ? values[y.index()] : T(1.0);
    autodiff::reverse<T>(tape, {values.data(), tape.size()}, adjoints);
  }
};

}  // namespace

struct DifferentiableObjective::Workspace {
  Tape tape;
  std::vector<Var> inputs, outputs;
  std::vector<double> residual, adjoints;
  std::vector<Dual<>> dual_inputs, dual_outputs;
  Sweep<Jet<double, 1>> first;
  Sweep<Jet<double, 2>> second;
  Sweep<Lanes> wide;
};

// A workspace from the pool for the time of one answer.
class DifferentiableObjective::Lease {
 public:
  explicit Lease(DifferentiableObjective& of) : of_(of) {
    {
      const std::lock_guard lock(of.mutex_);
      if (!of.pool_.empty()) {
        workspace_ = std::move(of.pool_.back());
        of.pool_.pop_back();
      }
    }
    if (!workspace_) workspace_ = std::make_unique<Workspace>();
  }
  ~Lease() {
    const std::lock_guard lock(of_.mutex_);
    of_.pool_.push_back(std::move(workspace_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  Workspace& operator*() const { return *workspace_; }

 private:
  DifferentiableObjective& of_;
  std::unique_ptr<Workspace> workspace_;
};

DifferentiableObjective::DifferentiableObjective(std::size_t dimension, std::size_t residuals)
    : open_(dimension == 0), dimension_(dimension), residuals_(residuals) {
  pool_.reserve(64);
}
DifferentiableObjective::~DifferentiableObjective() = default;

void DifferentiableObjective::bind(std::size_t n) {
  if (open_) dimension_ = n;
}

void DifferentiableObjective::throw_residual_count(std::size_t got, std::size_t expected) {
  throw InvalidArgument("differentiable: the callable returned " + std::to_string(got) + " numbers, not " +
                        std::to_string(expected) +
                        "; a number wants differentiable(f), residuals want differentiable_residuals(f, count)");
}

Offers DifferentiableObjective::offers() const {
  Offers offers;
  offers.kinds = Kinds{AnswerKind::value,          AnswerKind::gradient, AnswerKind::directional,
                       AnswerKind::hessian_vector, AnswerKind::hessian,  AnswerKind::third};
  if (residuals_ > 0)
    offers.kinds = offers.kinds | Kinds{AnswerKind::residual, AnswerKind::jacobian, AnswerKind::jacobian_vector,
                                        AnswerKind::vector_jacobian, AnswerKind::fisher_vector};
  offers.residuals = residuals_;
  return offers;
}

void DifferentiableObjective::answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) {
  const Lease lease(*this);
  for (std::size_t i = 0; i < questions.size(); ++i) answer(questions[i], answers[i], *lease);
}

void DifferentiableObjective::answer(const Question<double>& question, Answer<double>& answer, Workspace& w) {
  const Kinds asks = question.asks;
  if (!offers().kinds.has_all(asks))
    throw MissingAnswer("autodiff: asked " + to_string(asks - offers().kinds) + "; the objective answers " +
                        to_string(offers().kinds));
  const auto x = question.point;
  const auto d = question.direction;
  const std::size_t n = x.size(), outputs = std::max<std::size_t>(residuals_, 1);
  const bool residuals = residuals_ > 0;
  if (dimension_ != 0) require_size("the point", n, dimension_);
  if (!(asks - Kinds{AnswerKind::value, AnswerKind::gradient, AnswerKind::hessian, AnswerKind::residual,
                     AnswerKind::jacobian, AnswerKind::vector_jacobian})
           .empty())
    require_size("the direction", d.size(), n);
  if (asks.has(AnswerKind::vector_jacobian)) require_size("the direction", d.size(), residuals_);
  answer.quality = Quality::exact;

  const bool tape = !(asks - (asks - taped)).empty();
  const bool fisher = asks.has(AnswerKind::fisher_vector);
  const bool forward = asks.has(AnswerKind::directional) || asks.has(AnswerKind::jacobian_vector) || fisher;
  w.residual.resize(outputs);
  if (tape) {
    w.tape.clear();
    w.inputs.resize(n);
    for (std::size_t j = 0; j < n; ++j) w.inputs[j] = w.tape.input(x[j]);
    w.outputs.assign(outputs, Var{});
    call(std::span<const Var>(w.inputs), std::span<Var>(w.outputs));
    for (std::size_t k = 0; k < outputs; ++k) w.residual[k] = w.outputs[k].value();
  }
  if (forward) {
    w.dual_inputs.resize(n);
    for (std::size_t j = 0; j < n; ++j) w.dual_inputs[j] = Dual<>(x[j], {d[j]});
    w.dual_outputs.assign(outputs, Dual<>{});
    call(std::span<const Dual<>>(w.dual_inputs), std::span<Dual<>>(w.dual_outputs));
    for (std::size_t k = 0; k < outputs; ++k) w.residual[k] = w.dual_outputs[k].value;
  }
  if (!tape && !forward) call(x, std::span<double>(w.residual));

  if (asks.has(AnswerKind::value)) answer.value = residuals ? half_square(w.residual) : w.residual[0];
  if (asks.has(AnswerKind::residual)) {
    require_size("the residual", answer.residual.size(), outputs);
    std::copy(w.residual.begin(), w.residual.end(), answer.residual.begin());
  }
  if (asks.has(AnswerKind::directional)) {
    answer.directional = 0.0;
    for (const auto& y : w.dual_outputs) answer.directional += residuals ? y.value * y.d[0] : y.d[0];
  }
  if (asks.has(AnswerKind::jacobian_vector)) {
    require_size("the product", answer.product.size(), outputs);
    for (std::size_t k = 0; k < outputs; ++k) answer.product[k] = w.dual_outputs[k].d[0];
  }
  if (!tape) return;

  const std::size_t nodes = w.tape.size();
  // Inputs are the first nodes of the tape, in order.
  const auto reverse_from = [&](auto&& seed, std::span<double> out) {
    w.adjoints.assign(nodes, 0.0);
    for (std::size_t k = 0; k < outputs; ++k)
      if (!w.outputs[k].constant()) w.adjoints[w.outputs[k].index()] += seed(k);
    autodiff::reverse<double>(w.tape, w.tape.values(), w.adjoints);
    std::copy_n(w.adjoints.begin(), n, out.begin());
  };
  if (asks.has(AnswerKind::gradient)) {
    require_size("the gradient", answer.gradient.size(), n);
    reverse_from([&](std::size_t k) { return residuals ? w.residual[k] : 1.0; }, answer.gradient);
  }
  if (asks.has(AnswerKind::vector_jacobian)) {
    require_size("the product", answer.product.size(), n);
    reverse_from([&](std::size_t k) { return d[k]; }, answer.product);
  }
  if (fisher) {  // Jᵀ(J d)
    require_size("the Fisher-vector product", answer.fisher_vector.size(), n);
    reverse_from([&](std::size_t k) { return w.dual_outputs[k].d[0]; }, answer.fisher_vector);
  }

  const auto along_line = [&](auto& sweep) {
    using T = std::remove_cvref_t<decltype(sweep.inputs[0])>;
    sweep.inputs.resize(n);
    for (std::size_t j = 0; j < n; ++j) sweep.inputs[j] = T::line(x[j], d[j]);
    sweep.forward(w.tape);
    sweep.reverse(w.tape, w.outputs, residuals);
  };
  if (asks.has(AnswerKind::third)) {  // the adjoint's coefficients: ∇f, ∇²f d, ½∇³f[d, d, ·]
    require_size("third", answer.third.size(), n);
    along_line(w.second);
    for (std::size_t j = 0; j < n; ++j) answer.third[j] = 2.0 * w.second.adjoints[j].c[2];
    if (asks.has(AnswerKind::hessian_vector)) {
      require_size("the Hessian-vector product", answer.hessian_vector.size(), n);
      for (std::size_t j = 0; j < n; ++j) answer.hessian_vector[j] = w.second.adjoints[j].c[1];
    }
  } else if (asks.has(AnswerKind::hessian_vector)) {
    require_size("the Hessian-vector product", answer.hessian_vector.size(), n);
    along_line(w.first);
    for (std::size_t j = 0; j < n; ++j) answer.hessian_vector[j] = w.first.adjoints[j].c[1];
  }

  // `lanes` unit directions from the `first`-th.
  const auto along_axes = [&](std::size_t first) {
    w.wide.inputs.resize(n);
    for (std::size_t j = 0; j < n; ++j)
      w.wide.inputs[j] = j >= first && j < first + lanes ? Lanes::variable(x[j], j - first) : Lanes(x[j]);
    w.wide.forward(w.tape);
  };
  if (asks.has(AnswerKind::hessian)) {
    require_size("the Hessian", answer.hessian.size(), n * n);
    for (std::size_t first = 0; first < n; first += lanes) {
      along_axes(first);
      w.wide.reverse(w.tape, w.outputs, residuals);
      for (std::size_t i = first; i < std::min(first + lanes, n); ++i)  // the upper triangle, mirrored
        for (std::size_t j = i; j < n; ++j)
          answer.hessian[i * n + j] = answer.hessian[j * n + i] = w.wide.adjoints[j].d[i - first];
    }
  }
  if (asks.has(AnswerKind::jacobian)) {
    require_size("the Jacobian", answer.jacobian.size(), outputs * n);
    if (outputs < n / lanes) {  // rows, in reverse
      for (std::size_t row = 0; row < outputs; ++row)
        reverse_from([&](std::size_t k) { return k == row ? 1.0 : 0.0; }, answer.jacobian.subspan(row * n, n));
    } else {  // columns, forward
      for (std::size_t first = 0; first < n; first += lanes) {
        along_axes(first);
        for (std::size_t k = 0; k < outputs; ++k)
          for (std::size_t j = first; j < std::min(first + lanes, n); ++j)
            answer.jacobian[k * n + j] =
                w.outputs[k].constant() ? 0.0 : w.wide.values[w.outputs[k].index()].d[j - first];
      }
    }
  }
}

}  // namespace thalweg
