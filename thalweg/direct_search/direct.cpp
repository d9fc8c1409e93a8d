#include "thalweg/direct_search/direct.hpp"

#include "thalweg/direct_search/dividing_rectangles.hpp"

namespace thalweg {

Description<Direct> Direct::describe() {
  Description<Direct> d("direct", "DIRECT, dividing rectangles", "3.1");
  d.reference("Jones, Perttunen & Stuckman, J. Optim. Theory Appl. 79 (1993) 157")
      .formula(
          "divide j where some K > 0 gives f_j − K d_j ≤ f_i − K d_i for all i, and f_j − K d_j ≤ f_best − ε|f_best|")
      .cost("2 values a longest side and rectangle; O(n + log N) work a value; 9n + 36 bytes a value")
      .notes("d: half the diagonal. All ties are divided. x0 is not asked.")
      .example("thalweg minimize --problem branin --method direct --max-evaluations 500")
      .asks(AnswerKind::value)
      .needs_box();
  d.option("epsilon", &Direct::epsilon, "least improvement that a division must promise, relative to |f_best|")
      .at_least(0.0);
  d.option("x_tolerance", &Direct::x_tolerance, "stop when the best rectangle has no longer side; 0: never")
      .at_least(0.0);
  return d;
}

void Direct::run(Objective<double>& f, Search& search) const {
  detail::divide_rectangles({.diagonal = true,
                             .all_ties = true,
                             .epsilon = epsilon,
                             .x_tolerance = search.tolerance().x.value_or(x_tolerance)},
                            f, search);
}

}  // namespace thalweg
