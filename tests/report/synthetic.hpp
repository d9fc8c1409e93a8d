// Made-up results of the shape that `compare` writes, for tests of the report.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace thalweg::report::synthetic {

using Json = nlohmann::ordered_json;

// A small generator: a test needs no more (Steele et al. 2014, SplitMix64).
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 1) {}
  double uniform() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
  }
  double normal() { return (uniform() + uniform() + uniform() + uniform() - 2.0) * 1.732; }

 private:
  std::uint64_t state_;
};

// Eight credit rules, three update rules each, five seeds; two runs break down.
inline Json training() {
  struct Credit {
    const char* id;
    double accuracy, speed, samples, cosine, variance;
  };
  const std::array<Credit, 8> credits = {{{"backprop", 0.972, 9.0, 4.0e5, 1.0, 0.0},
                                          {"forward-gradient", 0.902, 3.0, 2.6e5, 0.031, 960.0},
                                          {"weight-perturbation", 0.861, 2.4, 2.9e5, 0.029, 1050.0},
                                          {"spsa", 0.852, 2.2, 2.4e5, 0.030, 1044.0},
                                          {"es-gradient", 0.884, 2.7, 3.2e4, 0.118, 68.0},
                                          {"node-perturbation", 0.931, 4.0, 2.7e5, 0.160, 42.0},
                                          {"feedback-alignment", 0.962, 6.5, 3.9e5, 0.520, 1.4},
                                          {"frozen-features", 0.893, 8.0, 6.0e5, 0.410, 0.0}}};
  const std::array<const char*, 3> rules = {"sgd", "momentum", "adam"};
  Json out = {{"name", "Credit assignment on 8×8 digits"},
              {"version", "0.1.0"},
              {"command", "thalweg compare experiments/digits-credit.toml"},
              {"toml",
               "name = \"Credit assignment on 8×8 digits\"\nbudget = { flops = 2e10 }\nseeds = 5\n\n[task]\n"
               "data = \"digits\"\nmodel = \"64-64-32-10\"\nbatch = 32\n\n[[method]]\ncredit = \"backprop\"\n"
               "rule = \"adam\"\ntune = { \"rule.rate\" = [1e-4, 1e-3, 1e-2] }\n"},
              {"kind", "train"},
              {"seeds", {0, 1, 2, 3, 4}},
              {"budget", {{"flops", 2e10}}},
              {"problems", {"digits, 64-64-32-10, batch 32"}}};
  const double budget = 2e10;
  std::uint64_t index = 0;
  for (const auto& c : credits)
    for (std::size_t k = 0; k < rules.size(); ++k, ++index) {
      const double level = c.accuracy - 0.018 * static_cast<double>((k + index / 3) % 3);
      Json method = {{"label", std::string(c.id) + " · " + rules[k]},
                     {"credit", c.id},
                     {"method", nullptr},
                     {"rule", rules[k]},
                     {"section", "4.1"},
                     {"settings", {{"rule", rules[k]}}},
                     {"tuned", {{"rule.rate", 0.001 * static_cast<double>(k + 1)}}}};
      Json trials = Json::array();
      for (const double rate : {1e-4, 1e-3, 1e-2, 1e-1})
        trials.push_back(
            {{"settings", {{"rule.rate", rate}}}, {"score", level - 0.02 * std::abs(std::log10(rate) + 3)}});
      method["tuning"] = {{"runs", 4}, {"flops", 8e10}, {"seconds", 6.1}, {"table", trials}};
      for (int seed = 0; seed < 5; ++seed) {
        Noise noise(1000 * index + static_cast<std::uint64_t>(seed));
        const bool crashed = index == 7 && seed >= 3;
        const double end = level + 0.006 * noise.normal(), slow = c.speed * (1.0 + 0.12 * noise.normal());
        const double duration = 2.2 + 0.3 * noise.uniform() + (c.samples < 1e5 ? 1.5 : 0.0);
        Json curve = {{"samples", Json::array()},
                      {"flops", Json::array()},
                      {"seconds", Json::array()},
                      {"loss", Json::array()},
                      {"accuracy", Json::array()}};
        const int points = crashed ? 14 : 60;
        for (int i = 0; i <= points; ++i) {
          const double share = i / 60.0, grown = 1.0 - std::exp(-slow * std::pow(share, 0.7) * 1.3);
          curve["samples"].push_back(std::round(c.samples * share));
          curve["flops"].push_back(budget * share);
          curve["seconds"].push_back(duration * share);
          curve["accuracy"].push_back(0.1 + (end - 0.1) * grown + 0.004 * noise.normal());
          if (crashed && i == points)
            curve["loss"].push_back("nan");
          else
            curve["loss"].push_back(2.3 * std::exp(-slow * std::pow(share, 0.6)) + 1.6 * (1 - end) +
                                    0.01 * noise.uniform());
        }
        const double done = points / 60.0;
        method["runs"].push_back({{"problem", "digits, 64-64-32-10, batch 32"},
                                  {"seed", seed},
                                  {"status", crashed ? "numerical_failure" : "flop_budget"},
                                  {"message", crashed ? "the loss became NaN at step 1412; try a smaller rule.rate"
                                                      : "2e10 FLOPs were spent"},
                                  {"crashed", crashed},
                                  {"train", {{"loss", 0.1}, {"accuracy", end + 0.01}}},
                                  {"validation", {{"loss", 0.2}, {"accuracy", end}}},
                                  {"test",
                                   {{"loss", crashed ? Json("nan") : Json(0.25)},
                                    {"accuracy", crashed ? 0.1 : end + 0.004 * noise.normal()}}},
                                  {"cosine", c.cosine * (1 + 0.02 * noise.normal())},
                                  {"variance", c.variance * (1 + 0.05 * noise.normal())},
                                  {"samples", std::round(c.samples * done)},
                                  {"forward_passes", std::round(2 * c.samples * done)},
                                  {"backward_passes", c.cosine > 0.3 ? std::round(c.samples * done) : 0.0},
                                  {"flops", budget * done},
                                  {"seconds", duration * done},
                                  {"curve", curve}});
      }
      out["methods"].push_back(method);
    }
  return out;
}

