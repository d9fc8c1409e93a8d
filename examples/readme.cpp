#include <cstdio>

#include "thalweg/thalweg.hpp"

int main() {
  using namespace thalweg;
  auto rosenbrock = differentiable([](auto const& x) { return 100 * sq(x[1] - sq(x[0])) + sq(1 - x[0]); });
  for (const Method& m : {method(NelderMead{}), method(LBfgs{}), method(Newton{}), method(Ar3{})}) {
    const Result r = minimize(rosenbrock, {-1.2, 1.0}, m);
    std::printf("%-12s f = %8.2e after %3lu values, %3lu gradients: %s\n", r.method.c_str(), r.f, r.evaluations(),
                r.ledger.of(AnswerKind::gradient), r.message.c_str());
  }
}
