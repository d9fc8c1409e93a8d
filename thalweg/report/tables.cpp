#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

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

// One number of each run that did not crash.
template <class Get>
std::vector<double> gathered(const Runs& runs, Get get) {
  std::vector<double> out;
  for (const Run* r : runs)
    if (!r->crashed) out.push_back(get(*r));
  return out;
}

template <class Get>
double mean_of(const Runs& runs, Get get) {
  return moments(gathered(runs, get)).mean;
}

std::string settings_text(const Pairs& pairs) {
  std::string out;
  for (const auto& [key, value] : pairs) out += (out.empty() ? "" : ", ") + key + " = " + value;
  return out;
}

HtmlCell label_cell(const MethodResult& method, const Look& look) {
  return {key_line(look) + "<span class=\"name\">" + escaped(method.label) + "</span>"};
}

HtmlCell crashed_cell(const Runs& runs) {
  const auto crashed = std::count_if(runs.begin(), runs.end(), [](const Run* r) { return r->crashed; });
  return {fmt::format("{}<span class=\"of\">/{}</span>", crashed, runs.size()), static_cast<double>(crashed),
          crashed > 0 ? "bad" : "zero"};
}

// One dot a seed on a common scale.
std::string strip(const std::vector<double>& values, double low, double high) {
  constexpr double width = 110, margin = 5;
  const auto place = [&](double v) { return margin + (width - 2 * margin) * (v - low) / (high - low); };
  std::string dots, words;
  for (const double v : values) {
    if (!std::isfinite(v)) continue;
    dots += fmt::format("<circle cx=\"{:.1f}\" cy=\"8\" r=\"3\"/>", place(v));
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
  const auto accuracy = [](const Run& r) { return r.test.accuracy; };
  std::vector<Runs> runs;
  std::vector<double> mean;
  double low = 1.0, high = 0.0;
  for (const auto& m : results.methods) {
    runs.push_back(runs_on(m, problem));
    const auto values = gathered(runs.back(), accuracy);
    mean.push_back(moments(values).mean);
    for (const double v : values)
      if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  }
  low = std::clamp(std::floor(10 * low) / 10, 0.0, 0.9), high = std::max(std::ceil(10 * high) / 10, low + 0.1);

  HtmlTable table(id, fmt::format("Means over the runs that did not crash; ± is the standard deviation over seeds."));
  table.column({"Method", "", false})
      .column({"Test accuracy,&nbsp;%", "mean ± standard deviation over seeds", true, true})
      .column(
          {fmt::format("<span class=\"scale\"><span>{:.0f}</span><span>{:.0f}</span></span>", 100 * low, 100 * high),
           "the test accuracy of each seed", true, false, true})
      .column({"Cosine", "cosine of the angle between the estimated and the true gradient", true, true})
      .column({"Variance", "variance of the estimated gradient, relative to its squared length where so recorded"})
      .column({"Samples", "training samples looked at", true, true})
      .column({"Forward", "forward passes, in samples"})
      .column({"Backward", "backward passes, in samples"})
      .column({"FLOPs", "operations executed, a fused multiply-add being two"})
      .column({"Time", "seconds of one run"})
      .column({"Crashed", "runs that broke down"})
      .sorted_by(1, true);
  for (const std::size_t i : ordered(mean, true)) {
    if (runs[i].empty()) continue;
    const auto values = gathered(runs[i], accuracy);
    const auto [m, sd, n] = moments(values);
    table.row({label_cell(results.methods[i], looks[i]),
               {n > 0 ? html_percent(m, sd) : "<span class=\"none\">–</span>", m, "main"},
               {strip(values, low, high)},
               fixed_cell(mean_of(runs[i], [](const Run& r) { return r.cosine; }), 3),
               number_cell(mean_of(runs[i], [](const Run& r) { return r.variance; }), 3),
               count_cell(mean_of(runs[i], [](const Run& r) { return r.samples; })),
               count_cell(mean_of(runs[i], [](const Run& r) { return r.forward_passes; })),
               count_cell(mean_of(runs[i], [](const Run& r) { return r.backward_passes; })),
               count_cell(mean_of(runs[i], [](const Run& r) { return r.flops; })),
               seconds_cell(mean_of(runs[i], [](const Run& r) { return r.seconds; })),
               crashed_cell(runs[i])});
  }
  return table.html();
}

// "converged 4, stalled 1"
std::string statuses(const Runs& runs) {
  std::vector<std::pair<std::string, int>> counts;
  for (const Run* r : runs) {
    const auto at = std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.first == r->status; });
    at == counts.end() ? void(counts.emplace_back(r->status, 1)) : void(++at->second);
  }
  std::string out;
  for (const auto& [status, count] : counts) {
    std::string words = status;
    std::replace(words.begin(), words.end(), '_', ' ');
    out += (out.empty() ? "" : ", ") + escaped(words) + (runs.size() > 1 ? fmt::format(" {}×", count) : "");
  }
  return out;
}

