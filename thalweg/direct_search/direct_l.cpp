#include "thalweg/direct_search/direct_l.hpp"

#include "thalweg/direct_search/dividing_rectangles.hpp"

namespace thalweg {

Description<DirectL> DirectL::describe() {
  Description<DirectL> d("direct-l", "DIRECT-l, locally biased", "3.1");
  d.reference("Gablonsky & Kelley, J. Global Optim. 21 (2001) 27")
      .formula(
          "divide j where some K > 0 gives f_j − K s_j ≤ f_i − K s_i for all i, and f_j − K s_j ≤ f_best − ε|f_best|")
      .cost("2 values a longest side and rectangle; O(n + log N) work a value; 9n + 36 bytes a value")
      .notes("s: the longest side. Of ties the oldest alone is divided. x0 is not asked.")
      .example("thalweg minimize --problem hartmann6 --method direct-l --max-evaluations 500")
      .asks(AnswerKind::value)
      .needs_box();
  d.option("epsilon", &DirectL::epsilon, "least improvement that a division must promise, relative to |f_best|")
      .at_least(0.0);
  d.option("x_tolerance", &DirectL::x_tolerance, "stop when the best rectangle has no longer side; 0: never")
      .at_least(0.0);
  return d;
}

void DirectL::run(Objective<double>& f, Search& search) const {
  detail::divide_rectangles({.diagonal = false,
                             .all_ties = false,
                             .epsilon = epsilon,
                             .x_tolerance = search.tolerance().x.value_or(x_tolerance)},
                            f, search);
}

}  // namespace thalweg
