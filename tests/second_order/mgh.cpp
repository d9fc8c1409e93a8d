#include "second_order/mgh.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "thalweg/second_order/bfgs.hpp"
#include "thalweg/second_order/l_bfgs.hpp"
#include "thalweg/second_order/newton.hpp"
#include "thalweg/second_order/newton_cg.hpp"

namespace {

using nlohmann::json;
using thalweg::Bfgs;
using thalweg::LBfgs;
using thalweg::Newton;
using thalweg::NewtonCg;
using thalweg::Problem;
using thalweg::Status;

template <class M>
void expect_all_solved(const M& method) {
  mgh::for_each_problem([&](Problem& p) {
    const auto result = thalweg::minimize(*p.objective, p.start, method, {.max_evaluations = 5000});
    EXPECT_EQ(result.status, Status::converged) << p.id << ": " << result.message;
    EXPECT_TRUE(mgh::is_minimum(p, result.f)) << p.id << ": f = " << result.f;
  });
}
TEST(Mgh, NewtonSolvesAll) { expect_all_solved(Newton{}); }
TEST(Mgh, NewtonCgSolvesAll) { expect_all_solved(NewtonCg{}); }
TEST(Mgh, LBfgsSolvesAll) { expect_all_solved(LBfgs{}); }
TEST(Mgh, BfgsSolvesAll) { expect_all_solved(Bfgs{}); }

// Total calls to the common target over the problems that every peer named solves.
template <class M>
void expect_no_more_calls(const M& method, const json& counts, const std::vector<std::string>& peers) {
  std::uint64_t ours = 0;
  std::vector<std::uint64_t> theirs(peers.size());
  int compared = 0;
  mgh::for_each_problem([&](Problem& p) {
    const json& row = counts.at(p.id);
    const double target = row.at("target");
    const auto result = thalweg::minimize(*p.objective, p.start, method, {.max_evaluations = 5000, .target = target});
    const std::uint64_t calls = mgh::calls_to(result, target);
    EXPECT_GT(calls, 0u) << p.id << " never reaches the peers' target " << target << "; f = " << result.f;
    for (const auto& peer : peers)
      if (row.at(peer).is_null()) return;
    ours += calls;
    for (std::size_t k = 0; k < peers.size(); ++k) theirs[k] += row.at(peers[k]).get<std::uint64_t>();
    ++compared;
  });
  EXPECT_GE(compared, 25);
  for (std::size_t k = 0; k < peers.size(); ++k) {
    EXPECT_LE(ours, theirs[k]) << peers[k] << " over " << compared << " problems";
    ::testing::Test::RecordProperty(peers[k], static_cast<int>(theirs[k]));
    ::testing::Test::RecordProperty("thalweg beside " + peers[k], static_cast<int>(ours));
  }
}
json read(const std::string& path) {
  std::ifstream file(path);
  return json::parse(file).at("counts");
}

TEST(Mgh, CallsAreNoMoreThanThePeersRecorded) {
  const json counts = read(THALWEG_SOURCE_DIR "/tests/peers/mgh_counts.json");
  expect_no_more_calls(LBfgs{}, counts, {"scipy l-bfgs-b", "nlopt l-bfgs"});
  expect_no_more_calls(Bfgs{}, counts, {"scipy bfgs"});
}

TEST(Mgh, LongFormCallsAreNoMoreThanThePeersCountedNow) {
  if (std::system("/usr/bin/python3 -c 'import scipy, nlopt' 2>/dev/null") != 0)
    GTEST_SKIP() << "needs python3-scipy and python3-nlopt";
  const std::string out = THALWEG_BINARY_DIR "/mgh_counts.json";
  const std::string command = "/usr/bin/python3 " THALWEG_SOURCE_DIR "/tests/peers/mgh_counts.py " THALWEG_BINARY_DIR
                              " " +
                              out + " > /dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const json counts = read(out);
  expect_no_more_calls(LBfgs{}, counts, {"scipy l-bfgs-b", "nlopt l-bfgs"});
  expect_no_more_calls(Bfgs{}, counts, {"scipy bfgs"});
}

}  // namespace
