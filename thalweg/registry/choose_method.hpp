// What `auto` chooses, on the command line and in Python.
#pragma once

#include <string>

#include "thalweg/core/options.hpp"
#include "thalweg/core/question.hpp"

namespace thalweg::registry {

struct Choice {
  std::string method, why;
  Settings settings = {};
};
// The method for an objective that answers `offers`, of n variables, within bounds or not. Throws InvalidArgument
// when there is none.
Choice choose_method(const Offers& offers, std::size_t n, bool bounded);

}  // namespace thalweg::registry
