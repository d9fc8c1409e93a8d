// What a run ran on: version, compiler, instruction set and libraries, for logs, results and --version.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace thalweg {

std::string version();          // "0.1.0"
std::string compiler();         // "g++ 12.2.0"
std::string instruction_set();  // the best that this machine offers of avx512, avx2, portable
std::vector<std::pair<std::string, std::string>> libraries();  // name, version
std::string stamp();                                           // all of it on one line

}  // namespace thalweg
