// thalweg minimize: one run of one method. Also what `resume` does with a study.
#include "minimize.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "interrupt.hpp"
#include "progress.hpp"
#include "thalweg/core/json_log.hpp"
#include "thalweg/core/stamp.hpp"
#include "thalweg/core/study_log.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::cli {

namespace {

constexpr const char* request_key = "cli.minimize";  // in the study's table of meta

Json json_result(const Result& r, const PreparedRun& run) {
  return {{"method", r.method},
          {"problem", run.what},
          {"status", name(r.status)},
          {"message", r.message},
          {"x", json_numbers(r.x)},
          {"f", json_number(r.f)},
          {"recommended", {{"x", json_numbers(r.recommended)}, {"f", json_number(r.recommended_f)}}},
          {"iterations", r.iterations},
          {"evaluations", json_evaluations(r.ledger)},
          {"flops", r.ledger.flops > 0.0 ? json_number(r.ledger.flops) : Json(nullptr)},
          {"seconds", json_number(r.seconds)},
          {"seed", r.seed},
          {"version", version()}};
}

std::string digits(double value, int significant) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.*g", significant, value);
  return text.data();
}

std::string point_text(const std::vector<double>& x) {
  constexpr std::size_t most = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(x.size(), most); ++i) text += (i == 0 ? "" : ", ") + digits(x[i], 8);
  if (x.size() > most) text += ", … (" + std::to_string(x.size()) + " in all; --json gives them)";
  return text;
}

std::string bounds_text(const Bounds& b) {
  if (b.empty()) return "";
  const bool same = std::all_of(b.lower.begin(), b.lower.end(), [&](double v) { return v == b.lower[0]; }) &&
                    std::all_of(b.upper.begin(), b.upper.end(), [&](double v) { return v == b.upper[0]; });
  std::string text;
  if (same) {
    text = digits(b.lower[0], 6) + " to " + digits(b.upper[0], 6);
  } else if (b.lower.size() > 4) {
    text = std::to_string(b.lower.size()) + " pairs";
  } else {
    for (std::size_t i = 0; i < b.lower.size(); ++i)
      text += (i == 0 ? "" : ", ") + digits(b.lower[i], 6) + " to " + digits(b.upper[i], 6);
  }
  return text;
}

// A method that takes no bounds left the problem's own, outside which lower values may lie (Schwefel's function).
bool outside_the_box(const Result& r, const PreparedRun& run, const MinimizeArguments& a) {
  if (!run.problem || run.problem->bounds.empty() || !a.bounds.empty() || run.method.entry.bounds) return false;
  for (std::size_t i = 0; i < r.x.size(); ++i)
    if (r.x[i] < run.problem->bounds.low(i) || r.x[i] > run.problem->bounds.high(i)) return true;
  return false;
}

// Where the problem's lowest value is known: whether f is there. A local minimum is no error, but should be seen.
std::string optimum_text(const Result& r, const PreparedRun& run, const MinimizeArguments& a) {
  if (!run.problem || !run.problem->optimum_f || run.problem->noiseless || !a.bounds.empty()) return "";
  const double known = *run.problem->optimum_f, above = r.f - known;
  const double tolerance = run.problem->optimum_tolerance * std::max(1.0, std::abs(known));
  if (!std::isfinite(above) || above < -tolerance) return "";
  return digits(known, 8) + (above <= tolerance ? ", reached" : "; f is " + digits(above, 3) + " above it");
}

