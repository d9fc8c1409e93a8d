#include "thalweg/problems/nesterov.hpp"

#include <string>

#include "thalweg/problems/define.hpp"
#include "thalweg/problems/suites.hpp"

namespace thalweg::problems {

namespace {

using namespace thalweg::math;

// The length of the chain: option k, 0 for all variables.
std::size_t length(const Shape& s) {
  if (s.k > s.n)
    throw InvalidArgument("nesterov: k is " + std::to_string(s.k) +
                          "; it must be at most n = " + std::to_string(s.n));
  return s.k == 0 ? s.size() : static_cast<std::size_t>(s.k);
}

// |t|^{order + 1}
template <class S>
S power(const S& t, std::int64_t order) {
  if (order == 1) return sq(t);
  return order == 2 ? S(sq(t) * abs(t)) : S(sq(sq(t)));
}

}  // namespace

vector<registry::ProblemItem> nesterov_chains() {
  const char* k_help = "length of the chain, at most n; 0 for all variables";
  vector<registry::ProblemItem> list;

  list.push_back(define("nesterov/quadratic", "Nesterov's worst quadratic",
                        "Nesterov, Lectures on Convex Optimization (2018), 2.1.2",
                        "¼(½(x₁² + Σ_{i<k} (xᵢ − xᵢ₊₁)² + x_k²) − x₁)")
                     .n(100)
                     .integer("k", k_help, &Shape::k, 0, 0, 0)
                     .notes("The gradient's Lipschitz constant is below 1. Variables beyond the k-th are free.")
                     .make([](const Shape& s) {
                       const std::size_t k = length(s);
                       Problem p = smooth(
                           [k](auto const& x) {
                             using S = scalar_t<decltype(x)>;
                             S sum = sq(x[0]) + sq(x[k - 1]);
                             for (std::size_t i = 0; i + 1 < k; ++i) sum += sq(x[i] - x[i + 1]);
                             return S(0.25 * (0.5 * sum - x[0]));
                           },
                           vector<double>(s.size(), 0.0));
                       const double links = static_cast<double>(k + 1);
                       vector<double> best(s.size(), 0.0);
                       for (std::size_t i = 0; i < k; ++i) best[i] = 1 - static_cast<double>(i + 1) / links;
                       return with_optimum(std::move(p), (1 / links - 1) / 8, {best}, 1e-13);
                     }));

  list.push_back(
      define("nesterov/power", "Nesterov's worst function of order p",
             "Nesterov, Math. Program. 186 (2021) 157, section 4",
             "1/(p+1) (Σ_{i<k} |xᵢ − xᵢ₊₁|^{p+1} + |x_k|^{p+1} + Σ_{i>k} |xᵢ|^{p+1}) − x₁")
          .n(100)
          .integer("k", k_help, &Shape::k, 0, 0, 0)
          .integer("order", "p, the order of the derivative that is Lipschitz continuous", &Shape::order, 3, 1, 3)
          .make([](const Shape& s) {
            const std::size_t k = length(s);
            Problem p = smooth(
                [k, order = s.order](auto const& x) {
                  using S = scalar_t<decltype(x)>;
                  S sum = 0;
                  for (std::size_t i = 0; i < x.size(); ++i)
                    sum += power<S>(i + 1 < k ? S(x[i] - x[i + 1]) : S(x[i]), order);
                  return S(sum / static_cast<double>(order + 1) - x[0]);
                },
                vector<double>(s.size(), 0.0));
            const double order = static_cast<double>(s.order), links = static_cast<double>(k);
            vector<double> best(s.size(), 0.0);
            for (std::size_t i = 0; i < k; ++i) best[i] = static_cast<double>(k - i);
            return with_optimum(std::move(p), -links * order / (order + 1), {best}, 1e-13);
          }));
  return list;
}

namespace {

struct Nesterov {
  std::string n = "10+100", orders = "2+3";
};

std::vector<std::string> nesterov_problems(const Nesterov& options) {
  const auto orders = whole_numbers("orders", options.orders, 1, 3);
  std::vector<std::string> list;
  for (const std::int64_t n : whole_numbers("n", options.n, 1, 1'000'000'000)) {
    const std::string size = ":n=" + std::to_string(n);
    list.push_back("nesterov/quadratic" + size);
    for (const std::int64_t p : orders) list.push_back("nesterov/power" + size + ",order=" + std::to_string(p));
  }
  return list;
}

}  // namespace

registry::SuiteItem nesterov_suite() {
  Description<Nesterov> d("nesterov", "Nesterov's worst-case chains, quadratic and of higher order", "");
  d.reference("Nesterov, Lectures on Convex Optimization (2018), 2.1.2; Math. Program. 186 (2021) 157, section 4")
      .example("[[suite]] id = \"nesterov:n=10+100+1000\"")
      .notes("Convex, with derivatives to order 3 and the optimum known at every size.");
  d.option("n", &Nesterov::n, "numbers of variables, as in 10+100");
  d.option("orders", &Nesterov::orders, "orders of the chains beside the quadratic one, 1 to 3, as in 2+3");
  return suite(std::move(d), nesterov_problems);
}

}  // namespace thalweg::problems