std::string minimization_table(const Results& results, const std::string& problem, const std::vector<Look>& looks,
                               const std::string& id) {
  std::vector<Runs> runs;
  std::vector<double> middle;
  std::vector<std::string> kinds;  // kinds of answer that anyone took, in their order
  std::size_t most_runs = 0;
  bool flops = false, crashes = false;
  for (const auto& m : results.methods) {
    runs.push_back(runs_on(m, problem));
    most_runs = std::max(most_runs, runs.back().size());
    std::vector<double> f;
    for (const Run* r : runs.back()) {
      f.push_back(r->f);
      flops = flops || r->flops > 0, crashes = crashes || r->crashed;
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
  for (const auto& kind : kinds) {
    std::string words = kind;
    std::replace(words.begin(), words.end(), '_', ' ');
    if (!words.empty()) words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
    table.column({escaped(words), "answers of this kind"});
  }
  if (flops) table.column({"FLOPs", "operations executed, where known"});
  table.column({"Time", "seconds of one run"}).column({"Status", "why the runs ended", false});
  if (crashes) table.column({"Crashed", "runs that broke down"});
  table.sorted_by(1, false);
  for (const std::size_t i : ordered(middle, false)) {
    if (runs[i].empty()) continue;
    std::vector<double> f;
    for (const Run* r : runs[i]) f.push_back(r->f);
    std::vector<HtmlCell> row = {label_cell(results.methods[i], looks[i]), number_cell(middle[i], 4)};
    row.back().style = "main";
    if (several) row.push_back(number_cell(quantile(f, 0.0), 4)), row.push_back(number_cell(quantile(f, 1.0), 4));
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

}  // namespace

std::string result_tables(const Results& results, const std::vector<Look>& looks, const std::string& id) {
  std::string out;
  for (std::size_t p = 0; p < results.problems.size(); ++p) {
    if (results.problems.size() > 1) out += "<h3>" + escaped(results.problems[p]) + "</h3>\n";
    const std::string table_id = fmt::format("{}-results-{}", id, p);
    out += results.training ? training_table(results, results.problems[p], looks, table_id)
                            : minimization_table(results, results.problems[p], looks, table_id);
  }
  return out;
}

std::string tuning_table(const Results& results, const std::vector<Look>& looks, const std::string& id) {
  double flops = 0.0, time = 0.0;
  for (const auto& m : results.methods)
    if (m.tuning) {
      if (std::isfinite(m.tuning->flops)) flops += m.tuning->flops;
      if (std::isfinite(m.tuning->seconds)) time += m.tuning->seconds;
    }
  HtmlTable table(id + "-tuning", fmt::format("What tuning cost, apart from the runs above: {} FLOPs and {} in all.",
                                              html_count(flops), escaped(seconds(time))));
  table.column({"Method", "", false})
      .column({"Chosen", "the setting with the best score", false})
      .column({"Runs", "trials made"})
      .column({"FLOPs", "of all trials"})
      .column({"Time", "of all trials"})
      .column({"Trials", "score of every setting tried", false, false, true});
  for (std::size_t i = 0; i < results.methods.size(); ++i) {
    const auto& m = results.methods[i];
    if (!m.tuning) continue;
    std::string trials;
    for (const auto& t : m.tuning->table)
      trials += fmt::format("<li><span>{}</span><b>{}</b></li>", escaped(settings_text(t.settings)),
                            html_number(t.score, 4));
    if (!trials.empty())
      trials = fmt::format("<details class=\"trials\"><summary>{}</summary><ul>{}</ul></details>",
                           m.tuning->table.size(), trials);
    table.row({{key_line(looks[i]) + "<span class=\"name\">" + escaped(m.label) + "</span>"},
               {escaped(settings_text(m.tuned))},
               count_cell(m.tuning->runs),
               count_cell(m.tuning->flops),
               seconds_cell(m.tuning->seconds),
               {trials}});
  }
  return table.empty() ? "" : table.html();
}

std::string run_table(const Results& results, const std::string& id) {
  HtmlTable table(id + "-runs", "Every run, and how it ended.");
  const bool problems = results.problems.size() > 1;
  table.column({"Method", "", false});
  if (problems) table.column({"Problem", "", false});
  table.column({"Seed", ""});
  if (results.training)
    table.column({"Test accuracy,&nbsp;%", "", true, true}).column({"Test loss", ""});
  else
    table.column({"f", "the lowest value seen"});
  table.column({"Time", ""}).column({"Status", "", false}).column({"Message", "", false});
  for (const auto& m : results.methods)
    for (const auto& r : m.runs) {
      std::vector<HtmlCell> row = {{escaped(m.label)}};
      if (problems) row.push_back({escaped(r.problem)});
      row.push_back({escaped(r.seed)});
      if (results.training) {
        row.push_back({html_percent(r.test.accuracy, missing), r.test.accuracy});
        row.push_back(number_cell(r.test.loss, 4));
      } else {
        row.push_back(number_cell(r.f, 4));
      }
      row.push_back(seconds_cell(r.seconds));
      std::string status = r.status;
      std::replace(status.begin(), status.end(), '_', ' ');
      row.push_back({escaped(status) + (r.crashed ? " (crashed)" : ""), {}, r.crashed ? "bad" : ""});
      row.push_back({escaped(r.message), {}, "message"});
      table.row(std::move(row));
    }
  return table.empty() ? "" : table.html();
}

}  // namespace thalweg::report
