#include "thalweg/core/stamp.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <Eigen/Core>
#include <boost/version.hpp>

namespace thalweg {

std::string version() { return THALWEG_VERSION; }

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang++ {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

std::string instruction_set() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
    return "avx512";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "avx2";
#endif
  return "portable";
}

std::vector<std::pair<std::string, std::string>> libraries() {
  return {
      {"eigen", fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)},
      {"sqlite", sqlite3_libversion()},
      {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"boost", fmt::format("{}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100)}};
}

std::string stamp() {
  std::string text = fmt::format("thalweg {}; {}; {}", version(), compiler(), instruction_set());
  for (const auto& [name, number] : libraries()) text += fmt::format("; {} {}", name, number);
  return text;
}

}  // namespace thalweg
