#include "thalweg/report/report.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <fstream>
#include <iterator>
#include <system_error>

#include "thalweg/core/options.hpp"
#include "thalweg/report/assets.hpp"
#include "thalweg/report/html.hpp"
#include "thalweg/report/look.hpp"
#include "thalweg/report/results.hpp"
#include "thalweg/report/sections.hpp"

namespace thalweg::report {
namespace {

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string out;
  for (const auto& w : words) out += (out.empty() ? "" : between) + w;
  return out;
}

std::string fact(const std::string& name, const std::string& html) {
  return html.empty() ? "" : fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, html);
}

std::string details(const std::string& title, const std::string& html) {
  return html.empty() ? "" : fmt::format("<details class=\"more\"><summary>{}</summary>{}</details>\n", title, html);
}

std::string text_block(const std::string& text) {
  return text.empty() ? "" : "<pre tabindex=\"0\">" + escaped(text) + "</pre>";
}

// 20 000, 20 G
std::string whole(double value) {
  if (!(value >= 1e4 && value < 1e6 && value == std::floor(value))) return html_count(value);
  std::string digits = fmt::format("{:.0f}", value);
  return digits.insert(digits.size() - 3, "\u202F");
}

std::string facts(const Results& r) {
  std::size_t runs = 0;
  for (const auto& m : r.methods) runs += m.runs.size();
  std::string budget;
  for (const auto& [kind, limit] : r.budget) {
    double value = missing;
    try {
      value = std::stod(limit);
    } catch (const std::exception&) {
    }
    const std::string unit = kind == "flops" ? "FLOPs" : kind;
    budget += (budget.empty() ? "" : ", ") + (std::isfinite(value) ? whole(value) : escaped(limit)) + " " +
              escaped(spaced(unit));
  }
  constexpr std::size_t most_named = 12;
  std::string problems;
  for (const auto& p : r.problems) problems += (problems.empty() ? "" : ", ") + escaped(p);
  if (r.problems.size() > most_named) problems = std::to_string(r.problems.size());
  return "<dl class=\"facts\">" + fact("What", r.training ? "training compared" : "minimisation compared") +
         fact(r.training              ? "Task"
              : r.problems.size() > 1 ? "Problems"
                                      : "Problem",
              problems) +
         fact("Methods", std::to_string(r.methods.size())) + fact("Runs", std::to_string(runs)) +
         fact("Seeds", escaped(joined(r.seeds, ", "))) + fact("Budget of a run", budget) + "</dl>\n";
}

std::string comparison(const Results& r, const std::string& id, bool alone) {
  const auto look = looks(r);
  std::string out = fmt::format("<section id=\"{}\" class=\"comparison\">\n", id);
  if (!alone) out += "<h2>" + escaped(r.name) + "</h2>\n";
  out += facts(r);
  std::string landscapes;
  const std::string curves = curve_chart(r, look, id + "-curves");
  for (std::size_t p = 0; p < r.landscapes.size(); ++p)
    landscapes += landscape_figure(r, r.landscapes[p], look, fmt::format("{}-landscape-{}", id, p));
  std::string notes;
  if (r.interrupted) notes += "<li>The comparison was interrupted: runs are missing.</li>";
  for (const auto& w : r.warnings) notes += "<li>" + escaped(w) + "</li>";
  if (!notes.empty()) notes = "<ul class=\"notes\" aria-label=\"Warnings\">" + notes + "</ul>\n";
  out += r.warnings.size() > 3 ? details(fmt::format("{} warnings", r.warnings.size()), notes) : notes;
  const char* level = alone ? "h2" : "h3";
  const auto part = [&](const char* title, const std::string& html) {
    if (!html.empty())
      out += fmt::format("<section class=\"part\"><{0}>{1}</{0}>\n{2}</section>\n", level, title, html);
  };
  part("Profiles", profile_figures(r, look, id + "-profiles", alone ? "h3" : "h4"));
  part("Results", result_tables(r, look, id));
  part(r.training ? "Learning curves" : "Progress", curves);
  part("Paths", landscapes.empty() ? "" : "<div class=\"landscapes\">" + landscapes + "</div>");
  part("Tuning", tuning_table(r, look, id));
  out += "<section class=\"part provenance\">\n" + fmt::format("<{0}>How it was made</{0}>\n", level);
  out += "<dl class=\"facts\">" + fact("Version", escaped(r.version)) +
         fact("Command", r.command.empty() ? "" : "<code>" + escaped(r.command) + "</code>") +
         fact("Seeds", escaped(joined(r.seeds, ", "))) + "</dl>\n";
  out += details("Configuration (TOML)", text_block(r.toml)) + details("Every run", run_table(r, id));
  return out + "</section></section>\n";
}

