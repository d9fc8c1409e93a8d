#include "thalweg/registry/choose_method.hpp"

#include <algorithm>

#include "thalweg/registry/registry.hpp"

namespace thalweg::registry {

namespace {
bool can_run(const Entry& entry, const Offers& offers, bool bounded) {
  if (!offers.kinds.has_all(entry.asks) || (bounded && !entry.bounds)) return false;
  if (entry.accepts.empty() || !offers.stochastic) return true;
  for (std::size_t k = 0; k < answer_kinds; ++k) {
    const auto kind = static_cast<AnswerKind>(k);
    if (entry.asks.has(kind) &&
        std::find(entry.accepts.begin(), entry.accepts.end(), offers.of(kind)) == entry.accepts.end())
      return false;
  }
  return true;
}
}  // namespace

Choice choose_method(const Offers& offers, std::size_t n, bool bounded) {
  // The largest n for which n² numbers and n³ operations a step are nothing beside the questions.
  constexpr std::size_t small_matrix = 100;
  // Beyond it the n² numbers of a covariance matrix, and their decomposition, are no longer little: 8 MB at 1000.
  constexpr std::size_t small_covariance = 1000;
  // Nelder–Mead loses its way as n grows (Han & Neumann 2006); ten is where population methods overtake it.
  constexpr std::size_t small_simplex = 10;
  const std::string variables = std::to_string(n) + (n == 1 ? " variable" : " variables");
  std::vector<Choice> wanted;
  if (offers.kinds.has(AnswerKind::gradient)) {
    if (offers.stochastic) {
      wanted.push_back({"adam", "the gradients are noisy, and Adam averages them"});
    } else {
      if (offers.kinds.has(AnswerKind::hessian) && n <= small_matrix)
        wanted.push_back({"newton", "exact Hessians are answered, and n = " + std::to_string(n) + " is small"});
      wanted.push_back(
          {"l-bfgs", "exact gradients are answered" + std::string(bounded ? ", and it takes bounds" : "")});
    }
  }
  const std::string values = offers.kinds.has(AnswerKind::gradient)
                                 ? "no method of noisy gradients takes bounds; by values"
                                 : "only values are answered";
  if (n <= small_simplex && !offers.stochastic) wanted.push_back({"nelder-mead", values + ", of " + variables});
  const std::string noisy = offers.stochastic ? ", and they are noisy" : "";
  if (n > small_covariance)
    wanted.push_back(
        {"cma-es", values + ", of " + variables + noisy + "; diagonal=true, as n is large", {{"diagonal", "true"}}});
  wanted.push_back({"cma-es", values + ", of " + variables + noisy});
  wanted.push_back({"nelder-mead", values});
  wanted.push_back({"random-search", values});
  for (const Choice& choice : wanted)
    for (const MethodItem& item : methods())
      if (item.entry.id == choice.method && can_run(item.entry, offers, bounded)) return choice;
  throw InvalidArgument("method auto: no method asks only " + to_string(offers.kinds) +
                        (bounded ? " within bounds" : "") + "; name one of `thalweg list methods`");
}

}  // namespace thalweg::registry
