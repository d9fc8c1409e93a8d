// Reading TOML tables strictly: unknown keys and values of a wrong kind are errors that name file, line and remedy.
// For sources only: no public header includes it.
#pragma once

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/core/options.hpp"

namespace thalweg {

// A table being read: every key must be taken by someone, or it is unknown.
class TomlReader {
 public:
  TomlReader(const toml::table& table, std::string where, const std::string& origin)
      : table_(table), where_(std::move(where)), origin_(origin) {}

  [[noreturn]] void fail(const toml::node* node, const std::string& what) const {
    const auto line = node != nullptr ? node->source().begin.line : table_.source().begin.line;
    throw InvalidArgument(origin_ + (line > 0 ? ", line " + std::to_string(line) : "") + ": " + what);
  }
  [[noreturn]] void wrong(const std::string& key, const toml::node& node, const std::string& expected) const {
    fail(&node, path(key) + " is " + shown(node) + "; expected " + expected);
  }
  const toml::node* get(const std::string& key) {
    known_.push_back(key);
    return table_.get(key);
  }
  std::string text(const std::string& key, std::string fallback = {}) {
    const toml::node* node = get(key);
    if (node == nullptr) return fallback;
    const auto value = node->value_exact<std::string>();
    if (!value) wrong(key, *node, "text");
    return *value;
  }
  // Text, or a list of texts.
  std::vector<std::string> texts(const std::string& key) {
    const toml::node* node = get(key);
    if (node == nullptr) return {""};
    if (const auto one = node->value_exact<std::string>()) return {*one};
    std::vector<std::string> all;
    if (const auto* list = node->as_array())
      for (const auto& entry : *list) {
        const auto value = entry.value_exact<std::string>();
        if (!value) wrong(key, entry, "text");
        all.push_back(*value);
      }
    if (all.empty()) wrong(key, *node, "text or a list of texts");
    return all;
  }
  bool flag(const std::string& key, bool fallback) {
    const toml::node* node = get(key);
    if (node == nullptr) return fallback;
    const auto value = node->value_exact<bool>();
    if (!value) wrong(key, *node, "true or false");
    return *value;
  }
  std::optional<double> number(const std::string& key) {
    const toml::node* node = get(key);
    if (node == nullptr) return {};
    const auto value = node->is_number() ? node->value<double>() : std::nullopt;
    if (!value || !std::isfinite(*value)) wrong(key, *node, "a finite number");
    return value;
  }
  std::optional<double> positive(const std::string& key) {
    const auto value = number(key);
    if (value && !(*value > 0.0)) wrong(key, *table_.get(key), "a number > 0");
    return value;
  }
  // A whole number ≥ least; 1e6 is one.
  std::optional<std::uint64_t> whole(const std::string& key, std::uint64_t least) {
    const auto value = number(key);
    if (!value) return {};
    if (*value != std::floor(*value) || *value < static_cast<double>(least) || *value > 0x1p53)
      wrong(key, *table_.get(key), "a whole number ≥ " + std::to_string(least));
    return static_cast<std::uint64_t>(*value);
  }
  // `key` is not there: a key that is near it is taken for a slip of it.
  [[noreturn]] void missing(const std::string& key, const std::string& remedy) const {
    for (const auto& [there, node] : table_)
      if (!nearest(there.str(), {key}).empty())
        fail(&node, "unknown key " + path(std::string(there.str())) + "; did you mean `" + key + "`?");
    fail(nullptr, path(key) + " is missing; " + remedy);
  }
  // Call last: whatever was not asked for is a mistake.
  void finish() const {
    for (const auto& [key, node] : table_) {
      const std::string name(key.str());
      if (std::ranges::find(known_, name) != known_.end()) continue;
      const std::string near = nearest(name, known_);
      std::string all;
      for (const auto& k : known_) all += (all.empty() ? "" : ", ") + k;
      fail(&node, "unknown key " + path(name) +
                      (near.empty() ? "; the keys here are " + all : "; did you mean `" + near + "`?"));
    }
  }
  [[nodiscard]] std::string path(const std::string& key) const {
    return "`" + (where_.empty() ? key : where_ + "." + key) + "`";
  }
  [[nodiscard]] const std::string& origin() const { return origin_; }

 private:
  static std::string shown(const toml::node& node) {
    std::string text;
    node.visit([&](const auto& value) {
      if constexpr (toml::is_string<decltype(value)>)
        text = "\"" + value.get() + "\"";
      else if constexpr (toml::is_integer<decltype(value)>)
        text = std::to_string(value.get());
      else if constexpr (toml::is_floating_point<decltype(value)>)
        text = detail::format(value.get());
      else if constexpr (toml::is_boolean<decltype(value)>)
        text = value.get() ? "true" : "false";
      else if constexpr (toml::is_array<decltype(value)>)
        text = "a list";
      else if constexpr (toml::is_table<decltype(value)>)
        text = "a table";
      else
        text = "a date";
    });
    return text;
  }
  const toml::table& table_;
  std::string where_;
  const std::string& origin_;
  std::vector<std::string> known_;
};

// An option's value as the text that options are parsed from; a list of numbers is "a,b,c".
inline std::optional<std::string> as_text(const toml::node& node) {
  if (const auto v = node.value_exact<std::string>()) return *v;
  if (const auto v = node.value_exact<bool>()) return *v ? "true" : "false";
  if (const auto v = node.value_exact<std::int64_t>()) return std::to_string(*v);
  if (const auto v = node.value_exact<double>()) return detail::format(*v);
  const auto* list = node.as_array();
  if (list == nullptr || list->empty()) return {};
  std::string all;
  for (const auto& entry : *list) {
    if (!entry.is_number()) return {};
    all += (all.empty() ? "" : ",") + *as_text(entry);
  }
  return all;
}

inline const toml::table* table_at(TomlReader& reader, const std::string& key) {
  const toml::node* node = reader.get(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table()) reader.wrong(key, *node, "a table");
  return node->as_table();
}

}  // namespace thalweg
