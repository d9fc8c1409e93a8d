// For tests of compare: comparisons that write to a folder of the test, and their results without times.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "scratch_folder.hpp"
#include "thalweg/experiment/comparison.hpp"

namespace thalweg {

class Comparing : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path out() const { return folder_.path() / "out"; }
  [[nodiscard]] Comparison read(const std::string& body) const {
    return parse_comparison("name = \"test\"\nout = \"" + out().string() + "\"\n" + body, "test.toml");
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    std::ifstream in(out() / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  ScratchFolder folder_;
};

// Everything of a comparison that may not depend on time or threads.
inline std::string timeless(const std::string& json) {
  auto j = nlohmann::ordered_json::parse(json);
  j.erase("seconds");
  for (auto& m : j["methods"]) {
    if (!m["tuning"].is_null()) m["tuning"].erase("seconds");
    for (auto& run : m["runs"]) {
      run.erase("seconds");
      run["curve"].erase("seconds");
    }
  }
  return j.dump();
}

}  // namespace thalweg
