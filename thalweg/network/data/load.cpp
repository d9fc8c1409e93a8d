#include "thalweg/network/data/load.hpp"

#include "thalweg/network/data/csv.hpp"
#include "thalweg/network/data/digits.hpp"
#include "thalweg/network/data/fashion_mnist.hpp"
#include "thalweg/network/data/idx.hpp"

namespace thalweg {
namespace {

struct CsvText {
  std::string file, target;
  CsvTask task = CsvTask::automatic;
};

// FILE,target=COL[,task=classification|regression]; the file's own name may hold commas.
CsvText parse_csv_text(const std::string& text) {
  CsvText parsed;
  parsed.file = text;
  for (;;) {
    const std::size_t comma = parsed.file.rfind(',');
    if (comma == std::string::npos) break;
    const std::string last = parsed.file.substr(comma + 1);
    if (last.starts_with("target=") && parsed.target.empty()) {
      parsed.target = last.substr(7);
    } else if (last == "task=classification" || last == "task=regression") {
      parsed.task = last == "task=regression" ? CsvTask::regression : CsvTask::classification;
    } else if (last.starts_with("task=")) {
      throw InvalidArgument("data `csv:" + text + "`: task is \"" + last.substr(5) +
                            "\"; it is classification or regression");
    } else {
      break;
    }
    parsed.file.resize(comma);
  }
  if (parsed.target.empty() || parsed.file.empty())
    throw InvalidArgument("data `csv:" + text + "`: expected csv:FILE,target=COLUMN");
  return parsed;
}

template <class S>
Split<S> read(const std::string& text, const SplitOptions& options) {
  if (text == "digits") return split(digits<S>(), options);
  if (text == "fashion-mnist") return fashion_mnist<S>(options);
  if (text.starts_with("idx:")) return read_idx_directory<S>(text, text.substr(4), options);
  if (text.starts_with("csv:")) {
    const CsvText csv = parse_csv_text(text.substr(4));
    ByteSource source(csv.file);
    return split(csv_data<S>(text, read_csv(source), csv.target, csv.task), options);
  }
  const std::string near = nearest(text, {"digits", "fashion-mnist"});
  throw InvalidArgument("unknown data `" + text + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?") +
                        " (known are digits, fashion-mnist, idx:DIR and csv:FILE,target=COLUMN)");
}

}  // namespace

template <class S>
Split<S> load_data(std::string_view text, const LoadOptions& options) {
  Split<S> parts = read<S>(std::string(text), options.split);
  if (parts.train.samples == 0) throw InvalidArgument("data `" + std::string(text) + "`: no sample left to train on");
  if (options.standardise) standardise(parts);
  return parts;
}

template Split<float> load_data(std::string_view, const LoadOptions&);
template Split<double> load_data(std::string_view, const LoadOptions&);

}  // namespace thalweg
