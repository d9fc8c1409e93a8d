#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/report/html.hpp"
#include "thalweg/report/sections.hpp"
#include "thalweg/report/statistics.hpp"
#include "thalweg/report/table.hpp"

namespace thalweg::report {
namespace {

using Runs = std::vector<const Run*>;

Runs runs_on(const MethodResult& method, const std::string& problem) {
  Runs out;
  for (const auto& r : method.runs)
    if (r.problem == problem) out.push_back(&r);
  return out;
}

// One number of each run.
template <class Get>
std::vector<double> gathered(const Runs& runs, Get get) {
  std::vector<double> out;
  for (const Run* r : runs) out.push_back(get(*r));
  return out;
}

template <class Get>
double mean_of(const Runs& runs, Get get) {
  return moments(gathered(runs, get)).mean;
}

HtmlCell label_cell(const MethodResult& method, const Look& look) {
  return {key_line(look) + "<span class=\"name\">" + escaped(method.label) + "</span>"};
}

HtmlCell crashed_cell(const Runs& runs) {
  const auto crashed = std::count_if(runs.begin(), runs.end(), [](const Run* r) { return r->crashed; });
  return {fmt::format("{}<span class=\"of\">/{}</span>", crashed, runs.size()), static_cast<double>(crashed),
          crashed > 0 ? "bad" : "zero"};
}

// One dot a seed on a common scale; a hollow one stands below it.
std::string strip(const std::vector<double>& values, double low, double high) {
  constexpr double width = 110, margin = 5;
  const auto place = [&](double v) { return margin + (width - 2 * margin) * (v - low) / (high - low); };
  std::string dots, words;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    dots += fmt::format("<circle{} cx=\"{:.1f}\" cy=\"8\" r=\"3\"/>", v < low ? " class=\"below\"" : "",
                        place(std::clamp(v, low, high)));
    words += fmt::format("{}{:.1f}", words.empty() ? "" : ", ", 100 * v);
  }
  return fmt::format(
      "<svg class=\"strip\" viewBox=\"0 0 {} 16\" role=\"img\" aria-label=\"per seed: {} %\">"
      "<path class=\"axis\" d=\"M{} 8H{}\"/>{}</svg>",
      width, words.empty() ? "none" : words, margin, width - margin, dots);
}

// Rows in order of a key; missing ones last.
std::vector<std::size_t> ordered(const std::vector<double>& keys, bool descending) {
  std::vector<std::size_t> order(keys.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (std::isnan(keys[a]) || std::isnan(keys[b])) return !std::isnan(keys[a]) && std::isnan(keys[b]);
    return descending ? keys[a] > keys[b] : keys[a] < keys[b];
  });
  return order;
}

std::string training_table(const Results& results, const std::string& problem, const std::vector<Look>& looks,
                           const std::string& id) {
  std::vector<Runs> runs;
  bool classes = false;  // else regression: judged by the loss
  for (const auto& m : results.methods) {
    runs.push_back(runs_on(m, problem));
    for (const Run* r : runs.back()) classes = classes || std::isfinite(r->test.accuracy);
  }
  const auto score = [&](const Run& r) { return classes ? r.test.accuracy : r.test.loss; };
  std::vector<double> mean;
  double low = 1.0, high = 0.0;
  for (const auto& r : runs) {
    const auto values = gathered(r, score);
    mean.push_back(moments(values).mean);
    for (const Run* run : r)
      if (std::isfinite(score(*run)) && !run->crashed)
        low = std::min(low, score(*run)), high = std::max(high, score(*run));
  }
  low = std::clamp(std::floor(10 * low) / 10, 0.0, 0.9), high = std::max(std::ceil(10 * high) / 10, low + 0.1);

  HtmlTable table(id, "Means over all runs; ± is the standard deviation over seeds. Tuning is not in these costs.");
  table.column({"Method", "", false})
      .column(
          {classes ? "Test accuracy,&nbsp;%" : "Test loss", "mean ± standard deviation over seeds", true, classes});
  if (classes)
    table.column(
        {fmt::format("<span class=\"scale\"><span>{:.0f}</span><span>{:.0f}</span></span>", 100 * low, 100 * high),
         "the test accuracy of each seed; hollow: below the scale", true, false, true});
  table.column({"Cosine", "cosine of the angle between the estimated and the true gradient", true, true})
      .column({"Variance", "variance of the estimated gradient"})
      .column({"Samples", "training samples looked at", true, true})
      .column({"Forward", "forward passes, of a batch each"})
      .column({"Backward", "backward passes, of a batch each"})
      .column({"FLOPs", "operations executed, a fused multiply-add being two"})
      .column({"Time", "of one run"})
      .column({"Crashed", "runs that broke down or learnt nothing"})
      .sorted_by(1, classes);
  for (const std::size_t i : ordered(mean, classes)) {
    if (runs[i].empty()) continue;
    const auto values = gathered(runs[i], score);
    const auto [m, sd, n] = moments(values);
    std::vector<HtmlCell> row = {label_cell(results.methods[i], looks[i])};
    if (n == 0)
      row.push_back(number_cell(missing));
    else if (classes)
      row.push_back({html_percent(m, sd), m, "main"});
    else
      row.push_back({html_number(m, 4) + " <span class=\"sd\">± " + html_number(sd, 2) + "</span>", m, "main"});
    if (classes) row.push_back({strip(values, low, high)});
    row.push_back(fixed_cell(mean_of(runs[i], [](const Run& r) { return r.cosine; }), 3));
    row.push_back(number_cell(mean_of(runs[i], [](const Run& r) { return r.variance; }), 3));
    row.push_back(count_cell(mean_of(runs[i], [](const Run& r) { return r.samples; })));
    row.push_back(count_cell(mean_of(runs[i], [](const Run& r) { return r.forward_passes; })));
    row.push_back(count_cell(mean_of(runs[i], [](const Run& r) { return r.backward_passes; })));
    row.push_back(count_cell(mean_of(runs[i], [](const Run& r) { return r.flops; })));
    row.push_back(seconds_cell(mean_of(runs[i], [](const Run& r) { return r.seconds; })));
    row.push_back(crashed_cell(runs[i]));
    table.row(std::move(row));
  }
  return table.html();
}