void print_result(const Result& r, const PreparedRun& run, const MinimizeArguments& a) {
  constexpr std::size_t indent = 15;
  const Paint paint{a.common.color_on(STDOUT_FILENO)};
  const std::size_t terminal = terminal_width(STDOUT_FILENO);
  const std::size_t width = terminal == 0 ? 100 : std::clamp<std::size_t>(terminal, 40, 120);
  std::string out = paint.strong(report::printable(run.what)) + " · " + paint.strong(r.method) + "\n";
  const auto line = [&](std::string_view label, const std::string& text) {
    if (text.empty()) return;
    std::string head = "  " + std::string(label);
    head.resize(indent, ' ');
    out += paint.faint(head) + wrapped(report::printable(text), indent, width) + "\n";
  };
  const bool bet = r.stochastic && r.recommended != r.x;
  line("f", digits(r.f, 12) + (bet ? " (lowest seen; draws are noisy)" : ""));
  line("optimum", optimum_text(r, run, a));
  line("x", point_text(r.x));
  if (bet) {
    line("recommended", std::isnan(r.recommended_f) ? "f not evaluated there" : "f " + digits(r.recommended_f, 12));
    line("at", point_text(r.recommended));
  }
  const std::string status(name(r.status));
  const bool fine = r.success();
  const bool wrong = r.status == Status::numerical_failure || r.status == Status::objective_failed;
  const std::string painted = fine ? paint.good(status) : wrong ? paint.bad(status) : paint.strong(status);
  out += paint.faint("  stopped      ") + painted + "\n";
  if (r.status != Status::objective_failed) line("", r.message);  // that one is told on stderr
  std::string answers;
  for (std::size_t k = 0; k < answer_kinds; ++k)
    if (r.ledger.answers[k] > 0)
      answers += (answers.empty() ? "" : ", ") + std::to_string(r.ledger.answers[k]) + " " +
                 std::string(name(static_cast<AnswerKind>(k)));
  line("answers", answers.empty() ? "none" : answers);
  if (r.ledger.non_finite + r.ledger.failed > 0)
    line("of them",
         std::to_string(r.ledger.non_finite) + " not finite, " + std::to_string(r.ledger.failed) + " failed");
  line("iterations", std::to_string(r.iterations));
  if (r.ledger.flops > 0.0) line("FLOPs", report::counted(r.ledger.flops));
  line("time", report::seconds(r.seconds));
  const std::string box = bounds_text(run.limits.bounds);
  line("bounds", box.empty() || !a.bounds.empty() ? box : box + " (the problem's; --bounds none frees it)");
  if (!run.why.empty()) line("method", r.method + " (auto): " + run.why);
  if (!a.estimator.empty())
    line("estimator", run.method.entry.asks.has(AnswerKind::gradient)
                          ? a.estimator
                          : a.estimator + " (not used: " + r.method + " asks no gradients)");
  print(out);
}

// The share of the budget that is used up first; −1 when there is none.
std::function<double(const Ledger&, std::uint64_t, double)> budget_share(const PreparedRun& run) {
  return [&limits = run.limits, n = run.x0.size()](const Ledger& ledger, std::uint64_t iterations, double seconds) {
    double share = -1.0;
    const auto use = [&](double used, double budget) { share = std::max(share, std::min(1.0, used / budget)); };
    const double evaluations =
        static_cast<double>(std::max(ledger.of(AnswerKind::value), ledger.of(AnswerKind::gradient)));
    if (limits.max_evaluations) use(evaluations, static_cast<double>(*limits.max_evaluations));
    for (const auto& [kind, cap] : limits.max_answers)
      use(static_cast<double>(ledger.of(kind)), std::max(1.0, static_cast<double>(cap)));
    if (limits.max_iterations) use(static_cast<double>(iterations), static_cast<double>(*limits.max_iterations));
    if (limits.max_seconds) use(seconds, *limits.max_seconds);
    if (limits.max_flops) use(ledger.flops, *limits.max_flops);
    if (share < 0.0) use(evaluations, 1000.0 * static_cast<double>(n + 1));  // the driver's default budget
    return share;
  };
}

int exit_status(const Result& r, const MinimizeArguments& a) {
  if (r.status == Status::interrupted) return interrupted;
  if (r.status == Status::numerical_failure || r.status == Status::objective_failed) return failed;
  return a.require_converged && !r.success() ? not_converged : ran;
}

