// What derivatives cost: operations and allocations, counted.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "thalweg/autodiff/differentiable.hpp"
#include "thalweg/autodiff/sweep.hpp"

#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // new below is malloc too

namespace {
std::atomic<long> allocations{0};
}
void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace counting {

// A number that counts its operations; an elementary function is one.
struct Counted {
  static inline long operations = 0;
  double v = 0.0;
  Counted() = default;
  Counted(double value) : v(value) {}  // NOLINT
  static Counted made(double value) { return ++operations, Counted(value); }
  friend Counted operator+(Counted a, Counted b) { return made(a.v + b.v); }
  friend Counted operator-(Counted a, Counted b) { return made(a.v - b.v); }
  friend Counted operator*(Counted a, Counted b) { return made(a.v * b.v); }
  friend Counted operator/(Counted a, Counted b) { return made(a.v / b.v); }
  friend Counted operator-(Counted a) { return made(-a.v); }
  Counted& operator+=(Counted b) { return *this = *this + b; }
  Counted& operator-=(Counted b) { return *this = *this - b; }
  Counted& operator*=(Counted b) { return *this = *this * b; }
  Counted& operator/=(Counted b) { return *this = *this / b; }
#define COUNTED(name) \
  friend Counted name(Counted a) { return made(std::name(a.v)); }
  THALWEG_UNARY_FUNCTIONS(COUNTED)
#undef COUNTED
  friend Counted pow(Counted a, double p) { return made(std::pow(a.v, p)); }
  friend Counted pow(Counted a, Counted b) { return made(std::pow(a.v, b.v)); }
  friend Counted atan2(Counted a, Counted b) { return made(std::atan2(a.v, b.v)); }
  friend Counted hypot(Counted a, Counted b) { return made(std::hypot(a.v, b.v)); }
  friend double value_of(Counted a) { return a.v; }
  friend bool is_zero(Counted a) { return a.v == 0.0; }
};

struct Cost {
  double function;                 // operations of f
  double gradient, second, third;  // in multiples of it, the value included
};

template <class F>
Cost cost(F f, std::size_t n) {
  using namespace thalweg::autodiff;
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = 0.3 + 0.001 * static_cast<double>(i);
  const auto count = [](auto&& work) {
    Counted::operations = 0;
    work();
    return static_cast<double>(Counted::operations);
  };
  const std::vector<Counted> plain(x.begin(), x.end());
  Cost c{};
  c.function = count([&] { f(plain); });
  Tape tape;
  std::vector<Var> inputs;
  for (double xi : x) inputs.push_back(tape.input(xi));
  const Var y = f(inputs);
  const auto sweeps = [&](auto line) {
    using T = decltype(line(0.0));
    std::vector<T> at, values, adjoints(tape.size());
    for (double xi : x) at.push_back(line(xi));
    return count([&] {
             forward<T>(tape, at, values);
             adjoints[y.index()] = T(Counted(1.0));
             reverse<T>(tape, values, adjoints);
           }) /
           c.function;
  };
  c.gradient = sweeps([](double xi) { return Counted(xi); });
  c.second = sweeps([](double xi) { return Jet<Counted, 1>::line(xi, 1.0); });
  c.third = sweeps([](double xi) { return Jet<Counted, 2>::line(xi, 1.0); });
  return c;
}

const auto rosenbrock = [](auto const& x) {
  using thalweg::sq;
  thalweg::scalar_t<decltype(x)> sum = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) sum += 100.0 * sq(x[i + 1] - sq(x[i])) + sq(1.0 - x[i]);
  return sum;
};
const auto transcendental = [](auto const& x) {
  using namespace thalweg::math;
  thalweg::scalar_t<decltype(x)> sum = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i)
    sum += exp(-x[i] * x[i + 1]) * sin(x[i]) + sqrt(1.0 + x[i] / x[i + 1]) - log(2.0 + cos(x[i + 1]));
  return sum;
};
const auto product = [](auto const& x) {  // Speelpenning's: the worst case, products alone
  thalweg::scalar_t<decltype(x)> p = x[0];
  for (std::size_t i = 1; i < x.size(); ++i) p = p * x[i];
  return p;
};

TEST(Cost, ReverseTakesAtMostFiveTimesTheOperationsOfTheFunction) {
  const auto judge = [](const char* name, const Cost& c) {
    std::printf("%s: %.0f operations; gradient %.2f, Hessian-vector %.2f, third %.2f times that\n", name, c.function,
                c.gradient, c.second, c.third);
    EXPECT_LE(c.gradient, 5.0) << name;
    EXPECT_LE(c.second, 20.0) << name;
    EXPECT_LE(c.third, 45.0) << name;
  };
  const Cost r = cost(rosenbrock, 1000);
  judge("rosenbrock", r);
  judge("transcendental", cost(transcendental, 1000));
  judge("product", cost(product, 1000));
  EXPECT_NEAR(cost(rosenbrock, 100).third, r.third, 0.2);  // a constant: it does not grow with n
}

TEST(Cost, NothingIsAllocatedAfterTheFirstEvaluation) {
  const std::size_t n = 50;
  auto f = thalweg::differentiable(rosenbrock, n);
  std::vector<double> x(n, 0.5), d(n, 1.0), g(n), hv(n), t(n), h(n * n);
  using K = thalweg::AnswerKind;
  const thalweg::Kinds all{K::value, K::gradient, K::directional, K::hessian_vector, K::hessian, K::third};
  thalweg::Question<double> q{.point = x, .direction = d};
  thalweg::Answer<double> a;
  a.gradient = g, a.hessian_vector = hv, a.hessian = h, a.third = t;
  const auto ask = [&](thalweg::Kinds kinds) {
    q.asks = kinds;
    f.answer({&q, 1}, {&a, 1});
  };
  ask(all);
  ask(K::hessian_vector);
  const long before = allocations;
  for (int k = 0; k < 10; ++k) {
    x[3] += 0.01;
    ask(K::value);
    ask(K::hessian_vector);
    ask(all);
  }
  EXPECT_EQ(allocations - before, 0);
  EXPECT_GT(before, 0);  // the counter counts
}

}  // namespace counting
