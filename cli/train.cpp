// thalweg train: one network, one credit rule, one update rule, one data set.
#include "thalweg/credit/train.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "cli.hpp"
#include "interrupt.hpp"
#include "progress.hpp"
#include "resume.hpp"
#include "thalweg/core/json_log.hpp"
#include "thalweg/core/stamp.hpp"
#include "thalweg/experiment/composition.hpp"
#include "thalweg/network/data/load.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::cli {

namespace {

namespace fs = std::filesystem;
constexpr const char* kept_request = "request.json";  // in the checkpoint's folder: what `resume` reads

// Every option as its text, so that the checkpoint can keep the request.
struct TrainArguments {
  std::string data, model, loss, credit = "backprop", rule = "adam", scalar = "float", batch = "32";
  std::string max_epochs, max_samples, max_flops, max_seconds, validation = "0.15", test = "0.2", checkpoint;
  std::vector<std::string> set;
  bool standardise = false, resume = false;
  Common common;
};

struct Kept {
  const char* name;
  std::string TrainArguments::*text;
};
using A = TrainArguments;
constexpr Kept kept[] = {{"data", &A::data},
                         {"model", &A::model},
                         {"loss", &A::loss},
                         {"credit", &A::credit},
                         {"rule", &A::rule},
                         {"scalar", &A::scalar},
                         {"batch", &A::batch},
                         {"max-epochs", &A::max_epochs},
                         {"max-samples", &A::max_samples},
                         {"max-flops", &A::max_flops},
                         {"max-seconds", &A::max_seconds},
                         {"validation", &A::validation},
                         {"test", &A::test}};

Json to_json(const TrainArguments& a) {
  Json json;
  for (const Kept& k : kept) json[k.name] = a.*k.text;
  json["set"] = a.set;
  json["standardise"] = a.standardise;
  json["seed"] = a.common.seed_number();
  json["threads"] = a.common.threads;
  return json;
}

TrainArguments from_json(const std::string& text) {
  TrainArguments a;
  const Json json = Json::parse(text);
  for (const Kept& k : kept) a.*k.text = json.at(k.name).get<std::string>();
  a.set = json.at("set").get<std::vector<std::string>>();
  a.standardise = json.at("standardise").get<bool>();
  a.common.seed = std::to_string(json.at("seed").get<std::uint64_t>());
  a.common.threads = json.at("threads").get<std::string>();
  return a;
}

double fraction(const std::string& option, const std::string& text) {
  const double value = number(option, text);
  if (!(value >= 0.0 && value < 1.0)) throw UsageError(option + " is " + text + "; it must be in [0, 1)");
  return value;
}

Initialisation initialisation_named(const std::string& text) {
  const std::vector<std::string> names = {"automatic", "glorot", "he", "lecun"};
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<Initialisation>(i);
  throw UsageError("--set model.initialisation is \"" + text + "\"; it is one of automatic, glorot, he or lecun");
}

struct Request {
  Credit credit;
  Rule rule;
  Network network;
  TrainOptions options;
  LoadOptions load;
};

Request prepare(const TrainArguments& a) {
  if (a.data.empty()) throw UsageError("give --data: `thalweg list data` shows what there is");
  if (a.model.empty())
    throw UsageError(
        "give --model, such as 64-32-10: inputs, hidden layers and outputs, joined by -, then :tanh or the "
        "like for another activation than relu");
  Settings model, credit, rule;
  for (const std::string& text : a.set) {
    auto [name, value] = name_and_value("--set", text);
    if (name.starts_with("model."))
      model.emplace_back(name.substr(6), value);
    else if (name.starts_with("credit."))
      credit.emplace_back(name.substr(7), value);
    else if (name.starts_with("rule."))
      rule.emplace_back(name.substr(5), value);
    else
      throw UsageError("--set " + name + ": in training, names begin with model., credit. or rule.");
  }
  Request r{made("--credit " + a.credit, [&] { return registry::make_credit(a.credit, credit); }),
            parse_rule(rule_with(a.rule, rule)),
            Network::parse(a.model),
            {},
            {}};
  TrainOptions& o = r.options;
  for (const auto& [name, value] : model) {
    if (name != "initialisation")
      throw UsageError("--set model." + name + ": the model's one option is model.initialisation");
    o.initialisation = initialisation_named(value);
  }
  o.batch = whole("--batch", a.batch, 1);
  if (!a.loss.empty()) o.loss = loss_named(a.loss);
  if (!a.max_epochs.empty()) o.max_epochs = positive("--max-epochs", a.max_epochs);
  if (!a.max_samples.empty()) o.max_samples = whole("--max-samples", a.max_samples, 1);
  if (!a.max_flops.empty()) o.max_flops = positive("--max-flops", a.max_flops);
  if (!a.max_seconds.empty()) o.max_seconds = positive("--max-seconds", a.max_seconds);
  if (!o.max_epochs && !o.max_samples && !o.max_flops && !o.max_seconds) o.max_epochs = 10.0;
  o.seed = a.common.seed_number();
  o.threads = a.common.thread_count();
  o.checkpoint = a.checkpoint;
  o.resume = a.resume;
  r.load.split.validation = fraction("--validation", a.validation);
  r.load.split.test = fraction("--test", a.test);
  r.load.standardise = a.standardise;
  return r;
}

Json json_score(const Score& score) {
  return {{"loss", json_number(score.loss)}, {"accuracy", json_number(score.accuracy)}};
}

std::string text_of(const Score& score) {
  if (std::isnan(score.loss)) return "";
  std::string text = "loss " + report::number(score.loss, 5);
  if (!std::isnan(score.accuracy)) text += ", accuracy " + report::percent(score.accuracy, 2);
  return text;
}

template <class S>
void print_result(const TrainResult<S>& r, const Common& common) {
  const Paint paint{common.color_on(STDOUT_FILENO)};
  std::string out = paint.strong(report::printable(r.data)) + " · " + paint.strong(r.model) + " · " +
                    paint.strong(r.credit) + " · " + paint.strong(r.rule) + "\n";
  const auto line = [&](std::string_view label, const std::string& text) {
    if (text.empty()) return;
    std::string head = "  " + std::string(label);
    head.resize(15, ' ');
    out += paint.faint(head) + wrapped(report::printable(text), 15, 100) + "\n";
  };
  line("train", text_of(r.train));
  line("validation", text_of(r.validation));
  line("test", text_of(r.test));
  const std::string status(name(r.status));
  out += paint.faint("  stopped      ") +
         (r.status == Status::numerical_failure ? paint.bad(status) : paint.strong(status)) + "\n";
  line("", r.message);
  line("samples", std::to_string(r.samples) + " in " + std::to_string(r.steps) + (r.steps == 1 ? " step" : " steps"));
  line("passes",
       std::to_string(r.work.forward_passes) + " forward, " + std::to_string(r.work.backward_passes) + " backward");
  line("FLOPs", report::counted(r.work.flops));
  line("time", report::seconds(r.seconds));
  if (!std::isnan(r.cosine))
    line("gradient", "cosine to the true one " + report::number(r.cosine, 3) + ", relative variance " +
                         report::number(r.variance, 3));
  line("checkpoint", r.checkpoint);
  print(out);
}

template <class S>
Json json_result(const TrainResult<S>& r) {
  return {{"credit", r.credit},
          {"rule", r.rule},
          {"model", r.model},
          {"data", r.data},
          {"status", name(r.status)},
          {"message", r.message},
          {"train", json_score(r.train)},
          {"validation", json_score(r.validation)},
          {"test", json_score(r.test)},
          {"samples", r.samples},
          {"forward_passes", r.work.forward_passes},
          {"backward_passes", r.work.backward_passes},
          {"flops", json_number(r.work.flops)},
          {"seconds", json_number(r.seconds)},
          {"seed", r.seed},
          {"version", version()},
          {"checkpoint", r.checkpoint.empty() ? Json(nullptr) : Json(r.checkpoint)}};
}

// The members of one object, for a line of the log.
std::string members(const Json& json) {
  const std::string text = json.dump();
  return text.substr(1, text.size() - 2);
}

template <class S>
int execute(const TrainArguments& a, Request& request) {
  const Split<S> data = load_data<S>(a.data, request.load);
  std::unique_ptr<JsonLog> log;
  if (!a.common.log.empty()) log = std::make_unique<JsonLog>(a.common.log);
  if (log)
    log->line("start", members({{"credit", request.credit.id()},
                                {"rule", request.rule.text()},
                                {"model", request.network.text()},
                                {"data", a.data},
                                {"seed", request.options.seed},
                                {"stamp", stamp()}}));
  TrainResult<S> result;
  {
    ProgressBar bar(a.common);
    request.options.callback = [&](const TrainProgress& p) {
      if (log)
        log->line("iteration", members({{"step", p.step},
                                        {"samples", p.samples},
                                        {"loss", json_number(p.loss)},
                                        {"validation", json_score(p.validation)},
                                        {"flops", json_number(p.flops)},
                                        {"seconds", json_number(p.seconds)}}));
      if (bar.due()) {
        const std::string validation = text_of(p.validation);
        bar.show(p.fraction, report::counted(static_cast<double>(p.samples)) + " samples · loss " +
                                 report::number(p.loss) + (validation.empty() ? "" : " · validation " + validation));
      }
      return Control::proceed;
    };
    request.options.interrupt = &catch_interrupts();
    result = train<S>(request.network, data, request.credit, request.rule, request.options);
  }
  a.common.json ? print_json(json_result(result)) : print_result(result, a.common);
  std::fflush(stdout);
  int status = result.status == Status::interrupted ? interrupted : result.diverged ? failed : ran;
  if (result.diverged) complain("the training diverged: " + result.message);
  if (status == interrupted && !result.checkpoint.empty())
    note(a.common, "thalweg: interrupted; `thalweg resume " + a.checkpoint + "` goes on");
  if (log) {
    log->line("stop", members({{"status", name(result.status)},
                               {"message", result.message},
                               {"samples", result.samples},
                               {"flops", json_number(result.work.flops)},
                               {"seconds", json_number(result.seconds)}}));
    if (const std::string trouble = log->flush(); !trouble.empty()) {
      complain("--" + trouble);
      if (status == ran) status = failed;
    }
  }
  return status;
}

int run(TrainArguments a) {
  catch_interrupts();  // from the first moment on
  a.model = text_or_file("--model", a.model);
  while (!a.model.empty() && (a.model.back() == '\n' || a.model.back() == ' ')) a.model.pop_back();
  if (a.scalar != "float" && a.scalar != "double")
    throw UsageError("--scalar is \"" + a.scalar + "\"; it is float or double");
  Request request = prepare(a);
  if (!a.checkpoint.empty() && !a.resume) {
    const fs::path folder = a.checkpoint;
    if (fs::exists(folder / "checkpoint.safetensors"))
      throw UsageError("--checkpoint " + a.checkpoint + " holds a training already; `thalweg resume " + a.checkpoint +
                       "` goes on with it, or give another folder");
    std::error_code error;
    fs::create_directories(folder, error);
    std::ofstream file(folder / kept_request, std::ios::binary);
    file << to_json(a).dump() << "\n";
    file.close();
    if (error || !file) throw UsageError("--checkpoint: cannot write to the folder " + a.checkpoint);
  }
  return a.scalar == "float" ? execute<float>(a, request) : execute<double>(a, request);
}

}  // namespace

