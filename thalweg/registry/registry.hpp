// Everything that thalweg has, by name: read by the command line, Python, the documentation and the conformance
// suite. The lists are explicit, one line a thing: methods.cpp, estimators.cpp, rules.cpp, credit.cpp, problems.cpp,
// suites.cpp, data.cpp.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/minimize.hpp"
#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {
template <class S>
class UpdateRule;  // first_order/update_rule.hpp
template <class S>
class CreditRule;  // credit/credit_rule.hpp
class Credit;
struct Problem;  // problems/problem.hpp
}  // namespace thalweg

namespace thalweg::registry {

struct MethodItem {
  Entry entry;
  std::function<Method(const Settings&)> make;
};
struct EstimatorItem {
  Entry entry;
  std::function<void(const Settings&)> check;  // throws InvalidArgument for a wrong name or value
  std::function<std::unique_ptr<Adapter<double>>(Objective<double>&, const Settings&)> make;
  std::function<std::unique_ptr<Adapter<float>>(Objective<float>&, const Settings&)> make_float;
};
struct RuleItem {  // update rules and schedules, which chain
  Entry entry;
  std::function<std::unique_ptr<UpdateRule<double>>(const Settings&)> make;
  std::function<std::unique_ptr<UpdateRule<float>>(const Settings&)> make_float;
};
struct CreditItem {
  Entry entry;
  std::function<std::unique_ptr<CreditRule<double>>(const Settings&)> make;
  std::function<std::unique_ptr<CreditRule<float>>(const Settings&)> make_float;
};
struct ProblemItem {
  Entry entry;
  std::function<std::unique_ptr<Problem>(const Settings&)> make;  // options such as n=10
};
struct SuiteItem {
  Entry entry;
  std::function<std::vector<std::string>(const Settings&)> problems;  // what make_problem takes, in order
};

const std::vector<MethodItem>& methods();
const std::vector<EstimatorItem>& estimators();
const std::vector<RuleItem>& rules();
const std::vector<CreditItem>& credit_rules();
const std::vector<ProblemItem>& problems();
const std::vector<SuiteItem>& suites();
const std::vector<Entry>& data_sets();  // what load_data (network/data/load.hpp) reads; kind "data"

// By id; an unknown id throws InvalidArgument that offers the nearest.
const MethodItem& method(std::string_view id);
const EstimatorItem& estimator(std::string_view id);
const RuleItem& rule(std::string_view id);
const CreditItem& credit_rule(std::string_view id);
const ProblemItem& problem(std::string_view id);
const SuiteItem& suite(std::string_view id);
// A credit rule, or any estimator used as one, with options as text. Throws InvalidArgument for a wrong name or
// option.
Credit make_credit(std::string_view id, const Settings& settings = {});
// "rosenbrock:n=10" → the problem with its options set.
std::unique_ptr<Problem> make_problem(std::string_view text);
// "mgh:start=1+10" → the problems of the suite, each as make_problem takes it: "mgh/rosenbrock", …,
// "mgh/rosenbrock:start=10", ….
std::vector<std::string> suite_problems(std::string_view text);

// The kinds of `thalweg list`, and their entries.
std::vector<std::string> kinds();
std::vector<Entry> entries(std::string_view kind);
// One entry of any kind by id (a method wins over a rule of the same id unless the kind is named: "rules/adam").
Entry find(std::string_view id);

}  // namespace thalweg::registry
