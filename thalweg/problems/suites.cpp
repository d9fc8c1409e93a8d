// What suites share, and the two whose problems are those of a list: classic and mgh.
#include "thalweg/problems/suites.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "thalweg/problems/classic.hpp"
#include "thalweg/problems/mgh.hpp"
#include "thalweg/problems/problem.hpp"

namespace thalweg::problems {

std::vector<std::string> parts(std::string_view option, std::string_view text) {
  std::vector<std::string> list;
  for (;;) {
    const std::size_t plus = text.find('+');
    if (text.substr(0, plus).empty())
      throw InvalidArgument("option `" + std::string(option) + "` has an empty part; parts are joined by +");
    list.emplace_back(text.substr(0, plus));
    if (plus == std::string_view::npos) return list;
    text.remove_prefix(plus + 1);
  }
}

std::vector<std::int64_t> whole_numbers(std::string_view option, std::string_view text, std::int64_t low,
                                        std::int64_t high) {
  const auto wrong = [&] {
    return InvalidArgument("option `" + std::string(option) + "` is \"" + std::string(text) +
                           "\"; it must be whole numbers from " + std::to_string(low) + " to " +
                           std::to_string(high) + ", joined by + or as a range, as in 2+3+5 or 1-15");
  };
  const auto number = [&](std::string_view digits) {
    std::int64_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || stop != end || value < low || value > high) throw wrong();
    return value;
  };
  std::vector<std::int64_t> list;
  for (const std::string& part : parts(option, text)) {
    const std::string_view view = part;
    const std::size_t dash = view.find('-');
    const std::int64_t first = number(view.substr(0, dash));
    const std::int64_t last = dash == std::string_view::npos ? first : number(view.substr(dash + 1));
    if (last < first) throw wrong();
    for (std::int64_t v = first; v <= last; ++v) list.push_back(v);
  }
  return list;
}

namespace {

struct Classic {
  std::string n;
};

std::vector<std::string> classic_problems(const Classic& options) {
  std::vector<std::string> list;
  for (const auto& family : {unimodal(), multimodal(), few_dimensions()}) {
    for (const auto& item : family) {
      const auto size = std::ranges::find(item.entry.options, "n", &OptionInfo::name);
      if (options.n.empty() || size == item.entry.options.end()) {
        list.push_back(item.entry.id);
        continue;
      }
      for (const std::int64_t n : whole_numbers("n", options.n, 1, 1'000'000'000)) {
        if (static_cast<double>(n) < size->low || static_cast<double>(n) > size->high) continue;
        if (item.entry.id == "powell-singular" && n % 4 != 0) continue;
        list.push_back(item.entry.id + ":n=" + std::to_string(n));
      }
    }
  }
  return list;
}

struct Jones {};

std::vector<std::string> jones_problems(const Jones&) {
  return {"shekel:m=5", "shekel:m=7",      "shekel:m=10",    "hartmann3", "hartmann6",
          "branin",     "goldstein-price", "six-hump-camel", "shubert"};
}

struct Mgh {
  std::string start = "1";
};

std::vector<std::string> mgh_problems(const Mgh& options) {
  std::vector<registry::ProblemItem> items;
  for (const auto& family : {mgh_few(), mgh_data(), mgh_sized(), mgh_systems()})
    for (const auto& item : family) items.push_back(item);
  const auto number = [](const registry::ProblemItem& item) {  // "…, problem 7"
    return std::stoi(item.entry.reference.substr(item.entry.reference.rfind(' ') + 1));
  };
  std::ranges::sort(items, {}, number);
  std::vector<std::string> list;
  for (const std::string& start : parts("start", options.start)) {
    for (const auto& item : items) {
      const auto p = item.make({{"start", start}});
      if (!std::isfinite(p->objective->value(p->start))) continue;
      list.push_back(start == "1" ? item.entry.id : p->id);
    }
  }
  return list;
}

}  // namespace

registry::SuiteItem classic_suite() {
  Description<Classic> d("classic", "The test functions that everyone uses", "");
  d.reference("each problem names its own")
      .example("[[suite]] id = \"classic:n=2+5+10\"")
      .notes("Unimodal, multimodal, and of two to six variables.");
  d.option("n", &Classic::n,
           "numbers of variables, as in 2+5+10, of the problems that have any number, where they have this one; "
           "without it each problem's own");
  return suite(std::move(d), classic_problems);
}

registry::SuiteItem jones_suite() {
  Description<Jones> d("jones", "Jones, Perttunen & Stuckman's nine global problems", "");
  d.reference(
       "Jones, Perttunen & Stuckman, Lipschitzian optimization without the Lipschitz constant, J. Optim. Theory "
       "Appl. 79 (1993) 157–181")
      .example("[[suite]] id = \"jones\"")
      .notes(
          "Of 2 to 6 variables, in the boxes of the paper, which counts evaluations to 1 % and 0.01 % of the lowest "
          "value.");
  return suite(std::move(d), jones_problems);
}

registry::SuiteItem mgh_suite() {
  Description<Mgh> d("mgh", "Moré, Garbow & Hillstrom: 35 problems of least squares, at their published sizes", "");
  d.reference("Moré, Garbow & Hillstrom, ACM Trans. Math. Softw. 7 (1981) 17")
      .example("[[suite]] id = \"mgh:start=1+10+100\"")
      .notes(
          "In the paper's order, at the sizes of each problem's defaults. A start at which f is not finite is left "
          "out (jennrich-sampson at 100).");
  d.option("start", &Mgh::start, "multiples of the published starts, as in 1+10+100");
  return suite(std::move(d), mgh_problems);
}

}  // namespace thalweg::problems
