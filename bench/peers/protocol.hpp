// The lines of run.py, for peers in C++: jobs and answers come on the standard input, questions and {"done":true}
// leave on the standard output.
#pragma once

#include <cstdio>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace peers {

struct Ended {};  // the budget is used

struct Job {
  std::string method;
  std::vector<double> start, lower, upper;  // lower and upper are empty without a box
  unsigned seed = 0;
  long budget = 0;
};

inline double ask(const double* x, std::size_t n) {
  std::string line = "{\"x\":[";
  char number[32];
  for (std::size_t i = 0; i < n; ++i) {
    std::snprintf(number, sizeof number, i == 0 ? "%.17g" : ",%.17g", x[i]);
    line += number;
  }
  std::cout << line << "]}" << std::endl;
  if (!std::getline(std::cin, line)) throw Ended{};
  const auto answer = nlohmann::json::parse(line);
  if (!answer.contains("f")) throw Ended{};
  return answer["f"].is_number() ? answer["f"].get<double>() : std::numeric_limits<double>::max();
}

// solve(job) asks until it is done, or until `ask` throws Ended.
template <class Solve>
int serve(Solve solve) {
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto read = nlohmann::json::parse(line);
    Job job{read["method"], read["start"], {}, {}, read["seed"], read["budget"]};
    if (!read["lower"].is_null()) job.lower = read["lower"].get<std::vector<double>>();
    if (!read["upper"].is_null()) job.upper = read["upper"].get<std::vector<double>>();
    try {
      solve(job);
    } catch (const Ended&) {
    } catch (const std::exception& e) {
      std::cerr << job.method << ": " << e.what() << '\n';
    }
    std::cout << "{\"done\":true}" << std::endl;
  }
  return 0;
}

}  // namespace peers
