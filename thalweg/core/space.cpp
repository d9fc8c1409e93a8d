#include "thalweg/core/space.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace thalweg {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

[[noreturn]] void fail(const std::string& variable, const std::string& what) {
  throw InvalidArgument("variable `" + variable + "`: " + what);
}

std::string text(double v) { return detail::format(v); }

void check_domain(const std::string& id, const Real& r) {
  if (!(r.lower <= r.upper) || r.lower == infinity || r.upper == -infinity)
    fail(id,
         "the bounds are " + text(r.lower) + " to " + text(r.upper) + "; the lower side must not exceed the upper");
  if (r.log && !(r.lower > 0.0)) fail(id, "a logarithmic scale needs a lower bound > 0, not " + text(r.lower));
  if (!(r.granularity >= 0.0 && r.granularity < infinity))
    fail(id, "granularity is " + text(r.granularity) + "; it is finite and ≥ 0 (0: none)");
  if (!r.fixed) return;
  if (!(*r.fixed >= r.lower && *r.fixed <= r.upper) || !std::isfinite(*r.fixed))
    fail(id, "fixed at " + text(*r.fixed) + ", outside [" + text(r.lower) + ", " + text(r.upper) + "]");
  if (r.granularity > 0.0 && std::abs(on_grid(r, *r.fixed) - *r.fixed) > 1e-9 * r.granularity)
    fail(id,
         "fixed at " + text(*r.fixed) + ", off its grid; the nearest grid point is " + text(on_grid(r, *r.fixed)));
}
void check_domain(const std::string& id, const Integer& v) {
  if (v.lower > v.upper)
    fail(id, "the bounds are " + std::to_string(v.lower) + " to " + std::to_string(v.upper) +
                 "; the lower side must not exceed the upper");
  if (v.fixed && (*v.fixed < v.lower || *v.fixed > v.upper))
    fail(id, "fixed at " + std::to_string(*v.fixed) + ", outside [" + std::to_string(v.lower) + ", " +
                 std::to_string(v.upper) + "]");
}
void check_domain(const std::string& id, const Categorical& v) {
  if (v.choices.empty()) fail(id, "no choices; at least one is needed");
  std::set<std::string> seen;
  for (const auto& choice : v.choices)
    if (!seen.insert(choice).second) fail(id, "the choice \"" + choice + "\" is there twice");
}
void check_domain(const std::string& id, const Bits& v) {
  if (v.count == 0) fail(id, "0 bits; at least 1 is needed");
}
void check_domain(const std::string& id, const Permutation& v) {
  if (v.count == 0) fail(id, "a permutation of nothing; count is at least 1");
  if (v.count > std::numeric_limits<std::uint32_t>::max())
    fail(id, "a permutation of " + std::to_string(v.count) + " things; at most 2³² − 1");
}
void check_domain(const std::string& id, const Tree& v) {
  if (std::ranges::none_of(v.symbols, [](const Symbol& s) { return s.arity == 0; }))
    fail(id, "no symbol of arity 0, so that no tree ends");
  std::set<std::string> seen;
  for (const auto& symbol : v.symbols)
    if (!seen.insert(symbol.name).second) fail(id, "the symbol \"" + symbol.name + "\" is there twice");
  if (v.max_depth == 0) fail(id, "max_depth is 0; it is ≥ 1");
  if (v.max_nodes == 0) fail(id, "max_nodes is 0; it is ≥ 1");
}

