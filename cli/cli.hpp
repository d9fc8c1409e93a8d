// What the subcommands share: exit statuses, common options, numbers from words, JSON, the terminal.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/core/result.hpp"
#include "thalweg/core/search.hpp"
#include "thalweg/report/table.hpp"

namespace thalweg::cli {

using Json = nlohmann::ordered_json;  // keys come out in the order in which they are written

enum Exit : int { ran = 0, failed = 1, usage = 2, not_converged = 3, interrupted = 130 };

// A mistake on the command line: exit status 2. The message names option, value and what would be right.
class UsageError : public InvalidArgument {
 public:
  using InvalidArgument::InvalidArgument;
};

// Options that several subcommands have. Numbers arrive as text, so that all complaints read alike.
struct Common {
  std::string seed = "0", threads = "1", log, color = "auto";
  bool json = false, quiet = false;
  [[nodiscard]] std::uint64_t seed_number() const;
  [[nodiscard]] int thread_count() const;
  [[nodiscard]] bool color_on(int descriptor) const;  // --color, NO_COLOR, TERM and whether it is a terminal
};
void add_output_options(CLI::App& app, Common& common);  // --json --color
void add_run_options(CLI::App& app, Common& common);     // and --seed --threads --log --quiet

// Numbers from words; `option` is named in the complaint ("--target").
double number(const std::string& option, std::string_view text);    // inf allowed, nan not
double positive(const std::string& option, std::string_view text);  // > 0, finite
std::uint64_t whole(const std::string& option, std::string_view text, std::uint64_t least = 0);  // 1e6 is one
// Numbers separated by commas, blanks or lines.
std::vector<double> numbers(const std::string& option, std::string_view text);
// NAME=VALUE; `form` is what a complaint says it must be.
std::pair<std::string, std::string> name_and_value(const std::string& option, std::string_view text,
                                                   const std::string& form = "NAME=VALUE");
Tolerances tolerances(const std::vector<std::string>& texts);  // of --tolerance KIND=V, repeated
// What `make` makes; its complaint about the value of an option says whose option that is ("--method cma-es").
template <class Make>
auto made(const std::string& whose, const Make& make) {
  try {
    return make();
  } catch (const InvalidArgument& error) {
    if (!std::string_view(error.what()).starts_with("option `")) throw;
    throw UsageError(whose + ": " + error.what());
  }
}
std::string read_file(const std::string& option, const std::string& path);  // whole; UsageError if it can't be read
// The text itself, or the content of FILE for "@FILE".
std::string text_or_file(const std::string& option, const std::string& text);

// A number as JSON: not finite is "nan", "inf", "-inf".
Json json_number(double value);
Json json_numbers(std::span<const double> values);
Json json_entry(const Entry& entry);          // as `list --json`
Json json_evaluations(const Ledger& ledger);  // answers of each kind
void print_json(const Json& json);            // on stdout, one line
void print(std::string_view text);            // on stdout

bool is_terminal(int descriptor);
std::size_t terminal_width(int descriptor);  // 0 when it is not a terminal
// ANSI colours, or nothing at all.
struct Paint {
  bool on = false;
  [[nodiscard]] std::string strong(std::string_view text) const { return wrap("1", text); }
  [[nodiscard]] std::string faint(std::string_view text) const { return wrap("2", text); }
  [[nodiscard]] std::string good(std::string_view text) const { return wrap("32", text); }
  [[nodiscard]] std::string bad(std::string_view text) const { return wrap("31", text); }

 private:
  [[nodiscard]] std::string wrap(std::string_view code, std::string_view text) const {
    return on ? "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m" : std::string(text);
  }
};
void note(const Common& common, std::string_view text);  // on stderr, unless --quiet
void complain(std::string_view text);                    // "thalweg: error: …" on stderr
// Text broken at blanks to lines of at most `width` columns, each after the first begun with `indent` spaces.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

// Each subcommand adds itself; its callback sets `status`.
void add_list(CLI::App& app, int& status);
void add_show(CLI::App& app, int& status);
void add_minimize(CLI::App& app, int& status);
void add_fit(CLI::App& app, int& status);
void add_train(CLI::App& app, int& status);
void add_compare(CLI::App& app, int& status);
void add_report(CLI::App& app, int& status);
void add_resume(CLI::App& app, int& status);
void add_serve(CLI::App& app, int& status);

}  // namespace thalweg::cli
