// Options described once: name, type, default, range, unit and meaning of every member of a plain struct.
// The registry, `thalweg list`, --set, TOML, error messages, Python and the docs' tables all read this.
//
//   Description<NelderMead> NelderMead::describe() {
//     Description<NelderMead> d("nelder-mead", "Nelder–Mead simplex", "3.1");
//     d.reference("Nelder & Mead (1965); …").asks(AnswerKind::value).cost("…").notes("…");
//     d.option("reflection", &NelderMead::reflection, "how far the worst vertex is mirrored").above(0.0);
//     return d;
//   }
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "thalweg/core/question.hpp"

namespace thalweg {

// A user's mistake in an option, a size or a name: the message names the argument, the value and what would be right.
class InvalidArgument : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};
// The objective lacks an answer that the method needs: the message says which and how to get it.
class MissingAnswer : public InvalidArgument {
 public:
  using InvalidArgument::InvalidArgument;
};

// "did you mean `memory`?" — the nearest of the names (Damerau–Levenshtein distance ≤ 1 + length/3), or "".
std::string nearest(std::string_view word, const std::vector<std::string>& names);

struct OptionInfo {
  std::string name, type, unit, help;  // type: "bool", "int", "double", "text", "list", or "a|b|c" for choices
  std::string default_text;
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool low_open = false, high_open = false;  // an open side excludes its end
  std::vector<std::string> choices;
  std::function<std::string(const void*)> get;
  std::function<void(const OptionInfo&, void*, std::string_view)> set;  // parses, checks, throws InvalidArgument
  [[nodiscard]] std::string range() const;                              // "(0, 1]", "≥ 1", "a, b or c", ""
};

// What the registry knows of one thing.
struct Entry {
  std::string id, name, kind, section, reference;
  std::string formula, cost, notes, example;  // formula in plain text; notes: where it departs from the paper
  Kinds asks;
  std::vector<Quality> accepts;  // empty: any; {exact}: line searches and quasi-Newton methods
  bool bounds = false;           // supports box constraints
  bool needs_box = false;        // … and searches between them: every variable must have finite ones
  std::vector<OptionInfo> options;
};

namespace detail {
double parse_double(std::string_view option, std::string_view text);
std::int64_t parse_integer(std::string_view option, std::string_view text);
bool parse_bool(std::string_view option, std::string_view text);
std::vector<double> parse_list(std::string_view option, std::string_view text);
std::string format(double value);  // shortest text that reads back the same
std::string format(const std::vector<double>& values);
void check_range(const OptionInfo& option, double value);
}  // namespace detail

using Settings = std::vector<std::pair<std::string, std::string>>;  // name, value as text

[[noreturn]] void throw_unknown_option(const Entry& entry, std::string_view option_name);

template <class T>
class Description : public Entry {
 public:
  class Option {
   public:
    Option(std::vector<OptionInfo>& options, std::size_t index) : options_(&options), index_(index) {}
    Option& at_least(double v) { return info().low = v, info().low_open = false, *this; }
    Option& above(double v) { return info().low = v, info().low_open = true, *this; }
    Option& at_most(double v) { return info().high = v, info().high_open = false, *this; }
    Option& below(double v) { return info().high = v, info().high_open = true, *this; }
    Option& unit(std::string v) { return info().unit = std::move(v), *this; }

   private:
    OptionInfo& info() { return (*options_)[index_]; }
    std::vector<OptionInfo>* options_;
    std::size_t index_;
  };

  Description(std::string id_, std::string name_, std::string section_) {
    id = std::move(id_), name = std::move(name_), section = std::move(section_);
  }
  Description& reference(std::string v) { return Entry::reference = std::move(v), *this; }
  Description& formula(std::string v) { return Entry::formula = std::move(v), *this; }
  Description& cost(std::string v) { return Entry::cost = std::move(v), *this; }
  Description& notes(std::string v) { return Entry::notes = std::move(v), *this; }
  Description& example(std::string v) { return Entry::example = std::move(v), *this; }
  Description& asks(Kinds v) { return Entry::asks = v, *this; }
  Description& needs_exact() { return Entry::accepts = {Quality::exact}, *this; }
  Description& supports_bounds() { return Entry::bounds = true, *this; }
  Description& needs_box() { return Entry::bounds = Entry::needs_box = true, *this; }