// The run itself, once request and study are ready.
int execute(const MinimizeArguments& a, PreparedRun& run, StudyLog* study) {
  Tee events;
  std::unique_ptr<JsonLog> log;
  if (!a.common.log.empty()) {
    log = std::make_unique<JsonLog>(a.common.log, a.log_answers);
    events.add(*log);
  } else if (a.log_answers) {
    throw UsageError("--log-answers needs --log FILE.jsonl");
  }
  Result result;
  std::string error;
  {
    MinimizeProgress progress(a.common, budget_share(run));
    if (!a.common.quiet) events.add(progress);
    run.limits.events = &events;
    run.limits.log = study;
    run.limits.progress = &result;
    try {
      result = minimize(*run.objective, run.x0, run.method, run.limits);
    } catch (const InvalidArgument&) {  // the request was wrong, and nothing ran
      throw;
    } catch (const std::exception& e) {
      if (result.method.empty()) throw;
      error = e.what();
    }
  }
  a.common.json ? print_json(json_result(result, run)) : print_result(result, run, a);
  std::fflush(stdout);
  int status = exit_status(result, a);
  if (!error.empty()) {
    complain(error + (study == nullptr ? ""
                                       : "\nthalweg: every answer so far is kept in " + a.study +
                                             "; `thalweg resume " + a.study + "` goes on"));
    status = failed;
  } else if (result.status == Status::interrupted && study != nullptr) {
    note(a.common, "thalweg: interrupted; `thalweg resume " + a.study + "` goes on");
  } else if (outside_the_box(result, run, a)) {
    note(a.common, "thalweg: x lies outside the box of " + run.what + ", " + bounds_text(run.problem->bounds) +
                       ", which " + result.method + " does not take; nelder-mead, mads, cma-es and l-bfgs do");
  } else if (status == not_converged) {
    note(a.common, "thalweg: not converged (" + std::string(name(result.status)) + ")");
  }
  if (log)
    if (const std::string trouble = log->flush(); !trouble.empty()) {
      complain("--" + trouble);
      if (status == ran) status = failed;
    }
  return status;
}

}  // namespace

int run_minimize(MinimizeArguments a) {
  a.x0 = text_or_file("--x0", a.x0);
  a.bounds = text_or_file("--bounds", a.bounds);
  std::unique_ptr<StudyLog> study;
  if (a.resume && a.study.empty()) throw UsageError("--resume needs --study FILE.db");
  if (!a.study.empty() && std::filesystem::is_directory(a.study))
    throw UsageError("--study " + a.study + " is a folder; it must be a file, as in run.db");
  const bool goes_on = a.resume && std::filesystem::exists(a.study) && std::filesystem::file_size(a.study) > 0;
  if (!a.study.empty() && !goes_on && std::filesystem::exists(a.study) && std::filesystem::file_size(a.study) > 0)
    throw UsageError("--study " + a.study + " exists already; --resume goes on with it, or give another file");
  if (goes_on) {
    study = std::make_unique<StudyLog>(a.study, StudyLog::Mode::resume);
    if (const auto request = study->meta(request_key)) {
      const MinimizeArguments stored = arguments_from_json(*request);
      require_same_run(stored, a);
      a.method = stored.method;
      a.why = stored.why;
    }
  }
  PreparedRun run = prepare(a, &catch_interrupts());
  a.method = run.method.entry.id == "descent" && !a.rule.empty() ? "auto" : run.method.entry.id;
  a.why = run.why;
  if (!a.study.empty()) {
    if (!study) study = std::make_unique<StudyLog>(a.study, StudyLog::Mode::create);
    study->set_meta(request_key, to_json(a).dump());
  }
  return execute(a, run, study.get());
}

int resume_study(const std::string& path, const MinimizeArguments& changes) {
  auto study = std::make_unique<StudyLog>(path, StudyLog::Mode::resume);
  const auto request = study->meta(request_key);
  if (!request)
    throw UsageError(
        "study " + path +
        " holds no request of the command line; resume it from the program that made it, or, if it was cut "
        "off in its first moment, run minimize --study --resume again");
  MinimizeArguments a = arguments_from_json(*request);
  const auto change = [](std::string& text, const std::string& by) {
    if (!by.empty()) text = by;
  };
  change(a.max_evaluations, changes.max_evaluations);
  change(a.max_seconds, changes.max_seconds);
  change(a.max_iterations, changes.max_iterations);
  change(a.max_flops, changes.max_flops);
  change(a.target, changes.target);
  change(a.workers, changes.workers);
  change(a.in_flight, changes.in_flight);
  change(a.timeout, changes.timeout);
  if (!changes.max_answers.empty()) a.max_answers = changes.max_answers;
  const std::string threads = changes.common.threads.empty() ? a.common.threads : changes.common.threads;
  const std::string seed = a.common.seed;
  a.common = changes.common;
  a.common.threads = threads;
  a.common.seed = seed;
  a.require_converged = changes.require_converged;
  a.log_answers = changes.log_answers;
  a.study = path;
  PreparedRun run = prepare(a, &catch_interrupts());
  study->set_meta(request_key, to_json(a).dump());
  return execute(a, run, study.get());
}

