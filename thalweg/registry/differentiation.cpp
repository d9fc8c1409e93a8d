// The modes of automatic differentiation (thalweg/autodiff), which `differentiable(f)` chooses among by what is
// asked.
#include "thalweg/registry/differentiation.hpp"

namespace thalweg::registry {
namespace {

Entry entry(std::string id, std::string name, std::string reference, Kinds answers) {
  Entry e;
  e.id = std::move(id), e.name = std::move(name), e.kind = "differentiation", e.section = "4.1";
  e.reference = "Griewank & Walther, Evaluating Derivatives, 2nd ed. (2008), " + reference;
  e.notes =
      "differentiable(f) answers by it: " + to_string(answers) +
      ". f is generic C++: ordinary control flow, the elementary functions, Eigen expressions (autodiff/eigen.hpp). "
      "At kinks: abs and hypot have the derivative 0 at 0, min and max that of the branch taken.";
  return e;
}

std::vector<Entry> all() {
  std::vector<Entry> entries;
  entries.push_back(entry("ad-forward", "Forward mode: dual numbers", "§3.1",
                          {AnswerKind::directional, AnswerKind::jacobian_vector}));
  entries.back().formula = "f(x + εd) = f(x) + ε ∇f(x)·d, ε² = 0; Dual<T, N> carries N directions at once, and nests";
  entries.back().cost = "a sum 1 + N operations, a product 1 + 3N; no memory beside the numbers";
  entries.back().example =
      "auto f = differentiable([](auto const& x) { return x[0] * exp(x[1]); }); f.directional(x, d);";

  entries.push_back(entry("ad-reverse", "Reverse mode: a tape", "§3.2",
                          {AnswerKind::gradient, AnswerKind::hessian, AnswerKind::jacobian,
                           AnswerKind::vector_jacobian, AnswerKind::fisher_vector}));
  entries.back().formula =
      "x̄_j += ȳ ∂y/∂x_j from the last operation to the first, ȳ = 1 at f; over dual numbers columns of ∇²f";
  entries.back().cost =
      "value and gradient at most 5 times the operations of f; 20 bytes an operation of f, kept between evaluations, "
      "so "
      "that a later one allocates nothing";
  entries.back().example =
      "auto f = differentiable([](auto const& x) { return x[0] * exp(x[1]); }); f.gradient(x, g);";

  entries.push_back(
      entry("ad-taylor", "Taylor jets to order 3", "§13.2", {AnswerKind::hessian_vector, AnswerKind::third}));
  entries.back().formula = "φ(t) = f(x + t d) = Σ c_k tᵏ, k ≤ 3; in reverse over jets ∇²f d and ∇³f[d, d, ·]";
  entries.back().cost =
      "a product (K+1)(K+2)/2 multiplications and K(K+1)/2 additions; ∇²f d about 8 to 16 and ∇³f[d, d, ·] about 14 "
      "to "
      "33 times the operations of f, whatever n (counted in tests/autodiff)";
  entries.back().example =
      "auto f = differentiable([](auto const& x) { return x[0] * exp(x[1]); }); f.third(x, d, t);";
  return entries;
}

}  // namespace

const std::vector<Entry>& differentiation() {
  static const std::vector<Entry> entries = all();
  return entries;
}

}  // namespace thalweg::registry