bool is_training(const fs::path& folder) { return fs::exists(folder / kept_request); }

int resume_training(const fs::path& folder, const Common& common) {
  TrainArguments a = from_json(read_file("resume", (folder / kept_request).string()));
  const std::string seed = a.common.seed, threads = common.threads.empty() ? a.common.threads : common.threads;
  a.common = common;
  a.common.seed = seed;
  a.common.threads = threads;
  a.checkpoint = folder.string();
  a.resume = fs::exists(folder / "checkpoint.safetensors");  // cut off before the first: from the start
  if (!a.resume) fs::remove(folder / kept_request);
  return run(a);
}

void add_train(CLI::App& app, int& status) {
  CLI::App* sub = app.add_subcommand("train", "one network, one credit rule, one update rule");
  auto a = std::make_shared<TrainArguments>();
  const auto text = [sub](const char* flag, std::string& to, const char* type, const char* help) {
    sub->add_option(flag, to, help)->type_name(type);
  };
  text("--data", a->data, "ID", "digits, fashion-mnist, idx:DIR or csv:FILE,target=COL");
  text("--model", a->model, "TEXT|@FILE", "widths, as 64-32-10 or 784-256-10:tanh");
  text("--loss", a->loss, "ID", "cross-entropy or squared-error (default: by the data)");
  text("--credit", a->credit, "ID",
       "how the gradient is got (default backprop; `thalweg list credit`, or an estimator)");
  text("--rule", a->rule, "CHAIN", "what is done with it (default adam)");
  sub->add_option("--set", a->set, "model.initialisation, credit.NAME or rule.NAME; may be repeated")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  text("--batch", a->batch, "N", "samples a step (default 32)");
  text("--max-epochs", a->max_epochs, "E", "default 10, if no other budget is given");
  text("--max-samples", a->max_samples, "N", "");
  text("--max-flops", a->max_flops, "F", "operations executed by credit and update");
  text("--max-seconds", a->max_seconds, "S", "of training");
  text("--validation", a->validation, "FRACTION", "of the samples, for choosing (default 0.15)");
  text("--test", a->test, "FRACTION", "where the data have no test part of their own (default 0.2)");
  sub->add_flag("--standardise", a->standardise, "inputs, by mean and deviation of the training part");
  text("--scalar", a->scalar, "TYPE", "float (default) or double");
  text("--checkpoint", a->checkpoint, "DIR", "saved at the end and every half minute; `thalweg resume DIR` goes on");
  add_run_options(*sub, a->common);
  sub->callback([a, &status] { status = run(*a); });
}

}  // namespace thalweg::cli
