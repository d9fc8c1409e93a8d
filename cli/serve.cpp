// thalweg serve: answers questions about a registered problem, one JSON object a line; what minimize --command
// speaks, from the program's side. So that an optimiser of any library can be run on our problems and counted by our
// ledger.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>

#include "cli.hpp"
#include "thalweg/experiment/foreign_runs.hpp"
#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::cli {

namespace {

struct ServeArguments {
  std::string problem, suite, max_evaluations, record, label, seed = "0";
  bool describe = false;
};

Json description(const std::string& id, const Problem& p) {
  Json kinds = Json::array({"value"});
  if (p.objective->offers().kinds.has(AnswerKind::gradient)) kinds.push_back("value_and_gradient");
  return {{"problem", id},
          {"n", p.dimension()},
          {"start", json_numbers(p.start)},
          {"lower", p.bounds.empty() ? Json(nullptr) : json_numbers(p.bounds.lower)},
          {"upper", p.bounds.empty() ? Json(nullptr) : json_numbers(p.bounds.upper)},
          {"optimum", p.optimum_f ? json_number(*p.optimum_f) : Json(nullptr)},
          {"noisy", p.noiseless != nullptr},
          {"kinds", std::move(kinds)}};
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(descriptor, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

class Server {
 public:
  Server(const std::string& id, std::uint64_t seed, std::optional<std::uint64_t> budget)
      : id_(id),
        problem_(registry::make_problem(id)),
        recorder_(problem_->objective, problem_->noiseless, seed),
        gradient_(problem_->dimension()),
        seed_(seed),
        budget_(budget),
        began_(std::chrono::steady_clock::now()) {}

  // Reads lines until the input ends; the answers to all lines that arrived together leave together.
  void run() {
    std::string input, output;
    std::vector<char> buffer(1 << 16);
    for (;;) {
      const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw std::runtime_error(std::string("cannot read stdin: ") + std::strerror(errno));
      if (got == 0) break;
      input.append(buffer.data(), static_cast<std::size_t>(got));
      std::size_t begin = 0;
      for (std::size_t end = input.find('\n'); end != std::string::npos; end = input.find('\n', begin)) {
        answer_line(std::string_view(input).substr(begin, end - begin), output);
        begin = end + 1;
      }
      input.erase(0, begin);
      if (!write_all(STDOUT_FILENO, output)) return;  // nobody reads any more
      output.clear();
    }
    if (input.find_first_not_of(" \t\r\n") != std::string::npos)
      answer_line(input, output);  // a last line without its end
    write_all(STDOUT_FILENO, output);
  }

  [[nodiscard]] RunRecord record() const {
    RunRecord run;
    run.problem = id_;
    run.seed = seed_;
    run.history = recorder_.history();
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    return run;
  }

 private:
  static void append_number(std::string& out, double v) {
    if (std::isfinite(v))
      out += detail::format(v);
    else
      out += std::isnan(v) ? "\"nan\"" : v > 0.0 ? "\"inf\"" : "\"-inf\"";
  }

  void answer_line(std::string_view line, std::string& out) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    const nlohmann::json asked = nlohmann::json::parse(line, nullptr, false);
    out += '{';
    if (asked.is_object() && asked.contains("id")) out += "\"id\":" + asked["id"].dump() + ",";
    const std::size_t before = out.size();
    try {
      answer(asked, out);
    } catch (const InvalidArgument& e) {
      out.resize(before);
      out += "\"error\":" + Json(e.what()).dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    out += "}\n";
  }

  void answer(const nlohmann::json& asked, std::string& out) {
    if (!asked.is_object()) throw InvalidArgument("a line must be a JSON object, as {\"id\":1,\"x\":[…]}");
    std::string kind = "value";
    if (asked.contains("kind")) kind = asked["kind"].is_string() ? asked["kind"].get<std::string>() : "?";
    if (kind == "describe") {
      const std::string text = description(id_, *problem_).dump();
      out += text.substr(1, text.size() - 2);
      return;
    }
    if (kind != "value" && kind != "value_and_gradient")
      throw InvalidArgument("`kind` is one of value, value_and_gradient and describe");
    read_point(asked);
    if (budget_ && points_ >= *budget_)
      throw InvalidArgument("the budget of " + std::to_string(*budget_) + " evaluations is used");
    Question<double> question{.asks = AnswerKind::value, .point = x_};
    if (asked.contains("seed") && asked["seed"].is_number_unsigned())
      question.sample = {asked["seed"].get<std::uint64_t>()};
    Answer<double> given;
    if (kind == "value_and_gradient") {
      if (!recorder_.offers().kinds.has(AnswerKind::gradient)) throw InvalidArgument("this problem has no gradient");
      question.asks = question.asks | AnswerKind::gradient;
      given.gradient = gradient_;
    }
    recorder_.answer(std::span(&question, 1), std::span(&given, 1));
    ++points_;
    if (given.failed) throw InvalidArgument(given.error.empty() ? "the evaluation failed" : given.error);
    out += "\"f\":";
    append_number(out, given.value);
    if (kind == "value") return;
    for (std::size_t i = 0; i < gradient_.size(); ++i) {
      out += i == 0 ? ",\"g\":[" : ",";
      append_number(out, gradient_[i]);
    }
    out += ']';
  }

  void read_point(const nlohmann::json& asked) {
    if (!asked.contains("x") || !asked["x"].is_array()) throw InvalidArgument("`x` must be a list of numbers");
    x_.clear();
    for (const auto& entry : asked["x"]) {
      if (!entry.is_number()) throw InvalidArgument("`x` holds " + entry.dump() + "; expected numbers");
      x_.push_back(entry.get<double>());
    }
    if (x_.size() != problem_->dimension())
      throw InvalidArgument("`x` has " + std::to_string(x_.size()) + (x_.size() == 1 ? " number" : " numbers") +
                            "; the problem has " + std::to_string(problem_->dimension()) + " variables");
  }

  std::string id_;
  std::unique_ptr<Problem> problem_;
  Recorder recorder_;
  std::vector<double> x_, gradient_;
  std::uint64_t seed_, points_ = 0;
  std::optional<std::uint64_t> budget_;
  std::chrono::steady_clock::time_point began_;
};

int serve(const ServeArguments& a) {
  if (a.problem.empty() == a.suite.empty()) throw UsageError("give --problem, or --suite with --describe");
  if (!a.suite.empty() && !a.describe)
    throw UsageError("--suite goes with --describe, which lists its problems; one --problem is served");
  if (a.describe) {
    const auto ids = a.suite.empty() ? std::vector<std::string>{a.problem} : registry::suite_problems(a.suite);
    for (const std::string& id : ids) print_json(description(id, *registry::make_problem(id)));
    return ran;
  }
  if (a.record.empty() != a.label.empty()) throw UsageError("--record and --label go together");
  std::optional<std::uint64_t> budget;
  if (!a.max_evaluations.empty()) budget = whole("--max-evaluations", a.max_evaluations, 1);
  Server server(a.problem, whole("--seed", a.seed), budget);
  int record = -1;
  if (!a.record.empty()) {
    record = ::open(a.record.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (record < 0) throw UsageError("--record: cannot write " + a.record + ": " + std::strerror(errno));
  }
  std::signal(SIGPIPE, SIG_IGN);  // an asker that is gone ends the service, and the record is still written
  server.run();
  // In one piece, so that several services may record into one file.
  const bool kept = record < 0 || write_all(record, foreign_run_line(server.record(), a.label));
  if (record >= 0 && (::close(record) != 0 || !kept)) throw std::runtime_error("cannot write " + a.record);
  return ran;
}

}  // namespace

void add_serve(CLI::App& app, int& status) {
  CLI::App* sub = app.add_subcommand("serve", "answers questions about a problem, for optimisers elsewhere");
  auto a = std::make_shared<ServeArguments>();
  sub->add_option("--problem", a->problem, "as `thalweg list problems` shows it")->type_name("ID");
  sub->add_option("--suite", a->suite, "with --describe: every problem of a suite")->type_name("ID");
  sub->add_flag("--describe", a->describe, "n, start, bounds and optimum as a JSON object a line, and no service");
  sub->add_option("--seed", a->seed, "of a noisy problem's noise (default 0)")->type_name("N");
  sub->add_option("--max-evaluations", a->max_evaluations, "points; later questions are answered with an error")
      ->type_name("N");
  sub->add_option("--record", a->record, "when the input ends, the run's history is a line more here; see [[runs]]")
      ->type_name("FILE.jsonl");
  sub->add_option("--label", a->label, "the method's name in it")->type_name("TEXT");
  sub->callback([a, &status] { status = serve(*a); });
}

}  // namespace thalweg::cli
