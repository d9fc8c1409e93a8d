#include "thalweg/registry/registry.hpp"

#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/differentiation.hpp"

namespace thalweg::registry {

namespace {
template <class Item>
const Item& by_id(const std::vector<Item>& items, std::string_view kind, std::string_view id) {
  std::vector<std::string> names;
  for (const Item& item : items) {
    if (item.entry.id == id) return item;
    names.push_back(item.entry.id);
  }
  const std::string guess = nearest(id, names);
  std::string message = "unknown " + std::string(kind) + " `" + std::string(id) + "`";
  const std::string list = kind == "credit rule" ? "credit" : std::string(kind) + "s";
  message += guess.empty() ? "; `thalweg list " + list + "` shows what there is" : "; did you mean `" + guess + "`?";
  throw InvalidArgument(message);
}

template <class Item>
std::vector<Entry> entries_of(const std::vector<Item>& items, std::string_view kind) {
  std::vector<Entry> entries;
  for (const Item& item : items) {
    entries.push_back(item.entry);
    entries.back().kind = kind;
  }
  return entries;
}

// "rosenbrock:n=10,seed=3" in its parts.
std::pair<std::string_view, Settings> id_and_settings(std::string_view text, const char* kind, const char* example) {
  const std::size_t colon = text.find(':');
  std::pair<std::string_view, Settings> parts{text.substr(0, colon), {}};
  std::string_view rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view pair = rest.substr(0, comma);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos)
      throw InvalidArgument(std::string(kind) + " \"" + std::string(text) + "\": \"" + std::string(pair) +
                            "\" is not name=value, as in " + example);
    parts.second.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  return parts;
}
}  // namespace

const MethodItem& method(std::string_view id) { return by_id(methods(), "method", id); }
const EstimatorItem& estimator(std::string_view id) { return by_id(estimators(), "estimator", id); }
const RuleItem& rule(std::string_view id) { return by_id(rules(), "rule", id); }
const CreditItem& credit_rule(std::string_view id) { return by_id(credit_rules(), "credit rule", id); }
const ProblemItem& problem(std::string_view id) { return by_id(problems(), "problem", id); }

const SuiteItem& suite(std::string_view id) { return by_id(suites(), "suite", id); }

std::unique_ptr<Problem> make_problem(std::string_view text) {
  const auto [id, settings] = id_and_settings(text, "problem", "rosenbrock:n=10");
  for (const ProblemItem& item : problems())  // rosenbrock,n=10
    if (const std::string& name = item.entry.id;
        id.starts_with(name) && id.size() > name.size() &&
        std::string_view(" ,;(=").find(id[name.size()]) != std::string_view::npos)
      throw InvalidArgument("problem \"" + std::string(text) + "\": options follow a colon, as in rosenbrock:n=10");
  return problem(id).make(settings);
}

std::vector<std::string> suite_problems(std::string_view text) {
  const auto [id, settings] = id_and_settings(text, "suite", "mgh:start=1+10");
  return suite(id).problems(settings);
}

std::vector<std::string> kinds() {
  return {"methods", "estimators", "rules", "schedules", "credit", "differentiation", "problems", "suites", "data"};
}

std::vector<Entry> entries(std::string_view kind) {
  if (kind == "methods") return entries_of(methods(), kind);
  if (kind == "estimators") return entries_of(estimators(), kind);
  if (kind == "credit") return entries_of(credit_rules(), kind);
  if (kind == "problems") return entries_of(problems(), kind);
  if (kind == "suites") return entries_of(suites(), kind);
  if (kind == "data") return data_sets();
  if (kind == "differentiation") return differentiation();
  if (kind == "rules" || kind == "schedules") {
    std::vector<Entry> chosen;
    for (Entry& entry : entries_of(rules(), kind))
      if (entry.id.starts_with("lr-") == (kind == "schedules")) chosen.push_back(std::move(entry));
    return chosen;
  }
  std::string known;
  for (const std::string& k : kinds()) known += (known.empty() ? "" : ", ") + k;
  const std::string guess = nearest(kind, kinds());
  throw InvalidArgument("unknown kind `" + std::string(kind) + "`; " +
                        (guess.empty() ? "the kinds are " + known : "did you mean `" + guess + "`?"));
}

Entry find(std::string_view id) {
  std::string_view kind;
  if (const std::size_t slash = id.find('/'); slash != std::string_view::npos) {
    const std::string_view head = id.substr(0, slash);
    for (const std::string& k : kinds())
      if (k == head) kind = head;
    if (!kind.empty()) id.remove_prefix(slash + 1);
  }
  std::vector<std::string> names;
  for (const std::string& k : kinds()) {
    if (!kind.empty() && k != kind) continue;
    for (Entry& entry : entries(k)) {
      if (entry.id == id) return entry;
      names.push_back(entry.id);
    }
  }
  const std::string guess = nearest(id, names);
  throw InvalidArgument(
      "nothing is called `" + std::string(id) + "`" +
      (guess.empty() ? "; `thalweg list KIND` shows what there is" : "; did you mean `" + guess + "`?"));
}

}  // namespace thalweg::registry
