// Certificate: every rule, with every option that PyTorch 1.13 has, takes PyTorch's trajectory in double to 1e-12
// over 200 steps. PyTorch runs in one process, tests/peers/torch_rules.py; the test is skipped where it is missing.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "thalweg/first_order/rule.hpp"

namespace thalweg {
namespace {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 65536> piece{};
  while (pipe != nullptr) {
    const std::size_t got = fread(piece.data(), 1, piece.size(), pipe.get());
    if (got == 0) break;
    text.append(piece.data(), got);
  }
  return text;
}

// The gradient of tests/peers/torch_rules.py, operation for operation.
std::vector<double> gradient(const std::vector<double>& curvature, const std::vector<double>& x, int t) {
  const std::size_t n = x.size();
  std::vector<double> g(n);
  for (std::size_t i = 0; i < n; ++i)
    g[i] = curvature[i] * x[i] + x[i] * x[i] * x[i] - 0.3 * x[(i + 1) % n] +
           0.1 * static_cast<double>(((3 + static_cast<int>(i)) * t) % 7 - 3);
  return g;
}

TEST(TorchRules, TrajectoriesAreEqualTo1e12) {
  const std::string text =
      output_of("/usr/bin/python3 '" THALWEG_SOURCE_DIR "/tests/peers/torch_rules.py' 2>/dev/null");
  const nlohmann::json peer = nlohmann::json::parse(text, nullptr, false);
  if (peer.is_discarded() || peer.contains("missing"))
    GTEST_SKIP() << "PyTorch (package python3-torch) is not installed: "
                 << (peer.is_discarded() ? "no output" : peer["missing"].get<std::string>());
  const auto curvature = peer["curvature"].get<std::vector<double>>();
  const auto start = peer["start"].get<std::vector<double>>();
  ASSERT_GE(peer["cases"].size(), 40u);
  EXPECT_TRUE(peer["untested"].empty()) << peer["untested"];  // options of its optimisers that no case sets
  double worst = 0.0;
  for (const auto& c : peer["cases"]) {
    const auto text_of_rule = c["rule"].get<std::string>();
    SCOPED_TRACE(text_of_rule + "  against  " + c["torch"].get<std::string>());
    for (const bool fused : {true, false}) {
      const auto rule = parse_rule(text_of_rule).make<double>();
      rule->begin(start.size());
      std::vector<double> x = start;
      double error = 0.0;
      for (int t = 1; t <= peer["steps"].get<int>(); ++t) {
        std::vector<double> g = gradient(curvature, x, t);
        if (fused) {
          rule->apply(x, g, static_cast<std::uint64_t>(t));
        } else {
          rule->update(g, x, static_cast<std::uint64_t>(t));
          for (std::size_t i = 0; i < x.size(); ++i) x[i] -= g[i];
        }
        const auto& theirs = c["trajectory"][static_cast<std::size_t>(t - 1)];
        for (std::size_t i = 0; i < x.size(); ++i)
          error = std::fmax(error, std::abs(x[i] - theirs[i].get<double>()) / std::fmax(1.0, std::abs(x[i])));
      }
      EXPECT_LE(error, 1e-12) << (fused ? "apply" : "update");
      worst = std::fmax(worst, error);
    }
  }
  RecordProperty("worst_error", std::to_string(worst));
  std::printf("PyTorch %s, %zu cases, worst error %.1e\n", peer["torch"].get<std::string>().c_str(),
              peer["cases"].size(), worst);
}

}  // namespace
}  // namespace thalweg
