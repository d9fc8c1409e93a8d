// thalweg list KIND: what the registry knows, one line each.
#include <unistd.h>

#include "cli.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::cli {

namespace {
struct ListArguments {
  std::string kind;
  Common common;
};

// The kinds themselves, when none is named.
void list_kinds(const Common& common) {
  if (common.json) {
    Json array = Json::array();
    for (const std::string& kind : registry::kinds())
      array.push_back({{"kind", kind}, {"entries", registry::entries(kind).size()}});
    return print_json(array);
  }
  report::Table table;
  table.column("kind").column("entries", report::Align::right).column("");
  for (const std::string& kind : registry::kinds())
    table.row({{kind, report::Tone::strong},
               std::to_string(registry::entries(kind).size()),
               {"thalweg list " + kind, report::Tone::faint}});
  print(table.text({.color = common.color_on(STDOUT_FILENO)}));
}

void list_entries(const ListArguments& a) {
  const std::vector<Entry> entries = registry::entries(a.kind);
  if (a.common.json) {
    Json array = Json::array();
    for (const Entry& entry : entries) array.push_back(json_entry(entry));
    return print_json(array);
  }
  bool any_section = false, any_asks = false;
  for (const Entry& entry : entries) {
    any_section = any_section || !entry.section.empty();
    any_asks = any_asks || (a.kind != "problems" && !entry.asks.empty());
  }
  report::Table table;
  table.column("id").column("name");
  if (any_section) table.column("§");
  if (any_asks) table.column("asks");
  for (const Entry& entry : entries) {
    std::vector<report::Cell> row = {{entry.id, report::Tone::strong}, entry.name};
    if (any_section) row.push_back(entry.section);
    if (any_asks) row.emplace_back(to_string(entry.asks), report::Tone::faint);
    table.row(std::move(row));
  }
  print(table.text({.color = a.common.color_on(STDOUT_FILENO), .max_width = terminal_width(STDOUT_FILENO)}));
}
}  // namespace

void add_list(CLI::App& app, int& status) {
  CLI::App* sub = app.add_subcommand("list", "what there is: methods, estimators, rules, problems …");
  auto a = std::make_shared<ListArguments>();
  std::string kinds;
  for (const std::string& kind : registry::kinds()) kinds += (kinds.empty() ? "" : ", ") + kind;
  sub->add_option("KIND", a->kind, kinds + "; without it, the kinds");
  add_output_options(*sub, a->common);
  sub->callback([a, &status] {
    a->kind.empty() ? list_kinds(a->common) : list_entries(*a);
    status = ran;
  });
}

}  // namespace thalweg::cli
