// The runs of a comparison in the formats of other benchmarks' tools, one folder a method.
//
// COCO (numbbo/coco, logger_bbob, data format "bbob-new2"; read by cocopp): DIR/bbobexp_fF_i1.info, and
// data_fF/bbobexp_fF_DIMn_i1.dat and .tdat. A data line is
//   f evaluations, g evaluations (0), lowest noise-free f − f_opt, measured f, lowest measured f;
// the .dat has a line an improvement, the .tdat one at each count of COCO's triggers (every 10^(k/20), and n·{1, 2,
// 5} times powers of ten) and at the end. Points are left out, as COCO does from 22 variables on. What is measured is
// not kept beside the noise-free f, which stands for it. IOHprofiler (IOHprofiler/IOHexperimenter, the JSON of its
// Analyzer logger since 0.3.3; read by IOHanalyzer and IOHinspector): DIR/IOHprofiler_fF_NAME.json, and
// data_fF_NAME/IOHprofiler_fF_DIMn.dat with the columns `evaluations` and `raw_y`, the lowest f − f_opt. The point of
// the best is the run's.
//
// F is a BBOB function's own number ("bbob/f8…" is 8); other problems are numbered 1, 2, … by function in the order
// of the comparison. The instance is the problem's `instance` option (1 without one); with several seeds each is an
// instance of its own where the problem has none. f_opt is 0 where the optimum is not known.
#pragma once

#include <filesystem>

#include "thalweg/experiment/results.hpp"

namespace thalweg {

// Writes every method's runs below `folder`, in a folder of the method's label; what an older comparison left there
// is replaced. Needs results.facts. Throws InvalidArgument naming the path that cannot be written.
void write_coco_logs(const ComparisonResults& results, const std::filesystem::path& folder);
void write_ioh_logs(const ComparisonResults& results, const std::filesystem::path& folder);

}  // namespace thalweg
