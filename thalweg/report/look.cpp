#include "thalweg/report/look.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/report/statistics.hpp"

namespace thalweg::report {
namespace {

// Larger is better.
std::vector<double> merits(const Results& results) {
  const std::size_t n = results.methods.size();
  std::vector<double> merit(n, 0.0);
  if (results.training) {
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<double> values;
      for (const auto& r : results.methods[i].runs) {
        const double v = std::isfinite(r.validation.accuracy) ? r.validation.accuracy : r.test.accuracy;
        values.push_back(r.crashed || !std::isfinite(v) ? 0.0 : v);
      }
      merit[i] = values.empty() ? -1.0 : moments(values).mean;
    }
    return merit;
  }
  for (const auto& problem : results.problems) {
    std::vector<double> f(n, std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<double> values;
      for (const auto& r : results.methods[i].runs)
        if (r.problem == problem) values.push_back(r.f);
      if (!values.empty()) f[i] = quantile(values, 0.5);
    }
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) merit[i] -= f[j] < f[i] ? 1.0 : 0.0;
  }
  return merit;
}

}  // namespace

const std::vector<std::string>& dash_patterns() {
  static const std::vector<std::string> patterns = {"", "6 3", "2 2.5", "8 2.5 2 2.5", "11 3", "3.5 3.5"};
  return patterns;
}

std::vector<Look> looks(const Results& results) {
  std::vector<std::string> groups;
  std::vector<std::size_t> members;
  std::vector<Look> out;
  for (const auto& m : results.methods) {
    const std::string group = !m.credit.empty() ? m.credit : !m.method.empty() ? m.method : m.label;
    const auto at = static_cast<std::size_t>(std::find(groups.begin(), groups.end(), group) - groups.begin());
    if (at == groups.size()) groups.push_back(group), members.push_back(0);
    const std::size_t dash = (members[at]++ + at / palette_size) % dash_patterns().size();
    out.push_back({group, at % palette_size, dash, true});
  }
  const auto merit = merits(results);
  for (std::size_t i = 0; i < out.size(); ++i)
    for (std::size_t j = 0; j < out.size(); ++j)
      if (out[i].group == out[j].group && (merit[j] > merit[i] || (merit[j] == merit[i] && j < i)))
        out[i].shown = false;
  return out;
}

std::string key_line(const Look& look) {
  const std::string& dash = dash_patterns()[look.dash];
  return fmt::format(
      "<svg class=\"key\" viewBox=\"0 0 24 8\" aria-hidden=\"true\"><line x1=\"1\" y1=\"4\" x2=\"23\" y2=\"4\" "
      "stroke=\"var(--c{})\"{}/></svg>",
      look.color, dash.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", dash));
}

}  // namespace thalweg::report
