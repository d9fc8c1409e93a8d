// For tests of what an error says.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "thalweg/core/options.hpp"

namespace thalweg {

// The message of the InvalidArgument that `call` throws.
template <class F>
std::string complaint(F&& call) {
  try {
    call();
  } catch (const InvalidArgument& e) {
    return e.what();
  }
  return "(nothing was thrown)";
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline ::testing::AssertionResult says(const std::string& message, const std::vector<std::string>& parts) {
  for (const auto& part : parts)
    if (!has(message, part)) return ::testing::AssertionFailure() << "\"" << message << "\" lacks \"" << part << "\"";
  return ::testing::AssertionSuccess();
}

}  // namespace thalweg
