#include <fmt/format.h>

#include <cmath>

#include "thalweg/report/html.hpp"
#include "thalweg/report/sections.hpp"
#include "thalweg/report/table.hpp"

namespace thalweg::report {
namespace {

std::string settings_text(const Pairs& pairs) {
  std::string out;
  for (const auto& [key, value] : pairs) out += (out.empty() ? "" : ", ") + key + " = " + value;
  return out;
}

}  // namespace

std::string tuning_table(const Results& results, const std::vector<Look>& looks, const std::string& id) {
  double flops = 0.0, time = 0.0;
  std::string measure;
  for (const auto& m : results.methods)
    if (m.tuning) {
      measure = m.tuning->measure;
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
      .column({"Trials", "every setting tried, and its score", false, false, true});
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
               {escaped(settings_text(m.tuned)) +
                (m.tuning->at_edge.empty() ? "" : " <span class=\"bad\">at the edge of its grid</span>")},
               count_cell(m.tuning->runs),
               count_cell(m.tuning->flops),
               seconds_cell(m.tuning->seconds),
               {trials}});
  }
  return table.empty() ? "" : table.html();
}

std::string run_table(const Results& results, const std::string& id) {
  constexpr std::size_t most_runs = 2000;
  std::size_t runs = 0;
  for (const auto& m : results.methods) runs += m.runs.size();
  if (runs > most_runs) return fmt::format("<p>{} runs are too many to show here; results.csv has them.</p>", runs);
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
      row.push_back({escaped(spaced(r.status)) + (r.crashed ? " (crashed)" : ""), {}, r.crashed ? "bad" : ""});
      row.push_back({escaped(r.message), {}, "message"});
      table.row(std::move(row));
    }
  return table.empty() ? "" : table.html();
}

}  // namespace thalweg::report
