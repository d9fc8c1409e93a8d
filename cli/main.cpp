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
  std::string said = error.what();
  const std::size_t colon = said.find(": ");
  const std::string named = said.substr(0, colon);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr && colon != std::string::npos)
    said = named + (said.find("received") != std::string::npos ? " is given more than once" : " needs a value");
  else if (said.substr(std::min(colon, said.size())).starts_with(": is "))
    return named + said.substr(colon + 1);
  return said + " (" + where + " --help shows what there is)";
}

// An option given as "" is a slip, such as a shell's variable that is not set.
void refuse_empty(CLI::App& app) {
  for (CLI::App* sub : app.get_subcommands([](CLI::App*) { return true; }))
    for (CLI::Option* option : sub->get_options())
      if (option->get_items_expected_max() > 0)
        option->check([](const std::string& text) {
          return text.empty() ? std::string("is empty; give a value, or leave it out") : std::string();
        });
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
  add_fit(app, status);
  add_train(app, status);
  add_compare(app, status);
  add_report(app, status);
  add_resume(app, status);
  add_serve(app, status);
  refuse_empty(app);
  try {
    if (argc > 1 && std::string_view(argv[1]) == "help") {  // `help` and `help COMMAND`
      std::vector<std::string> words{"--help"};             // from the last to the first
      for (int i = 2; i < argc; ++i) words.insert(words.begin() + 1, argv[i]);
      app.parse(std::move(words));
    } else {
      app.parse(argc, argv);
    }
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
