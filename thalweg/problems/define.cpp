#include "thalweg/problems/define.hpp"

#include <algorithm>

namespace thalweg::problems {

Definition define(std::string id, std::string name, std::string reference, std::string formula) {
  Entry entry;
  entry.id = std::move(id), entry.name = std::move(name), entry.kind = "problem";
  entry.reference = std::move(reference), entry.formula = std::move(formula);
  entry.example = "thalweg minimize --problem " + entry.id;
  return Definition(std::move(entry));
}

Definition& Definition::integer(const char* name, const char* help, std::int64_t Shape::*member,
                                std::int64_t by_default, std::int64_t low, std::int64_t high) {
  OptionInfo o;
  o.name = name, o.type = "int", o.help = help, o.default_text = std::to_string(by_default);
  o.low = static_cast<double>(low);
  if (high > 0) o.high = static_cast<double>(high);
  o.get = [member](const void* shape) { return std::to_string(static_cast<const Shape*>(shape)->*member); };
  o.set = [member](const OptionInfo& info, void* shape, std::string_view text) {
    const std::int64_t v = detail::parse_integer(info.name, text);
    detail::check_range(info, static_cast<double>(v));
    static_cast<Shape*>(shape)->*member = v;
  };
  defaults_.*member = by_default;
  entry_.options.push_back(std::move(o));
  return *this;
}
Definition& Definition::n(std::int64_t by_default, std::int64_t low, std::int64_t high) {
  return integer("n", "number of variables", &Shape::n, by_default, low, high);
}
Definition& Definition::m(std::int64_t by_default, std::int64_t low, std::int64_t high) {
  return integer("m", "number of residuals", &Shape::m, by_default, low, high);
}
Definition& Definition::seed(const char* help) { return integer("seed", help, &Shape::seed, 0, 0, 0); }
Definition& Definition::instance() {
  return integer("instance", "which shifts and rotations", &Shape::instance, 1, 1, 100'000);
}

Definition& Definition::number(const char* name, const char* help, double Shape::*member, double by_default,
                               double low) {
  OptionInfo o;
  o.name = name, o.type = "double", o.help = help, o.default_text = detail::format(by_default);
  o.low = low, o.low_open = low == 0.0;
  o.get = [member](const void* shape) { return detail::format(static_cast<const Shape*>(shape)->*member); };
  o.set = [member](const OptionInfo& info, void* shape, std::string_view text) {
    const double v = detail::parse_double(info.name, text);
    detail::check_range(info, v);
    static_cast<Shape*>(shape)->*member = v;
  };
  defaults_.*member = by_default;
  entry_.options.push_back(std::move(o));
  return *this;
}
Definition& Definition::condition(double by_default) {
  return number("condition", "condition number of the Hessian", &Shape::condition, by_default, 1.0);
}
Definition& Definition::choice(const char* name, const char* help, vector<std::string> names) {
  OptionInfo o;
  o.name = name, o.help = help, o.default_text = names.front(), o.choices = std::move(names);
  for (const std::string& n : o.choices) o.type += (o.type.empty() ? "" : "|") + n;
  o.get = [names = o.choices](const void* shape) {
    return names[static_cast<std::size_t>(static_cast<const Shape*>(shape)->choice)];
  };
  o.set = [](const OptionInfo& info, void* shape, std::string_view text) {
    const auto place = std::ranges::find(info.choices, text);
    if (place == info.choices.end())
      throw InvalidArgument("option `" + info.name + "` is \"" + std::string(text) + "\"; it is one of " +
                            info.range());
    static_cast<Shape*>(shape)->choice = place - info.choices.begin();
  };
  entry_.options.push_back(std::move(o));
  return *this;
}
Definition& Definition::scaled_start() { return scaled_start_ = true, *this; }

registry::ProblemItem Definition::make(std::function<Problem(const Shape&)> make) const {
  if (scaled_start_) {  // the last option
    Definition scaled = *this;
    scaled.scaled_start_ = false;
    scaled.number("start", "the published start times this; a start of zeros becomes this in every entry",
                  &Shape::start, 1.0, 0.0);
    return scaled.make([make = std::move(make)](const Shape& shape) {
      Problem p = make(shape);
      const bool zero = std::ranges::all_of(p.start, [](double x) { return x == 0.0; });
      if (shape.start != 1.0)  // MINPACK's INITPT
        for (double& x : p.start) x = zero ? shape.start : shape.start * x;
      return p;
    });
  }
  registry::ProblemItem item;
  item.entry = entry_;
  item.make = [entry = entry_, defaults = defaults_, make = std::move(make)](const Settings& settings) {
    Shape shape = defaults;
    std::string id = entry.id;
    for (const auto& [name, text] : settings) {
      const OptionInfo* option = nullptr;
      for (const auto& o : entry.options)
        if (o.name == name) option = &o;
      if (option == nullptr) throw_unknown_option(entry, name);
      option->set(*option, &shape, text);
      id += id.size() == entry.id.size() ? ':' : ',';
      id.append(name).append("=").append(text);
    }
    auto problem = std::make_unique<Problem>(make(shape));
    problem->id = id, problem->name = entry.name, problem->reference = entry.reference;
    problem->notes = entry.notes;
    return problem;
  };
  return item;
}

}  // namespace thalweg::problems
