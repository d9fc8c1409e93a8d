#include "thalweg/experiment/composition.hpp"

#include <algorithm>

#include "thalweg/first_order/descent.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

struct Link {
  std::string id;
  Settings settings;
};

// parse_rule() checks the text; this only takes it apart at |, (, comma and =.
std::vector<Link> links_of(const std::string& chain) {
  static_cast<void>(parse_rule(chain));
  std::vector<Link> links;
  std::string_view rest = chain;
  for (;;) {
    const std::size_t bar = rest.find('|');
    std::string_view piece = trimmed(rest.substr(0, bar));
    const std::size_t open = piece.find('(');
    Link link{std::string(trimmed(piece.substr(0, open))), {}};
    std::string_view inside = open == std::string_view::npos ? std::string_view{} : piece.substr(open + 1);
    inside = inside.substr(0, inside.rfind(')'));
    while (!trimmed(inside).empty()) {
      const std::size_t comma = inside.find(',');
      const std::string_view pair = inside.substr(0, comma);
      const std::size_t equals = pair.find('=');
      link.settings.emplace_back(trimmed(pair.substr(0, equals)), trimmed(pair.substr(equals + 1)));
      inside = comma == std::string_view::npos ? std::string_view{} : inside.substr(comma + 1);
    }
    links.push_back(std::move(link));
    if (bar == std::string_view::npos) return links;
    rest = rest.substr(bar + 1);
  }
}

const Entry& entry_of(const Link& link) {
  for (const auto& item : registry::rules())
    if (item.entry.id == link.id || item.entry.id == "lr-" + link.id) return item.entry;
  return registry::rule(link.id).entry;  // throws, with the nearest name
}

}  // namespace

RoutedSettings routed(const Settings& settings) {
  RoutedSettings out;
  for (const auto& [name, value] : settings) {
    const std::size_t dot = name.find('.');
    const std::string head = name.substr(0, dot);
    if (dot == std::string::npos)
      out.method.emplace_back(name, value);
    else if (head == "rule")
      out.rule.emplace_back(name.substr(dot + 1), value);
    else if (head == "estimator")
      out.estimator.emplace_back(name.substr(dot + 1), value);
    else if (head == "credit")
      out.credit.emplace_back(name.substr(dot + 1), value);
    else
      throw InvalidArgument("setting `" + name + "`: `" + head + "` is none of rule, estimator, credit");
  }
  return out;
}

std::string rule_with(const std::string& chain, const Settings& settings) {
  auto links = links_of(chain);
  for (const auto& [full, value] : settings) {
    const std::size_t dot = full.find('.');
    const std::string owner = dot == std::string::npos ? "" : full.substr(0, dot);
    const std::string option = dot == std::string::npos ? full : full.substr(dot + 1);
    std::vector<Link*> owners;
    std::vector<std::string> names;
    for (Link& link : links) {
      if (!owner.empty() && link.id != owner) continue;
      for (const auto& o : entry_of(link).options) {
        names.push_back(o.name);
        if (o.name == option) owners.push_back(&link);
      }
    }
    if (owners.empty()) {
      const std::string near = nearest(option, names);
      throw InvalidArgument("rule \"" + chain + "\" has no option `" + full + "`" +
                            (near.empty() ? "" : "; did you mean `" + near + "`?"));
    }
    if (owners.size() > 1)
      throw InvalidArgument("rule \"" + chain + "\": `" + option + "` is an option of " + owners[0]->id + " and of " +
                            owners[1]->id + "; name the one, as in rule." + owners[0]->id + "." + option);
    auto& has = owners[0]->settings;
    const auto same = std::ranges::find(has, option, &Settings::value_type::first);
    if (same != has.end())
      same->second = value;
    else
      has.emplace_back(option, value);
  }
  std::string text;
  for (const Link& link : links) {
    text += (text.empty() ? "" : " | ") + link.id;
    std::string inside;
    for (const auto& [name, value] : link.settings) inside += (inside.empty() ? "" : ", ") + name + "=" + value;
    if (!inside.empty()) text += "(" + inside + ")";
  }
  static_cast<void>(parse_rule(text));  // every value in range
  return text;
}

void check_estimator_is_used(const std::string& method, const std::string& estimator) {
  if (estimator.empty() || registry::method(method).entry.asks.has(AnswerKind::gradient)) return;
  throw InvalidArgument(
      "estimator `" + estimator + "` makes gradients, and the method " + method +
      " asks none; leave the estimator out, or take a method that asks gradients (l-bfgs) or a rule "
      "(adam)");
}

Composition compose(const std::string& id, const std::string& estimator, const std::string& rule,
                    const Settings& settings) {
  const RoutedSettings parts = routed(settings);
  if (!parts.credit.empty())
    throw InvalidArgument("setting `credit." + parts.credit[0].first + "`: credit rules train networks only");
  if (rule.empty() && !parts.rule.empty())
    throw InvalidArgument("setting `rule." + parts.rule[0].first + "`, but no rule is named");
  if (estimator.empty() && !parts.estimator.empty())
    throw InvalidArgument("setting `estimator." + parts.estimator[0].first + "`, but no estimator is named");
  if (!rule.empty() && !id.empty() && id != "descent")
    throw InvalidArgument("method `" + id + "` and rule \"" + rule +
                          "\"; a rule runs in the descent loop, so leave one of them out");
  Composition out;
  if (!rule.empty()) {
    Descent loop{.rule = parse_rule(rule_with(rule, parts.rule))};
    const auto description = Descent::describe();
    for (const auto& [name, value] : parts.method) description.set(loop, name, value);
    out.method = method(std::move(loop));
  } else {
    out.method = registry::method(id).make(parts.method);
  }
  if (estimator.empty()) return out;
  const auto& item = registry::estimator(estimator);
  item.check(parts.estimator);  // a wrong option is an error now
  out.estimator = [&item, given = parts.estimator](Objective<double>& f) { return item.make(f, given); };
  return out;
}

}  // namespace thalweg