void check_value(const std::string& id, const Real& r, double v) {
  if (!(v >= r.lower && v <= r.upper) || !std::isfinite(v))
    fail(id, text(v) + " is outside [" + text(r.lower) + ", " + text(r.upper) + "]");
  if (r.fixed && v != *r.fixed) fail(id, text(v) + ", but it is fixed at " + text(*r.fixed));
  if (r.granularity > 0.0 && std::abs(on_grid(r, v) - v) > 1e-9 * r.granularity)
    fail(id, text(v) + " is off its grid; the nearest grid point is " + text(on_grid(r, v)));
}
void check_value(const std::string& id, const Integer& domain, std::int64_t v) {
  if (v < domain.lower || v > domain.upper)
    fail(id, std::to_string(v) + " is outside [" + std::to_string(domain.lower) + ", " +
                 std::to_string(domain.upper) + "]");
  if (domain.fixed && v != *domain.fixed)
    fail(id, std::to_string(v) + ", but it is fixed at " + std::to_string(*domain.fixed));
}
void check_value(const std::string& id, const Categorical& domain, const Choice& v) {
  if (v.index >= domain.choices.size())
    fail(id, "choice " + std::to_string(v.index) + " of " + std::to_string(domain.choices.size()));
}
void check_value(const std::string& id, const Bits& domain, const BitString& v) {
  if (v.bits.size() != domain.count)
    fail(id, std::to_string(v.bits.size()) + " bits, not " + std::to_string(domain.count));
  if (std::ranges::any_of(v.bits, [](std::uint8_t b) { return b > 1; })) fail(id, "a bit is neither 0 nor 1");
}
void check_value(const std::string& id, const Permutation& domain, const Order& v) {
  if (v.items.size() != domain.count)
    fail(id, "an order of " + std::to_string(v.items.size()) + " things, not " + std::to_string(domain.count));
  std::vector<bool> seen(domain.count, false);
  for (const std::uint32_t item : v.items) {
    if (item >= domain.count) fail(id, "item " + std::to_string(item) + " of " + std::to_string(domain.count));
    if (seen[item]) fail(id, "item " + std::to_string(item) + " is there twice");
    seen[item] = true;
  }
}
void check_value(const std::string& id, const Tree& domain, const Expression& v) {
  if (v.prefix.size() > domain.max_nodes)
    fail(id, std::to_string(v.prefix.size()) + " nodes, more than " + std::to_string(domain.max_nodes));
  std::vector<std::size_t> open = {1};  // children still missing, of each node on the path
  for (const std::uint32_t symbol : v.prefix) {
    if (symbol >= domain.symbols.size())
      fail(id, "symbol " + std::to_string(symbol) + " of " + std::to_string(domain.symbols.size()));
    while (!open.empty() && open.back() == 0) open.pop_back();
    if (open.empty()) fail(id, "symbols behind the end of the tree");
    --open.back();
    if (open.size() > domain.max_depth) fail(id, "deeper than " + std::to_string(domain.max_depth) + " nodes");
    if (domain.symbols[symbol].arity > 0) open.push_back(domain.symbols[symbol].arity);
  }
  if (std::ranges::any_of(open, [](std::size_t n) { return n > 0; })) fail(id, "the tree is not complete");
}

}  // namespace

// A grid point within 1e-9 of a spacing beyond
// a bound counts as inside: (upper − lower)/granularity is rarely whole in binary.
double on_grid(const Real& r, double x) {
  const double from = std::isfinite(r.lower) ? r.lower : 0.0, g = r.granularity;
  const double least = std::ceil((r.lower - from) / g - 1e-9), most = std::floor((r.upper - from) / g + 1e-9);
  return std::clamp(from + std::clamp(std::round((x - from) / g), least, most) * g, r.lower, r.upper);
}

std::string_view name(VariableKind kind) {
  constexpr std::string_view names[] = {"real", "integer", "categorical", "bits", "permutation", "tree"};
  return names[static_cast<std::size_t>(kind)];
}

Space& Space::add(std::string name, Domain domain) {
  if (name.empty()) throw InvalidArgument("a variable needs a name");
  for (const Variable& v : variables_)
    if (v.name == name) fail(name, "the name is taken");
  std::visit([&](const auto& d) { check_domain(name, d); }, domain);
  variables_.push_back({std::move(name), std::move(domain)});
  return *this;
}

const Variable& Space::variable(std::string_view wanted) const {
  std::vector<std::string> names;
  for (const Variable& v : variables_) {
    if (v.name == wanted) return v;
    names.push_back(v.name);
  }
  const std::string near = nearest(wanted, names);
  throw InvalidArgument("no variable `" + std::string(wanted) + "`" +
                        (near.empty() ? "" : "; did you mean `" + near + "`?"));
}

bool Space::all_real() const {
  return std::ranges::all_of(variables_, [](const Variable& v) { return v.kind() == VariableKind::real; });
}

void Space::check(std::span<const VariableValue> point) const {
  if (point.size() != size())
    throw InvalidArgument("a point of " + std::to_string(point.size()) + " values in a space of " +
                          std::to_string(size()) + " variables");
  for (std::size_t i = 0; i < size(); ++i) {
    const Variable& v = variables_[i];
    if (point[i].index() != v.domain.index())
      fail(v.name, "a value of kind " + std::string(thalweg::name(static_cast<VariableKind>(point[i].index()))) +
                       ", not " + std::string(thalweg::name(v.kind())));
    std::visit(
        [&](const auto& domain) {
          using D = std::decay_t<decltype(domain)>;
          if constexpr (std::is_same_v<D, Real>) check_value(v.name, domain, std::get<double>(point[i]));
          if constexpr (std::is_same_v<D, Integer>) check_value(v.name, domain, std::get<std::int64_t>(point[i]));
          if constexpr (std::is_same_v<D, Categorical>) check_value(v.name, domain, std::get<Choice>(point[i]));
          if constexpr (std::is_same_v<D, Bits>) check_value(v.name, domain, std::get<BitString>(point[i]));
          if constexpr (std::is_same_v<D, Permutation>) check_value(v.name, domain, std::get<Order>(point[i]));
          if constexpr (std::is_same_v<D, Tree>) check_value(v.name, domain, std::get<Expression>(point[i]));
        },
        v.domain);
  }
}

bool Space::contains(std::span<const VariableValue> point) const {
  try {
    check(point);
  } catch (const InvalidArgument&) {
    return false;
  }
  return true;
}

}  // namespace thalweg
