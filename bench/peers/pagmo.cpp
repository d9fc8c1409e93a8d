// pagmo's CMA-ES, differential evolution and particle swarm: a population of 20, the first at the problem's start,
// the others drawn in the box; no tolerance, CMA-ES within the box.
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/cmaes.hpp>
#include <pagmo/algorithms/de.hpp>
#include <pagmo/algorithms/pso.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>

#include "protocol.hpp"

namespace {

struct Asked {
  std::vector<double> lower, upper;
  pagmo::vector_double fitness(const pagmo::vector_double& x) const { return {peers::ask(x.data(), x.size())}; }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const { return {lower, upper}; }
};

void solve(const peers::Job& job) {
  constexpr unsigned size = 20;
  pagmo::population population(pagmo::problem(Asked{job.lower, job.upper}), 0u, job.seed);
  population.push_back(job.start);
  while (population.size() < size) population.push_back(population.random_decision_vector());
  const auto generations = static_cast<unsigned>(job.budget) / size + 1;
  pagmo::algorithm algorithm;
  if (job.method == "cmaes")
    algorithm = pagmo::algorithm(pagmo::cmaes(generations, -1, -1, -1, -1, 0.5, 0.0, 0.0, false, true, job.seed));
  else if (job.method == "de")
    algorithm = pagmo::algorithm(pagmo::de(generations, 0.8, 0.9, 2u, 0.0, 0.0, job.seed));
  else
    algorithm = pagmo::algorithm(pagmo::pso(generations, 0.7298, 2.05, 2.05, 0.5, 5u, 2u, 4u, false, job.seed));
  algorithm.evolve(population);
}

}  // namespace

int main() { return peers::serve(solve); }
