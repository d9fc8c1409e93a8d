// The command-line tool. Results on stdout, everything else on stderr; exit statuses as in cli.hpp.
#include <cstdio>
#include <exception>

#include "cli.hpp"
#include "thalweg/core/stamp.hpp"

namespace thalweg::cli {

namespace {

void print_version() {
  std::string backends;
  for (const auto& [name, number] : libraries()) backends += (backends.empty() ? "" : ", ") + name + " " + number;
  print("thalweg " + version() + "\ncompiler: " + compiler() + "\ninstruction set: " + instruction_set() +
        "\nbackends: " + backends + "\n");
}

// The subcommand that was being read.
CLI::App* chosen(CLI::App& app) {
  CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return at;
}

// CLI11's complaint in our words, with the nearest name for an unknown one.
std::string explained(CLI::App& app, const CLI::ParseError& error) {
  CLI::App* at = chosen(app);
  const std::string where = at == &app ? "thalweg" : "thalweg " + at->get_name();
  const std::vector<std::string> left = app.remaining(true);
  if (!left.empty()) {
    std::string word = left.front();
    std::vector<std::string> names;
    if (word.starts_with('-')) {
      word = word.substr(0, word.find('='));
      for (const CLI::Option* option : at->get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    } else if (at == &app) {
      for (const CLI::App* sub : app.get_subcommands([](CLI::App*) { return true; }))
        names.push_back(sub->get_name());
    }
    const std::string guess = nearest(word, names);
    const std::string what = word.starts_with('-') ? "option" : at == &app ? "command" : "argument";
    return "unknown " + what + " `" + word + "`" + (at == &app ? "" : " of " + where) +
           (guess.empty() ? "; " + where + " --help shows what there is" : "; did you mean `" + guess + "`?");
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && at == &app)
    return "no command was given; thalweg --help shows what there is";
  return std::string(error.what()) + " (" + where + " --help shows what there is)";
}

// Everything was written? A full disk under stdout must not look like success.
int flushed(int status) {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    complain("the result could not be written to stdout");
    return status == ran ? failed : status;
  }
  return status;
}

int run(int argc, char** argv) {
  CLI::App app("Thalweg finds minima with methods of every derivative order.", "thalweg");
  int status = ran;
  app.set_help_flag("-h,--help", "this help");
  app.require_subcommand(1);
  app.add_flag_callback(
      "--version",
      [] {
        print_version();
        throw CLI::Success();
      },
      "version, compiler, instruction set and backends");
  add_list(app, status);
  add_show(app, status);
  add_minimize(app, status);
  add_train(app, status);
  add_compare(app, status);
  add_report(app, status);
  add_resume(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    CLI::App* at = chosen(app);
    print(at == &app ? app.help() : at->help("thalweg"));
  } catch (const CLI::Success&) {  // --version
  } catch (const CLI::ParseError& error) {
    complain(explained(app, error));
    return usage;
  }
  return status;
}

}  // namespace
}  // namespace thalweg::cli

int main(int argc, char** argv) {
  using namespace thalweg;
  try {
    return cli::flushed(cli::run(argc, argv));
  } catch (const InvalidArgument& error) {
    cli::complain(error.what());
    return cli::usage;
  } catch (const std::bad_alloc&) {
    cli::complain("out of memory");
  } catch (const std::exception& error) {
    cli::complain(error.what());
  }
  return cli::failed;
}
