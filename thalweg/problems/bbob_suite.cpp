// The suite "bbob".
#include <string>

#include "thalweg/problems/suites.hpp"

namespace thalweg::problems {

namespace {

struct Bbob {
  std::string n = "2+3+5+10+20", instances = "1-5", functions = "1-24";
};

std::vector<std::string> bbob_problems(const Bbob& options) {
  const auto instances = whole_numbers("instances", options.instances, 1, 100'000);
  const auto functions = whole_numbers("functions", options.functions, 1, 24);
  std::vector<std::string> list;
  for (const std::int64_t n : whole_numbers("n", options.n, 2, 100'000))
    for (const std::int64_t f : functions)
      for (const std::int64_t i : instances)
        list.push_back("bbob/f" + std::to_string(f) + ":n=" + std::to_string(n) + ",instance=" + std::to_string(i));
  return list;
}

}  // namespace

registry::SuiteItem bbob_suite() {
  Description<Bbob> d("bbob", "BBOB's 24 noiseless functions, shifted and rotated", "");
  d.reference(
       "Hansen, Finck, Ros & Auger, Real-parameter black-box optimization benchmarking 2009: noiseless functions "
       "definitions, INRIA RR-6829 (2009)")
      .example("[[suite]] id = \"bbob:n=2+5+10,instances=1-15\"")
      .notes("By size, then function, then instance, as COCO has them; COCO's sizes are 2, 3, 5, 10, 20 and 40.");
  d.option("n", &Bbob::n, "numbers of variables, each at least 2, as in 2+3+5");
  d.option("instances", &Bbob::instances, "which shifts and rotations, as in 1-15; every one counts from 1");
  d.option("functions", &Bbob::functions, "which of the functions, 1 to 24, as in 1-5+8");
  return suite(std::move(d), bbob_problems);
}

}  // namespace thalweg::problems
