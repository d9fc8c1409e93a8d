// thalweg show ID: one entry of the registry, whole.
#include <unistd.h>

#include <algorithm>

#include "cli.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::cli {

namespace {
struct ShowArguments {
  std::string id;
  Common common;
};

std::string accepted(const Entry& entry) {
  std::string text;
  for (const Quality quality : entry.accepts) text += (text.empty() ? "" : ", ") + std::string(name(quality));
  return text;
}

Json json_whole(const Entry& entry) {
  Json json = json_entry(entry);
  Json accepts = Json::array();
  for (const Quality quality : entry.accepts) accepts.push_back(name(quality));
  json["accepts"] = std::move(accepts);
  json["bounds"] = entry.bounds;
  json["needs_box"] = entry.needs_box;
  json["formula"] = entry.formula;
  json["cost"] = entry.cost;
  json["notes"] = entry.notes;
  json["example"] = entry.example;
  return json;
}

// Things of the same id in other kinds.
std::string namesakes(const Entry& entry) {
  std::string text;
  for (const std::string& kind : registry::kinds()) {
    if (kind == entry.kind || (kind == "data" && entry.kind == "data")) continue;
    for (const Entry& other : registry::entries(kind))
      if (other.id == entry.id && other.kind != entry.kind)
        text += (text.empty() ? "" : ", ") + ("thalweg show " + kind + "/" + other.id);
  }
  return text;
}

void show(const Entry& entry, const Common& common) {
  constexpr std::size_t indent = 13;
  const std::size_t terminal = terminal_width(STDOUT_FILENO);
  const std::size_t width = terminal == 0 ? 100 : std::clamp<std::size_t>(terminal, 40, 120);
  const Paint paint{common.color_on(STDOUT_FILENO)};
  std::string out = paint.strong(entry.id) + "  " + report::printable(entry.name) + "\n\n";
  const auto line = [&](std::string_view label, const std::string& text) {
    if (text.empty()) return;
    std::string head = "  " + std::string(label);
    head.resize(indent, ' ');
    out += paint.faint(head) + wrapped(text, indent, width) + "\n";
  };
  line("kind", entry.kind);
  line("section", entry.section.empty() ? "" : "§" + entry.section);
  line("reference", entry.reference);
  line("formula", entry.formula);
  if (entry.kind != "problems") line("asks", to_string(entry.asks));
  line("accepts", entry.accepts.empty() ? "" : accepted(entry) + " answers");
  if (entry.kind == "methods")
    line("bounds", entry.needs_box ? "a finite box, required" : entry.bounds ? "box constraints" : "none");
  line("cost", entry.cost);
  line("notes", entry.notes);
  line("example", entry.example);
  line("see also", namesakes(entry));
  if (!entry.options.empty()) {
    const auto range_of = [](const OptionInfo& o) {
      std::string range = o.range();
      if (!range.empty() || o.type == "double" || o.type == "text") return range;
      return o.type == "bool" ? std::string("true or false") : o.type;
    };
    std::size_t names = 6, defaults = 7, ranges = 5;  // the widths of the headings
    for (const OptionInfo& o : entry.options) {
      names = std::max(names, report::display_width(o.name));
      defaults = std::max(defaults, report::display_width(o.default_text));
      ranges = std::max(ranges, report::display_width(range_of(o)));
    }
    const std::size_t taken = 2 + names + 2 + defaults + 2 + ranges + 2;
    const std::size_t room = std::max<std::size_t>(width > taken ? width - taken : 0, 30);
    report::Table table;
    table.column("option").column("default", report::Align::right).column("range").column("meaning");
    for (const OptionInfo& o : entry.options) {
      std::string meaning = wrapped(o.help + (o.unit.empty() ? "" : " [" + o.unit + "]"), 0, room);
      const std::size_t end = std::min(meaning.find('\n'), meaning.size());
      table.row({{o.name, report::Tone::strong},
                 o.default_text,
                 {range_of(o), report::Tone::faint},
                 meaning.substr(0, end)});
      for (meaning.erase(0, end + 1); !meaning.empty();) {  // the other lines of a long meaning
        const std::size_t next = std::min(meaning.find('\n'), meaning.size());
        table.row({"", "", "", meaning.substr(0, next)});
        meaning.erase(0, next + 1);
      }
    }
    out += "\n" + table.text({.color = paint.on, .indent = 2});
  }
  print(out);
}
}  // namespace

void add_show(CLI::App& app, int& status) {
  CLI::App* sub =
      app.add_subcommand("show", "one thing whole: reference, formula, what it asks, options, cost, example");
  auto a = std::make_shared<ShowArguments>();
  sub->add_option("ID", a->id, "as `thalweg list` shows it; KIND/ID where two kinds have it")->required();
  add_output_options(*sub, a->common);
  sub->callback([a, &status] {
    const Entry entry = registry::find(a->id);
    if (a->common.json)
      print_json(json_whole(entry));
    else
      show(entry, a->common);
    status = ran;
  });
}

}  // namespace thalweg::cli
