// Runs made elsewhere (another library, another language), read to stand beside ours in a comparison.
//
// JSONL, one run a line:
//   {"problem":"rosenbrock:n=2","method":"SciPy Powell","seed":0,"evaluations":412,"history":[[1,24.2],[9,3.07],…]}
// `history` holds [evaluations, f] wherever the lowest f fell (other pairs do no harm), `evaluations` all that the
// run took (default: the last of the history); `seed` (0), `status`, `message` and `seconds` may be left out, and
// other keys are ignored. `thalweg serve --record FILE` writes such lines. CSV, a line a pair: a header that names
// problem, method, evaluations, f and, if there are several, seed; the lines of a run may stand anywhere, and its
// largest `evaluations` is its end. On a noisy problem f should be the function without its noise, as `serve
// --record` has it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "thalweg/experiment/results.hpp"

namespace thalweg {

// One MethodRecord a method, in the order of their first appearance, its `origin` the file. A name that ends in .csv
// is CSV, any other JSONL. Throws InvalidArgument, naming file and line, for text that is not of that form.
std::vector<MethodRecord> parse_foreign_runs(std::string_view text, const std::string& origin);
std::vector<MethodRecord> read_foreign_runs(const std::string& file);

// A run as a line of the JSONL, '\n' included.
std::string foreign_run_line(const RunRecord& run, const std::string& method);

}  // namespace thalweg
