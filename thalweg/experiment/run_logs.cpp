#include "thalweg/experiment/run_logs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "thalweg/experiment/run_store.hpp"

namespace thalweg {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr double logged_for_infinite = 3e21;  // COCO's fvalue_logged_for_infinite

// One run with what its log says beside its history.
struct Logged {
  const RunRecord* run;
  std::uint64_t instance;
  double optimum;  // f_opt, 0 where it is not known
  bool known;
  // The lowest f − f_opt; rounding below a known optimum is 0.
  [[nodiscard]] double above(double f) const {
    if (!std::isfinite(f)) return logged_for_infinite;
    return known ? std::max(0.0, f - optimum) : f;
  }
  // Evaluations; readers want one at least.
  [[nodiscard]] std::uint64_t end() const {
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(run->history.end));
  }
};
struct Dimension {
  std::size_t n = 0;
  std::vector<Logged> runs;
};
struct Function {
  std::string id, suite;
  std::uint64_t number = 0;
  std::vector<Dimension> dimensions;
};

// The whole number after `before` in text, where it stands and ends there.
std::optional<std::uint64_t> number_after(const std::string& text, const std::string& before) {
  const std::size_t at = text.find(before);
  if (at == std::string::npos) return {};
  const char* first = text.data() + at + before.size();
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(first, text.data() + text.size(), value);
  if (error != std::errc{} || (stop != text.data() + text.size() && *stop != ',')) return {};
  return value;
}

// The functions of the comparison in order, with the runs of one method.
std::vector<Function> functions_of(const ComparisonResults& results, const MethodRecord& method) {
  std::vector<Function> all;
  for (const ProblemFacts& p : results.facts) {
    auto at = std::ranges::find(all, p.function, &Function::id);
    if (at == all.end()) {
      const std::size_t slash = p.function.find('/');
      Function f{.id = p.function,
                 .suite = slash == std::string::npos ? "thalweg" : p.function.substr(0, slash),
                 .number = all.size() + 1,
                 .dimensions = {}};
      if (const auto own = number_after(p.function, "bbob/f")) f.number = *own;
      at = all.insert(all.end(), std::move(f));
    }
    auto dimension = std::ranges::find(at->dimensions, p.n, &Dimension::n);
    if (dimension == at->dimensions.end()) dimension = at->dimensions.insert(dimension, {p.n, {}});
    const auto instance = number_after(p.id, "instance=");
    std::uint64_t nth = 0;
    for (const auto& run : method.runs) {
      if (run.problem != p.id) continue;
      ++nth;
      const bool known = !std::isnan(p.optimum);
      dimension->runs.push_back({&run, instance.value_or(nth), known ? p.optimum : 0.0, known});
    }
  }
  for (auto& f : all) std::erase_if(f.dimensions, [](const Dimension& d) { return d.runs.empty(); });
  std::erase_if(all, [](const Function& f) { return f.dimensions.empty(); });
  return all;
}

// Counts of evaluations at which COCO writes a line: ⌊10^(k/20)⌋ and n·{1, 2, 5}·10^j, up to the run's end.
std::vector<std::uint64_t> triggers(std::size_t n, std::uint64_t end) {
  std::set<std::uint64_t> counts = {end};
  for (int k = 0;; ++k) {
    const auto count = static_cast<std::uint64_t>(std::floor(std::pow(10.0, k / 20.0)));
    if (count >= end) break;
    counts.insert(count);
  }
  for (std::uint64_t power = 1; n * power < end; power *= 10)
    for (const std::uint64_t base : {1U, 2U, 5U})
      if (base * n * power < end) counts.insert(base * n * power);
  return {counts.begin(), counts.end()};
}

std::string coco_line(std::uint64_t evaluations, double f, const Logged& run) {
  const double measured = std::isfinite(f) ? f : logged_for_infinite;
  return fmt::format("{} 0 {:+.9e} {:+.9e} {:+.9e}\n", evaluations, run.above(f), measured, measured);
}

std::string coco_head(const Logged& run) {
  return fmt::format(
      "% f evaluations | g evaluations | best noise-free fitness - Fopt ({:.12e}) + sum g_i+ | measured fitness | "
      "best "
      "measured fitness or single-digit g-values | x1 | x2...\n",
      run.optimum);
}

std::string coco_dat(const Logged& run) {
  const History& h = run.run->history;
  std::string out = coco_head(run);
  constexpr double none = std::numeric_limits<double>::infinity();
  if (h.empty() || h.evaluations.front() > 1.0) out += coco_line(1, none, run);  // readers start at 1
  for (std::size_t i = 0; i < h.f.size(); ++i)
    out += coco_line(static_cast<std::uint64_t>(h.evaluations[i]), h.f[i], run);
  return out;
}

