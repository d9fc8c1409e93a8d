// The methods of this folder beside NLopt's and SciPy's on Moré and Wild's problems: problems solved within 100 (and
// 500) units of n + 1 values, at τ = 10⁻³ and 10⁻⁵, f_L the lowest value of all. The peers' runs are recorded
// (tests/peers/more_wild_peers.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/direct_search/data_profile.hpp"
#include "thalweg/direct_search/mads.hpp"
#include "thalweg/direct_search/nelder_mead.hpp"
#include "thalweg/direct_search/powell.hpp"

namespace thalweg {
namespace {

using nlohmann::json;

// Of each method and problem, the lowest value within each of the recorded numbers of units.
using Lowest = std::map<std::string, std::vector<std::vector<double>>>;

struct Table {
  std::vector<std::size_t> units;
  std::vector<double> start, floor;
  Lowest lowest;
  // Problems solved within units[column].
  [[nodiscard]] std::size_t solved(const std::string& who, double tau, std::size_t column) const {
    std::size_t count = 0;
    for (std::size_t k = 0; k < start.size(); ++k)
      if (lowest.at(who)[k][column] <= floor[k] + tau * (start[k] - floor[k])) ++count;
    return count;
  }
};

template <class M>
void add(Table& table, const std::string& name, const M& method, std::span<const std::string> problems) {
  auto& rows = table.lowest[name];
  for (const ProfileRun& run : profile_runs(method, problems, table.units.back())) {
    rows.emplace_back();
    for (const std::size_t units : table.units)
      rows.back().push_back(run.lowest[std::min(units * run.units, run.lowest.size()) - 1]);
  }
}

Table table_of(const std::string& variant) {
  const json recorded = json::parse(std::ifstream(THALWEG_SOURCE_DIR "/tests/peers/more_wild_peers.json"));
  Table table{
      recorded.at("units").get<std::vector<std::size_t>>(), {}, {}, recorded.at("lowest").at(variant).get<Lowest>()};
  const auto problems = registry::suite_problems("more-wild:variant=" + variant);
  for (const std::string& text : problems) {
    const auto problem = registry::make_problem(text);
    table.start.push_back(problem->objective->value(problem->start));
  }
  add(table, "nelder-mead", NelderMead{}, problems);
  add(table, "powell", Powell{}, problems);
  add(table, "mads", Mads{}, problems);
  table.floor.assign(problems.size(), std::numeric_limits<double>::infinity());
  for (const auto& [name, rows] : table.lowest)
    for (std::size_t k = 0; k < rows.size(); ++k) table.floor[k] = std::min(table.floor[k], rows[k].back());
  for (const auto& [name, rows] : table.lowest)  // for the record of the test's output
    for (const double tau : {1e-3, 1e-5}) {
      std::string line = variant + " " + name + " " + detail::format(tau) + ":";
      for (std::size_t c = 0; c < table.units.size(); ++c) line += " " + std::to_string(table.solved(name, tau, c));
      ::testing::Test::RecordProperty(variant + "." + name + "." + detail::format(tau), line);
      if (std::getenv("THALWEG_SHOW_PROFILES") != nullptr) std::puts(line.c_str());
    }
  return table;
}

void expect_at_least(const Table& table, const std::string& who, const std::vector<std::string>& peers,
                     const std::vector<std::size_t>& units) {
  for (const std::string& peer : peers)
    for (const double tau : {1e-3, 1e-5})
      for (std::size_t c = 0; c < table.units.size(); ++c)
        if (std::find(units.begin(), units.end(), table.units[c]) != units.end()) {
          EXPECT_GE(table.solved(who, tau, c), table.solved(peer, tau, c))
              << who << ", " << peer << ", " << tau << ", " << table.units[c];
        }
}

TEST(PeerProfiles, SmoothProblemsLongForm) {
  const Table table = table_of("smooth");
  expect_at_least(table, "nelder-mead", {"nlopt nelder-mead", "nlopt sbplx", "scipy nelder-mead"}, {50, 100});
  expect_at_least(table, "powell", {"scipy powell"}, {20, 50, 100, 500});
  expect_at_least(table, "powell", {"nlopt praxis"}, {20, 50, 100});  // within 500 PRAXIS solves one more
}

TEST(PeerProfiles, NonsmoothProblemsLongForm) {
  const Table table = table_of("nonsmooth");
  expect_at_least(
      table, "mads",
      {"nlopt nelder-mead", "nlopt sbplx", "nlopt praxis", "scipy nelder-mead", "scipy powell", "nelder-mead"},
      {5, 10, 20, 50, 100, 500});
  expect_at_least(table, "mads", {"powell"}, {10, 20, 50, 100, 500});
}

}  // namespace
}  // namespace thalweg