// "converged 4×, stalled 1×"; the status alone when all have it
std::string statuses(const Runs& runs) {
  std::vector<std::pair<std::string, int>> counts;
  for (const Run* r : runs) {
    const auto at = std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.first == r->status; });
    at == counts.end() ? void(counts.emplace_back(r->status, 1)) : void(++at->second);
  }
  std::string out;
  for (const auto& [status, count] : counts) {
    out +=
        (out.empty() ? "" : ", ") + escaped(spaced(status)) + (counts.size() > 1 ? fmt::format(" {}×", count) : "");
  }
  return out;
}

std::string minimization_table(const Results& results, const std::string& problem, const std::vector<Look>& looks,
                               const std::string& id) {
  std::vector<Runs> runs;
  std::vector<double> middle;
  std::vector<std::string> kinds;  // kinds of answer that anyone took, in their order
  std::size_t most_runs = 0;
  bool flops = true, crashes = false, iterations = false;  // FLOPs only where every run knows them
  for (const auto& m : results.methods) {
    runs.push_back(runs_on(m, problem));
    most_runs = std::max(most_runs, runs.back().size());
    std::vector<double> f;
    for (const Run* r : runs.back()) {
      f.push_back(r->f);
      flops = flops && r->flops > 0, crashes = crashes || r->crashed;
      iterations = iterations || std::isfinite(r->iterations);
      for (const auto& [kind, count] : r->evaluations)
        if (count > 0 && std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
    }
    middle.push_back(quantile(f, 0.5));
  }
  const bool several = most_runs > 1;
  HtmlTable table(id, several ? "Median over the seeds of the lowest f seen; counts and time are means of a run."
                              : "The lowest f seen, and what it took.");
  table.column({"Method", "", false}).column({several ? "Median f" : "f", "the lowest value seen"});
  if (several) table.column({"Best", "over seeds"}).column({"Worst", "over seeds"});
  if (iterations) table.column({"Steps", "outer iterations"});
  for (const auto& kind : kinds) {
    std::string words = spaced(kind);
    if (!words.empty()) words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
    std::string title = escaped(words);
    if (const auto gap = title.find(' '); gap != std::string::npos) title.replace(gap, 1, "<br>");
    table.column({title, "answers of this kind"});
  }
  if (flops) table.column({"FLOPs", "operations executed, where known"});
  table.column({"Time", "seconds of one run"}).column({"Status", "why the runs ended", false});
  if (crashes) table.column({"Crashed", "runs that broke down"});
  table.sorted_by(1, false);
  for (const std::size_t i : ordered(middle, false)) {
    if (runs[i].empty()) continue;
    std::vector<double> f;
    for (const Run* r : runs[i]) f.push_back(r->f);
    std::vector<HtmlCell> row = {label_cell(results.methods[i], looks[i]), number_cell(middle[i], 3)};
    row.back().style = "main";
    if (several)
      for (const double p : {0.0, 1.0}) {
        row.push_back(number_cell(quantile(f, p), 2));
        if (quantile(f, 0.0) == quantile(f, 1.0)) row.back().html = "<span class=\"none\">=</span>";
      }
    if (iterations) row.push_back(count_cell(mean_of(runs[i], [](const Run& r) { return r.iterations; })));
    for (const auto& kind : kinds)
      row.push_back(count_cell(moments([&] {
                                 std::vector<double> counts;
                                 for (const Run* r : runs[i]) {
                                   double count = 0;
                                   for (const auto& [k, v] : r->evaluations) count += k == kind ? v : 0;
                                   counts.push_back(count);
                                 }
                                 return counts;
                               }())
                                   .mean));
    if (flops) row.push_back(count_cell(mean_of(runs[i], [](const Run& r) { return r.flops; })));
    row.push_back(seconds_cell(mean_of(runs[i], [](const Run& r) { return r.seconds; })));
    row.push_back({statuses(runs[i])});
    if (crashes) row.push_back(crashed_cell(runs[i]));
    table.row(std::move(row));
  }
  return table.html();
}

// Many problems at a glance: the median f of each method on each.
std::string overview_table(const Results& results, const std::vector<Look>& looks, const std::string& id) {
  HtmlTable table(id, "The median over seeds of the lowest f seen; the lowest of each problem is heavier.");
  table.column({"Method", "", false});
  for (const auto& p : results.problems) table.column({escaped(p), ""});
  std::vector<double> best(results.problems.size(), std::numeric_limits<double>::infinity());
  std::vector<std::vector<double>> middle;
  for (const auto& m : results.methods) {
    middle.emplace_back();
    for (std::size_t p = 0; p < results.problems.size(); ++p) {
      middle.back().push_back(
          quantile(gathered(runs_on(m, results.problems[p]), [](const Run& r) { return r.f; }), 0.5));
      if (middle.back()[p] < best[p]) best[p] = middle.back()[p];
    }
  }
  for (std::size_t i = 0; i < middle.size(); ++i) {
    std::vector<HtmlCell> row = {label_cell(results.methods[i], looks[i])};
    for (std::size_t p = 0; p < best.size(); ++p) {
      row.push_back(number_cell(middle[i][p], 3));
      if (middle[i][p] == best[p]) row.back().style = "main";
    }
    table.row(std::move(row));
  }
  return table.html();
}

// The same of a suite, a row a problem.
std::string suite_table(const Results& results, const std::vector<Look>& looks, const std::string& id) {
  HtmlTable table(id, "The median over seeds of the lowest f seen; the lowest of each problem is heavier.");
  table.column({"Problem", "", false});
  for (std::size_t m = 0; m < results.methods.size(); ++m)
    table.column({key_line(looks[m]) + "<br>" + escaped(results.methods[m].label), ""});
  for (const auto& p : results.problems) {
    std::vector<double> middle;
    for (const auto& m : results.methods)
      middle.push_back(quantile(gathered(runs_on(m, p), [](const Run& r) { return r.f; }), 0.5));
    double best = std::numeric_limits<double>::infinity();
    for (const double v : middle)
      if (v < best) best = v;
    std::vector<HtmlCell> row = {{escaped(p)}};
    for (const double v : middle) {
      row.push_back(number_cell(v, 3));
      if (v == best) row.back().style = "main";
    }
    table.row(std::move(row));
  }
  return table.html();
}

}  // namespace

std::string result_tables(const Results& results, const std::vector<Look>& looks, const std::string& id) {
  constexpr std::size_t most_problems = 12;  // with a table each
  std::string out;
  if (!results.training && results.problems.size() > most_problems)
    return fmt::format(
        "<details class=\"more\"><summary>The lowest f on each of the {} problems</summary>{}</details>\n",
        results.problems.size(), suite_table(results, looks, id + "-suite"));
  if (!results.training && results.problems.size() > 1) out += overview_table(results, looks, id + "-overview");
  for (std::size_t p = 0; p < results.problems.size(); ++p) {
    const std::string table_id = fmt::format("{}-results-{}", id, p);
    const std::string table = results.training ? training_table(results, results.problems[p], looks, table_id)
                                               : minimization_table(results, results.problems[p], looks, table_id);
    out += results.problems.size() == 1
               ? table
               : fmt::format("<details class=\"problem\"{}><summary>{}</summary>{}</details>\n",
                             p == 0 ? " open" : "", escaped(results.problems[p]), table);
  }
  return out;
}

}  // namespace thalweg::report