void add_minimize_budgets(CLI::App& app, MinimizeArguments& a) {
  const auto text = [&app](const char* flag, std::string& to, const char* type, const char* help) {
    app.add_option(flag, to, help)->type_name(type)->group("Budgets");
  };
  const auto list = [&app](const char* flag, std::vector<std::string>& to, const char* type, const char* help) {
    app.add_option(flag, to, help)
        ->type_name(type)
        ->group("Budgets")
        ->expected(1)
        ->take_all()
        ->allow_extra_args(false);
  };
  text("--max-evaluations", a.max_evaluations, "N",
       "points at which f is computed (default 1000·(n+1) if no other budget)");
  list("--max-answers", a.max_answers, "KIND=N", "answers of one kind: value, gradient, hessian …; may be repeated");
  text("--max-seconds", a.max_seconds, "S", "checked between answers");
  text("--max-iterations", a.max_iterations, "N", "of the method");
  text("--max-flops", a.max_flops, "F", "operations executed, where they are known");
  text("--target", a.target, "F", "stop when f ≤ F");
  text("--workers", a.workers, "N", "that many copies of --command, or threads");
  text("--in-flight", a.in_flight, "N", "questions that a copy of --command may hold at once (default 1)");
  text("--timeout", a.timeout, "S", "for one answer of --command");
  app.add_flag("--require-converged", a.require_converged, "exit status 3 unless converged or target reached")
      ->group("Budgets");
  app.add_flag("--log-answers", a.log_answers, "--log gets a line for every answer too");
}

void add_minimize(CLI::App& app, int& status) {
  CLI::App* sub = app.add_subcommand("minimize", "one run: a problem or a program, and a method");
  auto a = std::make_shared<MinimizeArguments>();
  sub->add_option("--problem", a->problem, "as rosenbrock:n=10 (`thalweg list problems`)")->type_name("ID[:k=v,...]");
  sub->add_option("--command", a->command, "a program that answers JSON lines; no shell is run")
      ->type_name("'PROG ARG...'");
  sub->add_option("--method", a->method, "default auto: by what is answered, n and bounds; the result says which")
      ->type_name("ID");
  sub->add_option("--estimator", a->estimator, "makes gradients from values, below a method that asks them")
      ->type_name("ID");
  sub->add_option("--rule", a->rule, "descent with a chain, as 'clip(norm=1) | adam(rate=1e-3)'")->type_name("CHAIN");
  sub->add_option("--set", a->set,
                  "option of the method; estimator.NAME and rule.NAME of the others; may be repeated")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  sub->add_option("--x0", a->x0, "start; default: the problem's, or the middle of the bounds")
      ->type_name("a,b,...|@FILE");
  sub->add_option("--dimension", a->dimension, "variables of --command without --x0")->type_name("N");
  sub->add_option("--bounds", a->bounds, "lo,hi for all, or lo1,hi1;lo2,hi2;…; none, inf and -inf are allowed")
      ->type_name("B|@FILE");
  sub->add_flag("--gradient", a->gradient, "--command answers gradients too (kind value_and_gradient)");
  sub->add_flag("--stochastic", a->stochastic, "the answers of --command depend on the seed that it is sent");
  sub->add_option("--tolerance", a->tolerance, "f, x or gradient, for methods that have the notion; may be repeated")
      ->type_name("KIND=V")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  sub->add_option("--study", a->study, "durable log of every answer; survives kill -9")->type_name("FILE.db");
  sub->add_flag("--resume", a->resume, "go on with an existing --study of the same run");
  add_minimize_budgets(*sub, *a);
  add_run_options(*sub, a->common);
  sub->callback([a, &status] { status = run_minimize(*a); });
}

}  // namespace thalweg::cli