constexpr const char* content_policy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";
// The mark in the browser's tab: a valley and its lowest line.
constexpr const char* icon =
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 2c3 0 3 11 7 "
    "11s4-11 7-11' fill='none' stroke='%230072b2' stroke-width='2.4' stroke-linecap='round'/%3E%3C/svg%3E";

}  // namespace

std::string html_report(std::span<const Source> sources) {
  std::vector<Results> all;
  for (const auto& s : sources) all.push_back(parse_results(s.json, s.origin));
  if (all.empty()) throw InvalidArgument("report: no results given; name at least one directory with a results.json");
  const bool alone = all.size() == 1;
  const std::string title =
      alone ? (all[0].name.empty() ? "Comparison" : all[0].name) : fmt::format("{} comparisons", all.size());
  std::string body;
  if (!alone) {
    body += "<nav aria-label=\"Comparisons\"><ul>";
    for (std::size_t i = 0; i < all.size(); ++i)
      body += fmt::format("<li><a href=\"#c{}\">{}</a></li>", i, escaped(all[i].name));
    body += "</ul></nav>\n";
  }
  for (std::size_t i = 0; i < all.size(); ++i) body += comparison(all[i], fmt::format("c{}", i), alone);

  std::string page = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  page += fmt::format("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n", content_policy);
  page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  page += "<meta name=\"color-scheme\" content=\"light dark\">\n";
  page += fmt::format("<link rel=\"icon\" href=\"{}\">\n<title>{} – thalweg</title>\n", icon, escaped(title));
  page += "<style>\n" + assets::dygraphs_css() + "</style>\n<style>\n" + assets::report_css() + "</style>\n";
  page += "</head>\n<body>\n<main>\n<header><p class=\"brand\">thalweg</p><h1>" + escaped(title) +
          "</h1></header>\n<p id=\"trouble\" role=\"alert\" hidden></p>\n";
  page += body;
  page += "</main>\n<footer><p>Made by thalweg" + (alone ? " " + escaped(all[0].version) : std::string()) +
          ". This file needs nothing else: no network, no server.</p>\n";
  page += details("Licence of Dygraphs, the chart library inside", text_block(assets::dygraphs_licence()));
  page += "</footer>\n";
  page += "<script>\n" + assets::report_js() + "</script>\n<script>\n" + assets::dygraphs_js() +
          "</script>\n</body>\n</html>\n";
  return page;
}

std::string html_report(const std::string& results_json) {
  const Source source{results_json};
  return html_report(std::span<const Source>(&source, 1));
}

void write_report(const std::vector<std::filesystem::path>& dirs, const std::filesystem::path& out) {
  namespace fs = std::filesystem;
  std::vector<Source> sources;
  for (const auto& dir : dirs) {
    const fs::path file = fs::is_directory(dir) ? dir / "results.json" : dir;
    std::ifstream in(file, std::ios::binary);
    if (!in)
      throw InvalidArgument(file.string() +
                            ": can't be read; a report needs the directory that `thalweg compare` wrote to");
    sources.push_back({std::string(std::istreambuf_iterator<char>(in), {}), file.string()});
  }
  const std::string html = html_report(sources);
  std::error_code error;
  if (out.has_parent_path()) fs::create_directories(out.parent_path(), error);
  fs::path part = out;
  part += fmt::format(".part{}", ::getpid());
  if (!error) {
    errno = 0;
    std::ofstream file(part, std::ios::binary);
    file << html;
    file.close();
    if (!file) error.assign(errno != 0 ? errno : EIO, std::generic_category());
  }
  if (!error) fs::rename(part, out, error);
  if (error) {
    std::error_code ignored;
    fs::remove(part, ignored);
    throw InvalidArgument(out.string() + ": can't be written: " + error.message());
  }
}

}  // namespace thalweg::report