inline double rosenbrock(double x, double y) { return 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x); }

// Gradient descent, Newton and a few others on Rosenbrock's valley, with their paths.
inline Json minimization() {
  using Path = std::vector<std::array<double, 2>>;
  struct Method {
    const char *label, *id, *section;
    Path path;
    Json evaluations;
  };
  const auto gradient = [](double x, double y) {
    return std::array{-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)};
  };
  const auto backtracked = [](double x, double y, double dx, double dy, double slope) {
    double t = 1.0;
    while (t > 1e-12 && rosenbrock(x + t * dx, y + t * dy) > rosenbrock(x, y) + 1e-4 * t * slope) t /= 2;
    return t;
  };
  const std::array<double, 2> start = {-1.2, 1.0};
  Path random = {start}, descent = {start}, newton = {start}, mixed = {start};
  Noise noise(5);
  for (int i = 0; i < 500; ++i) {
    const auto [x, y] = random.back();
    const double a = x + 0.15 * noise.normal(), b = y + 0.15 * noise.normal();
    if (rosenbrock(a, b) < rosenbrock(x, y)) random.push_back({a, b});
  }
  for (int i = 0; i < 900; ++i) {
    const auto [x, y] = descent.back();
    const auto [gx, gy] = gradient(x, y);
    const double t = backtracked(x, y, -gx, -gy, -(gx * gx + gy * gy));
    descent.push_back({x - t * gx, y - t * gy});
  }
  const auto newton_step = [&](Path& path, double damping) {
    const auto [x, y] = path.back();
    const auto [gx, gy] = gradient(x, y);
    const double a = 1200 * x * x - 400 * y + 2 + damping, b = -400 * x, d = 200 + damping, det = a * d - b * b;
    const double dx = -(d * gx - b * gy) / det, dy = -(a * gy - b * gx) / det;
    const double t = backtracked(x, y, dx, dy, gx * dx + gy * dy);
    path.push_back({x + t * dx, y + t * dy});
  };
  for (int i = 0; i < 21; ++i) newton_step(newton, 0.0);
  for (int i = 0; i < 38; ++i) newton_step(mixed, 8.0);
  const std::vector<Method> methods = {
      {"random search", "random-search", "3.1", random, {{"value", 501}, {"gradient", 0}}},
      {"gradient descent", "gd", "2.1", descent, {{"value", 9120}, {"gradient", 900}}},
      {"L-BFGS", "l-bfgs", "2.2", mixed, {{"value", 46}, {"gradient", 46}}},
      {"Newton", "newton", "2.2", newton, {{"value", 29}, {"gradient", 22}, {"hessian", 21}}}};
  Json out = {{"name", "Orders <0> to 2 & \"the valley\""},
              {"version", "0.1.0"},
              {"command", "thalweg compare experiments/orders.toml --set a='</script><script>alert(1)</script>'"},
              {"toml", "name = \"</script><img src=x onerror=alert(1)>\"\n"},
              {"kind", "minimize"},
              {"seeds", {0}},
              {"budget", {{"evaluations", 10000}}},
              {"problems", {"rosenbrock"}}};
  for (const auto& m : methods) {
    Json path = Json::array(), evaluations = Json::array(), seconds = Json::array(), f = Json::array();
    double lowest = 1e300;
    const double step = m.evaluations["value"].get<double>() / static_cast<double>(m.path.size());
    for (std::size_t i = 0; i < m.path.size(); ++i) {
      const auto& p = m.path[i];
      path.push_back({p[0], p[1]});
      lowest = std::min(lowest, rosenbrock(p[0], p[1]));
      evaluations.push_back(1 + std::floor(step * static_cast<double>(i)));
      seconds.push_back(1e-6 * static_cast<double>(i));
      f.push_back(lowest);
    }
    out["methods"].push_back({{"label", m.label},
                              {"credit", nullptr},
                              {"method", m.id},
                              {"rule", nullptr},
                              {"section", m.section},
                              {"settings", Json::object()},
                              {"tuned", nullptr},
                              {"tuning", nullptr},
                              {"runs",
                               {{{"problem", "rosenbrock"},
                                 {"seed", 0},
                                 {"status", lowest < 1e-10 ? "converged" : "evaluation_budget"},
                                 {"message", "|g| ≤ 1e-8"},
                                 {"crashed", false},
                                 {"evaluations", m.evaluations},
                                 {"seconds", 1e-3},
                                 {"f", lowest},
                                 {"x", {1.0, 1.0}},
                                 {"curve", {{"evaluations", evaluations}, {"seconds", seconds}, {"f", f}}},
                                 {"path", path}}}}});
  }
  Json values = Json::array();
  const std::size_t columns = 161, rows = 141;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      values.push_back(rosenbrock(-2.0 + 4.0 * static_cast<double>(c) / static_cast<double>(columns - 1),
                                  -1.0 + 4.0 * static_cast<double>(r) / static_cast<double>(rows - 1)));
  out["landscapes"].push_back({{"problem", "rosenbrock"},
                               {"lower", {-2, -1}},
                               {"upper", {2, 3}},
                               {"columns", columns},
                               {"rows", rows},
                               {"values", values},
                               {"minimisers", {{1, 1}}}});
  return out;
}

