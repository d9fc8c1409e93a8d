// thalweg resume STUDY.db | RUN-DIR.
#include "resume.hpp"

#include "minimize.hpp"

namespace thalweg::cli {

void add_resume(CLI::App& app, int& status) {
  CLI::App* sub = app.add_subcommand("resume", "go on with a study, a comparison or a training, whatever ended it");
  auto a = std::make_shared<MinimizeArguments>();
  auto path = std::make_shared<std::string>();
  sub->add_option("PATH", *path, "the file of minimize --study, or the folder of compare or of train --checkpoint")
      ->required();
  add_minimize_budgets(*sub, *a);
  add_output_options(*sub, a->common);
  a->common.threads.clear();
  sub->add_option("--threads", a->common.threads, "default: as before")->type_name("N");
  sub->add_option("--log", a->common.log, "what happens, one JSON object a line")->type_name("FILE.jsonl");
  sub->add_flag("--quiet", a->common.quiet, "nothing on stderr but errors");
  sub->callback([a, path, sub, &status] {
    if (!std::filesystem::is_directory(*path)) {
      status = resume_study(*path, *a);
      return;
    }
    for (const CLI::Option* option : sub->get_options())
      if (option->get_group() == "Budgets" && option->count() > 0)
        throw UsageError("--" + option->get_lnames().front() + " is for a study; " + *path + " is a folder");
    if (is_training(*path))
      status = resume_training(*path, a->common);
    else if (is_comparison(*path))
      status = resume_comparison(*path, a->common);
    else
      throw UsageError(*path + " is neither a study nor a folder that compare or train --checkpoint wrote");
  });
}

}  // namespace thalweg::cli
