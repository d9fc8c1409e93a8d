// thalweg compare FILE.toml: many runs under one budget, a table and a report. thalweg report: the report again.
#include "thalweg/experiment/compare.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "cli.hpp"
#include "interrupt.hpp"
#include "progress.hpp"
#include "resume.hpp"
#include "thalweg/report/report.hpp"

namespace thalweg::cli {

namespace {

namespace fs = std::filesystem;
constexpr const char* kept_toml = "comparison.toml";  // in the folder of results: what `resume` reads

struct CompareArguments {
  std::string file, out;
  bool resume = false, coco = false, ioh = false;
  Common common;
};

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

// What `make` makes; a complaint says which file asked for it.
template <class Make>
auto told_of_file(const std::string& file, const Make& make) {
  try {
    return make();
  } catch (const InvalidArgument& error) {
    const std::string said = error.what();
    throw UsageError(said.starts_with(file) ? said : file + ": " + said);
  }
}

int run(const CompareArguments& a) {
  const std::string toml = read_file("FILE.toml", a.file);
  Comparison comparison = told_of_file(a.file, [&] { return parse_comparison(toml, a.file); });
  if (!a.out.empty()) comparison.out = a.out;
  if (a.resume) comparison.resume = true;
  if ((a.coco || a.ioh) && comparison.training())
    throw UsageError("--coco and --ioh are for [[problem]] and [[suite]], not for a [task]");
  comparison.coco_logs = comparison.coco_logs || a.coco;
  comparison.ioh_logs = comparison.ioh_logs || a.ioh;
  CompareOptions options;
  options.threads = a.common.thread_count();
  options.command = "thalweg compare " + a.file;
  options.interrupt = &catch_interrupts();
  const fs::path out = comparison.out;
  std::error_code error;
  fs::create_directories(out, error);
  if (error) throw UsageError("cannot make the folder " + out.string() + ": " + error.message());
  write_text(out / kept_toml, comparison.toml);
  ComparisonResults results;
  {
    ProgressBar bar(a.common);
    options.progress = [&bar](const CompareProgress& p) {
      if (!bar.due()) return;
      std::string text = "run " + std::to_string(p.done) + " of " + std::to_string(p.total);
      if (p.crashed > 0) text += ", " + std::to_string(p.crashed) + " crashed";
      if (p.reused > 0) text += ", " + std::to_string(p.reused) + " reused";
      if (p.fraction > 0.02 && p.fraction < 1.0)
        text += " · " + report::seconds(bar.seconds() * (1.0 / p.fraction - 1.0)) + " left";
      text += " · " + std::string(p.tuning ? "tuning " : "") + p.label;
      bar.show(p.fraction, text);
    };
    results = told_of_file(a.file, [&] { return compare(comparison, options); });
  }
  const fs::path html = out / "report.html";
  report::write_report({out}, html);
  if (a.common.json)
    print(to_json(results) + "\n");
  else
    print(to_table(results, {.color = a.common.color_on(STDOUT_FILENO), .max_width = terminal_width(STDOUT_FILENO)}));
  std::fflush(stdout);
  note(a.common, "thalweg: " + html.string() + " holds the report; results.json and results.csv are beside it");
  if (results.interrupted) {
    note(a.common, "thalweg: interrupted; `thalweg resume " + out.string() + "` goes on");
    return interrupted;
  }
  return ran;
}

struct ReportArguments {
  std::vector<std::string> folders;
  std::string out;
  bool quiet = false;
};

}  // namespace

bool is_comparison(const fs::path& folder) { return fs::exists(folder / kept_toml); }

int resume_comparison(const fs::path& folder, const Common& common) {
  CompareArguments a;
  a.file = (folder / kept_toml).string();
  a.out = folder.string();
  a.resume = true;
  a.common = common;
  if (a.common.threads.empty()) a.common.threads = "1";
  return run(a);
}

void add_compare(CLI::App& app, int& status) {
  CLI::App* sub = app.add_subcommand("compare", "many runs, several seeds, the same budget; a table and a report");
  auto a = std::make_shared<CompareArguments>();
  sub->add_option("FILE.toml", a->file, "problems or a task, methods, seeds, budget")->required();
  sub->add_option("--out", a->out, "folder of the results, instead of the file's")->type_name("DIR");
  sub->add_flag("--resume", a->resume, "keep the runs that are finished in the folder");
  sub->add_flag("--coco", a->coco, "also the runs as COCO logs them, in the folder's coco/");
  sub->add_flag("--ioh", a->ioh, "also the runs as IOHprofiler logs them, in the folder's ioh/");
  add_output_options(*sub, a->common);
  sub->add_option("--threads", a->common.threads, "runs at once; the results are the same for any number (default 1)")
      ->type_name("N");
  sub->add_flag("--quiet", a->common.quiet, "nothing on stderr but errors");
  sub->callback([a, &status] { status = run(*a); });
}

void add_report(CLI::App& app, int& status) {
  CLI::App* sub = app.add_subcommand("report", "one HTML file from the results of one or more comparisons");
  auto a = std::make_shared<ReportArguments>();
  sub->add_option("DIR", a->folders, "what compare wrote")->required();
  sub->add_option("--out", a->out, "default: report.html in the first DIR")->type_name("FILE.html");
  sub->add_flag("--quiet", a->quiet, "nothing on stderr but errors");
  sub->callback([a, &status] {
    std::vector<fs::path> folders(a->folders.begin(), a->folders.end());
    fs::path out = a->out;
    if (out.empty())
      out = fs::is_directory(folders[0]) ? folders[0] / "report.html" : folders[0].parent_path() / "report.html";
    report::write_report(folders, out);
    print(out.string() + "\n");
    status = ran;
  });
}

}  // namespace thalweg::cli