// The same with profiles: more problems than are shown one by one, a function in three sizes.
inline Json profiles() {
  Json out = minimization();
  const std::size_t methods = out["methods"].size();
  for (int p = 2; p <= 14; ++p) {
    out["problems"].push_back("p" + std::to_string(p));
    for (auto& m : out["methods"]) {
      Json run = m["runs"][0];
      run["problem"] = "p" + std::to_string(p);
      run.erase("path");
      m["runs"].push_back(run);
    }
  }
  out["methods"][3]["origin"] = "peers <1>.jsonl";
  const auto curves = [methods](double first, double last, double end) {
    Json all = Json::array();
    for (std::size_t m = 0; m < methods; ++m) {
      Json x = Json::array(), y = Json::array();
      for (int k = 1; k <= 20; ++k) {
        x.push_back(first * std::pow(last / first, k / 20.0 * (0.7 + 0.1 * static_cast<double>(m))));
        y.push_back(end * k / 20.0 * (1.0 - 0.1 * static_cast<double>(m)));
      }
      all.push_back({{"x", x}, {"y", y}});
    }
    return all;
  };
  Json levels = Json::array(), expected = Json::array(), precisions = {10, 1, 0.1, 0.01, 0.001, 1e-5, 1e-7};
  for (const double tau : {1e-1, 1e-3, 1e-5, 1e-7})
    levels.push_back(
        {{"tau", tau}, {"data", curves(2, 100, 1 + 0.1 * std::log10(tau))}, {"performance", curves(1, 30, 1)}});
  for (const int n : {2, 5, 10})
    for (std::size_t m = 0; m < methods; ++m) {
      Json evaluations = Json::array(), successes = Json::array(), trials = Json::array();
      for (std::size_t k = 0; k < precisions.size(); ++k) {
        const bool failed = m == 0 && k > 3;
        evaluations.push_back(failed ? Json("inf") : Json(100.0 * n * static_cast<double>(k + 1 + m)));
        successes.push_back(failed ? 0 : 4), trials.push_back(5);
      }
      expected.push_back({{"function", "f<1>"},
                          {"n", n},
                          {"method", m},
                          {"evaluations", evaluations},
                          {"successes", successes},
                          {"trials", trials}});
    }
  out["profiles"] = {{"low", "the lowest f of all runs"},
                     {"simplex_gradients", 100},
                     {"evaluations_per_dimension", 150},
                     {"problems", 14},
                     {"problems_with_optimum", 14},
                     {"levels", levels},
                     {"run_times", curves(1, 150, 0.8)},
                     {"precisions", precisions},
                     {"expected", expected}};
  return out;
}

}  // namespace thalweg::report::synthetic