  Option option(std::string option_name, double T::*member, std::string help) {
    return add(
        std::move(option_name), "double", std::move(help), member,
        [](const OptionInfo& o, std::string_view text) {
          const double v = detail::parse_double(o.name, text);
          detail::check_range(o, v);
          return v;
        },
        [](double v) { return detail::format(v); });
  }
  template <std::integral I>
  requires(!std::same_as<I, bool>) Option option(std::string option_name, I T::*member, std::string help) {
    return add(
        std::move(option_name), "int", std::move(help), member,
        [](const OptionInfo& o, std::string_view text) {
          const std::int64_t v = detail::parse_integer(o.name, text);
          detail::check_range(o, static_cast<double>(v));
          if (!std::in_range<I>(v)) throw InvalidArgument(o.name + ": " + std::string(text) + " is too large");
          return static_cast<I>(v);
        },
        [](I v) { return std::to_string(v); });
  }
  Option option(std::string option_name, bool T::*member, std::string help) {
    return add(
        std::move(option_name), "bool", std::move(help), member,
        [](const OptionInfo& o, std::string_view text) { return detail::parse_bool(o.name, text); },
        [](bool v) { return std::string(v ? "true" : "false"); });
  }
  Option option(std::string option_name, std::string T::*member, std::string help) {
    return add(
        std::move(option_name), "text", std::move(help), member,
        [](const OptionInfo&, std::string_view text) { return std::string(text); },
        [](const std::string& v) { return v; });
  }
  Option option(std::string option_name, std::vector<double> T::*member, std::string help) {
    return add(
        std::move(option_name), "list", std::move(help), member,
        [](const OptionInfo& o, std::string_view text) { return detail::parse_list(o.name, text); },
        [](const std::vector<double>& v) { return detail::format(v); });
  }
  // An enum, with the text of each value, in order of the values 0, 1, 2 …
  template <class E>
  requires std::is_enum_v<E> Option option(std::string option_name, E T::*member, std::vector<std::string> names,
                                           std::string help) {
    std::string type;
    for (const auto& n : names) type += (type.empty() ? "" : "|") + n;
    Option made = add(
        std::move(option_name), type, std::move(help), member,
        [](const OptionInfo& o, std::string_view text) {
          for (std::size_t i = 0; i < o.choices.size(); ++i)
            if (o.choices[i] == text) return static_cast<E>(i);
          throw InvalidArgument("option `" + o.name + "` is \"" + std::string(text) + "\"; it is one of " +
                                o.range());
        },
        [names](E v) { return names[static_cast<std::size_t>(v)]; });
    options.back().choices = std::move(names);
    return made;
  }

  // Sets one option by name; an unknown name is an error that offers the nearest.
  void set(T& object, std::string_view option_name, std::string_view text) const {
    for (const auto& o : options)
      if (o.name == option_name) return o.set(o, &object, text);
    throw_unknown_option(*this, option_name);
  }
  // A T with the settings applied.
  [[nodiscard]] T make(const Settings& settings) const {
    T object{};
    for (const auto& [n, v] : settings) set(object, n, v);
    return object;
  }

 private:
  template <class V, class Parse, class Format>
  Option add(std::string option_name, std::string type, std::string help, V T::*member, Parse parse, Format format) {
    OptionInfo info;
    info.name = std::move(option_name), info.type = std::move(type), info.help = std::move(help);
    info.default_text = format(T{}.*member);
    info.get = [member, format](const void* object) { return format(static_cast<const T*>(object)->*member); };
    info.set = [member, parse](const OptionInfo& o, void* object, std::string_view text) {
      static_cast<T*>(object)->*member = parse(o, text);
    };
    options.push_back(std::move(info));
    return Option(options, options.size() - 1);
  }
};

}  // namespace thalweg
