// The parts of a report's page, each as HTML.
#pragma once

#include <string>
#include <vector>

#include "thalweg/report/look.hpp"
#include "thalweg/report/results.hpp"

namespace thalweg::report {

// Results of training or minimisation, one table a problem. `id` begins every element id, so that several
// comparisons stand in one page.
std::string result_tables(const Results& results, const std::vector<Look>& looks, const std::string& id);
// What tuning cost, and what it chose; "" when nothing was tuned.
std::string tuning_table(const Results& results, const std::vector<Look>& looks, const std::string& id);
// Every run with its status and message.
std::string run_table(const Results& results, const std::string& id);

// The curves of every problem: a place for the chart and its data as JSON; "" without curves. At most about 400
// points a line.
std::string curve_chart(const Results& results, const std::vector<Look>& looks, const std::string& id);

// Data profiles, performance profiles, run times to targets, scaling with dimension and expected running times: their
// charts and tables; "" when the comparison has none. `level` is the element of their headings, "h3" or "h4".
std::string profile_figures(const Results& results, const std::vector<Look>& looks, const std::string& id,
                            const std::string& level);
// A figure that report.js draws: the chart as JSON (its "problems", to which the series are added) in its element.
std::string chart_figure(const std::string& problems_json, const Results& results, const std::vector<Look>& looks,
                         const std::string& id, bool all_shown);
// Five significant digits, which are more than a screen shows.
double for_screen(double value);

// The landscape with each method's path on it, as SVG, and a legend with the number of steps.
std::string landscape_figure(const Results& results, const Landscape& landscape, const std::vector<Look>& looks,
                             const std::string& id);

}  // namespace thalweg::report
