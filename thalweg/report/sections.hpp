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

// The landscape with each method's path on it, as SVG, and a legend with the number of steps.
std::string landscape_figure(const Results& results, const Landscape& landscape, const std::vector<Look>& looks,
                             const std::string& id);

}  // namespace thalweg::report