std::string coco_tdat(const Logged& run, std::size_t n) {
  std::string out = coco_head(run);
  for (const std::uint64_t at : triggers(n, run.end()))
    out += coco_line(at, run.run->history.lowest(static_cast<double>(at)), run);
  return out;
}

std::string ioh_dat(const Logged& run) {
  const History& h = run.run->history;
  std::string out = "evaluations raw_y\n";
  const auto line = [&](double at, double f) {
    out += fmt::format("{} {:.10e}\n", static_cast<std::uint64_t>(at), run.above(f));
  };
  if (h.empty() || h.evaluations.front() > 1.0) line(1.0, std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < h.f.size(); ++i) line(h.evaluations[i], h.f[i]);
  if (h.end > 1.0 && (h.empty() || h.evaluations.back() < h.end)) line(h.end, h.lowest());
  return out;
}

// Words that a file's name and a log's field can hold.
std::string plain(std::string text) {
  for (char& c : text)
    if (std::string_view("'\"/:,=\\ \n").find(c) != std::string_view::npos) c = '_';
  return text;
}

// folder/LABEL for each method, empty.
std::vector<fs::path> method_folders(const ComparisonResults& results, const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code error;
  fs::remove_all(folder, error);
  for (const auto& m : results.methods) {
    const std::string name = slug(m.spec.label).empty() ? "method" : slug(m.spec.label);
    fs::path mine = folder / name;
    for (int k = 2; std::ranges::find(all, mine) != all.end(); ++k) mine = folder / (name + "-" + std::to_string(k));
    fs::create_directories(mine, error);
    if (error) throw InvalidArgument("cannot make the folder " + mine.string() + ": " + error.message());
    all.push_back(mine);
  }
  return all;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw InvalidArgument("cannot make the folder " + folder.string() + ": " + error.message());
}

}  // namespace

void write_coco_logs(const ComparisonResults& results, const fs::path& folder) {
  const auto folders = method_folders(results, folder);
  for (std::size_t m = 0; m < folders.size(); ++m)
    for (const Function& f : functions_of(results, results.methods[m])) {
      const std::string data = fmt::format("data_f{}", f.number);
      make_folder(folders[m] / data);
      std::string info;
      for (const Dimension& d : f.dimensions) {
        const std::string file = fmt::format("{}/bbobexp_f{}_DIM{}_i1", data, f.number, d.n);
        info += fmt::format(
            "{}suite = '{}', funcId = {}, DIM = {}, Precision = 1.000e-08, algId = '{}', logger = 'thalweg', "
            "data_format = 'bbob-new2'\n%\n{}.dat",
            info.empty() ? "" : "\n", plain(f.suite), f.number, d.n, plain(results.methods[m].spec.label), file);
        std::string dat, tdat;
        for (const Logged& run : d.runs) {
          dat += coco_dat(run);
          tdat += coco_tdat(run, d.n);
          info += fmt::format(", {}:{}|{:.1e}", run.instance, run.end(), run.above(run.run->history.lowest()));
        }
        write_file(folders[m] / (file + ".dat"), dat);
        write_file(folders[m] / (file + ".tdat"), tdat);
      }
      write_file(folders[m] / fmt::format("bbobexp_f{}_i1.info", f.number), info + "\n");
    }
}

void write_ioh_logs(const ComparisonResults& results, const fs::path& folder) {
  const auto folders = method_folders(results, folder);
  for (std::size_t m = 0; m < folders.size(); ++m)
    for (const Function& f : functions_of(results, results.methods[m])) {
      const std::string name = plain(f.id), data = fmt::format("data_f{}_{}", f.number, name);
      make_folder(folders[m] / data);
      Json json = {{"version", "0.3.17"},  // of the format
                   {"suite", f.suite},
                   {"function_id", f.number},
                   {"function_name", name},
                   {"maximization", false},
                   {"algorithm", {{"name", results.methods[m].spec.label}, {"info", "thalweg " + results.version}}},
                   {"attributes", {"evaluations", "raw_y"}},
                   {"scenarios", Json::array()}};
      for (const Dimension& d : f.dimensions) {
        const std::string file = fmt::format("{}/IOHprofiler_f{}_DIM{}.dat", data, f.number, d.n);
        Json runs = Json::array();
        std::string dat;
        for (const Logged& run : d.runs) {
          const History& h = run.run->history;
          dat += ioh_dat(run);
          runs.push_back({{"instance", run.instance},
                          {"evals", run.end()},
                          {"best",
                           {{"evals", h.empty() ? 0U : static_cast<std::uint64_t>(h.evaluations.back())},
                            {"y", run.above(h.lowest())},
                            {"x", run.run->x}}}});
        }
        write_file(folders[m] / file, dat);
        json["scenarios"].push_back({{"dimension", d.n}, {"path", file}, {"runs", std::move(runs)}});
      }
      write_file(folders[m] / fmt::format("IOHprofiler_f{}_{}.json", f.number, name),
                 json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    }
}

}  // namespace thalweg
