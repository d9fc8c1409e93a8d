#include "thalweg/core/external_program.hpp"

#include <poll.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "thalweg/core/child_process.hpp"
#include "thalweg/core/interrupted.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

void append_number(std::string& text, double value) {
  if (std::isfinite(value))
    text += detail::format(value);
  else
    text += std::isnan(value) ? "\"nan\"" : value > 0.0 ? "\"inf\"" : "\"-inf\"";
}

std::string question_line(std::uint64_t id, const Question<double>& question) {
  std::string line = "{\"id\":" + std::to_string(id) + ",\"x\":[";
  for (std::size_t i = 0; i < question.point.size(); ++i) {
    if (i > 0) line += ',';
    append_number(line, question.point[i]);
  }
  line += "],\"kind\":\"";
  line += question.asks.has(AnswerKind::gradient) ? "value_and_gradient" : "value";
  line += "\",\"seed\":" + std::to_string(question.sample.id) + "}\n";
  return line;
}

// Python's json writes NaN, Infinity and -Infinity bare; outside of strings they become strings here.
std::string with_quoted_infinities(std::string_view text) {
  std::string out;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      out += c;
      if (c == '\\' && i + 1 < text.size()) out += text[++i];
      if (c == '"') in_string = false;
      continue;
    }
    bool replaced = false;
    for (const std::string_view word : {"NaN", "-Infinity", "Infinity"})
      if (text.substr(i).starts_with(word)) {
        out += '"' + std::string(word) + '"';
        i += word.size() - 1;
        replaced = true;
        break;
      }
    if (replaced) continue;
    in_string = c == '"';
    out += c;
  }
  return out;
}

std::optional<double> number_in(const Json& json) {
  if (json.is_number()) return json.get<double>();
  if (json.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (!json.is_string()) return std::nullopt;
  std::string word = json.get<std::string>();
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (word == "nan" || word == "-nan") return std::numeric_limits<double>::quiet_NaN();
  if (word == "inf" || word == "+inf" || word == "infinity") return std::numeric_limits<double>::infinity();
  if (word == "-inf" || word == "-infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

std::string excerpt(std::string_view line) {
  constexpr std::size_t most = 120;
  return "`" + std::string(line.substr(0, most)) + (line.size() > most ? "…" : "") + "`";
}

struct Outstanding {
  std::uint64_t id = 0;
  std::size_t question = 0;
};

struct Worker {
  explicit Worker(const std::vector<std::string>& command) : process(command) {}
  detail::ChildProcess process;
  std::deque<Outstanding> asked;  // oldest first
  Clock::time_point since;        // of the last question sent to an idle program, or of its last answer
};

}  // namespace

std::vector<std::string> split_command(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  const auto open_quote = [&](char quote) {
    throw InvalidArgument("command: the quote " + std::string(1, quote) + " in \"" + std::string(text) +
                          "\" is not closed");
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
      continue;
    }
    in_word = true;
    if (c == '\'') {
      const std::size_t end = text.find('\'', i + 1);
      if (end == std::string_view::npos) open_quote(c);
      word += text.substr(i + 1, end - i - 1);
      i = end;
    } else if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && i + 1 < text.size() &&
            std::string_view("\"\\$`\n").find(text[i + 1]) != std::string_view::npos) {
          ++i;
          if (text[i] == '\n') continue;  // a continued line
        }
        word += text[i];
      }
      if (i == text.size()) open_quote(c);
    } else if (c == '\\') {
      if (++i == text.size()) throw InvalidArgument("command: a \\ ends \"" + std::string(text) + "\"; write \\\\");
      if (text[i] != '\n') word += text[i];
    } else if (std::string_view("|&;<>()`").find(c) != std::string_view::npos) {
      throw InvalidArgument("command: the " + std::string(1, c) + " in \"" + std::string(text) +
                            "\" needs a shell, and none is run; quote it, or write sh -c '…'");
    } else {
      word += c;
    }
  }
  if (in_word) words.push_back(std::move(word));
  if (words.empty() || words[0].empty()) throw InvalidArgument("command is empty; it must name a program");
  return words;
}

struct ExternalProgram::State {
  explicit State(ProgramOptions o) : options(std::move(o)) {
    if (options.command.empty() || options.command[0].empty())
      throw InvalidArgument("command is empty; it must name a program");
    if (options.dimension == 0) throw InvalidArgument("dimension is 0; it must be ≥ 1");
    if (options.workers < 1 || options.workers > 1024)
      throw InvalidArgument("workers is " + std::to_string(options.workers) + "; it must be in [1, 1024]");
    if (options.in_flight < 1)
      throw InvalidArgument("in_flight is " + std::to_string(options.in_flight) + "; it must be ≥ 1");
    if (!(options.timeout > 0.0))
      throw InvalidArgument("timeout is " + detail::format(options.timeout) + "; it must be > 0 seconds");
    longest_line = 64 * options.dimension + (1u << 20);
    for (int i = 0; i < options.workers; ++i) workers.push_back(std::make_unique<Worker>(options.command));
  }
  std::function<void(std::size_t)> report;  // the driver's, of each answer as it comes
  ~State() {
    for (const auto& worker : workers) worker->process.close_input();  // all end at the same time
  }

  [[nodiscard]] std::string called() const {
    std::string text;
    for (const std::string& word : options.command) text += (text.empty() ? "" : " ") + word;
    return "the program `" + text + "`";
  }
  // The program can't be used any more: it is stopped, with all it said.
  [[noreturn]] void fail(Worker& worker, const std::string& what) {
    worker.process.read_error();
    const std::string said = worker.process.last_errors();
    worker.process.stop(0.2);
    throw ProgramError(
        called() + " " + what +
        (said.empty() ? "; it wrote nothing to standard error" : "; its last lines of standard error:" + said));
  }
  [[noreturn]] void fail_gone(Worker& worker) {
    const std::string how = worker.process.how_it_ended(1.0);
    const std::string said = worker.process.last_errors();
    worker.process.stop(0.2);
    throw ProgramError(
        called() + " " + how +
        " with a question waiting; it must answer a line for each line it reads, "
        "until its input ends" +
        (said.empty() ? "; it wrote nothing to standard error" : "; its last lines of standard error:" + said));
  }

  void send(Worker& worker, std::size_t index) {
    if (worker.asked.empty()) worker.since = Clock::now();
    const std::uint64_t id = next_id++;
    worker.asked.push_back({id, index});
    worker.process.queue(question_line(id, questions[index]));
    worker.process.write_some();
  }

  void wait();
  void take(Worker& worker, std::string_view line);
  void run();

  ProgramOptions options;
  std::size_t longest_line = 0;
  std::vector<std::unique_ptr<Worker>> workers;
  std::mutex one_batch;
  std::uint64_t next_id = 1;
  std::span<const Question<double>> questions;
  std::span<Answer<double>> answers;
  std::size_t answered = 0;
  std::vector<pollfd> polled;
};

// One line of a program's output.
void ExternalProgram::State::take(Worker& worker, std::string_view line) {
  if (line.find_first_not_of(" \t") == std::string_view::npos) return;
  const auto rubbish = [&](const std::string& why) { fail(worker, "answered " + excerpt(line) + ", " + why); };
  Json json = Json::parse(line, nullptr, false);
  if (json.is_discarded()) json = Json::parse(with_quoted_infinities(line), nullptr, false);
  if (json.is_discarded() || !json.is_object())
    rubbish("which is not a JSON object; standard output is for answers alone, the rest goes to standard error");
  if (worker.asked.empty()) rubbish("though nothing was asked");
  auto asked = worker.asked.begin();
  if (const auto id = json.find("id"); id != json.end() && !id->is_null()) {
    asked = std::find_if(worker.asked.begin(), worker.asked.end(),
                         [&](const Outstanding& o) { return id->is_number() && *id == o.id; });
    if (asked == worker.asked.end())
      rubbish("whose id is of no open question (the oldest is " + std::to_string(worker.asked.front().id) + ")");
  }
  const Question<double>& question = questions[asked->question];
  Answer<double>& answer = answers[asked->question];
  if (const auto error = json.find("error"); error != json.end() && !error->is_null()) {
    answer.failed = true;
    answer.error = error->is_string() ? error->get<std::string>() : error->dump();
    if (answer.error.empty()) answer.error = "failed";
    answer.value = std::numeric_limits<double>::quiet_NaN();
  } else {
    const auto f = json.find("f");
    if (f == json.end()) rubbish("which has neither \"f\" nor \"error\"");
    const auto value = number_in(*f);
    if (!value) rubbish("whose \"f\" is not a number");
    answer.value = *value;
    if (question.asks.has(AnswerKind::gradient)) {
      const auto g = json.find("g");
      const std::size_t n = options.dimension;
      if (g == json.end() || !g->is_array())
        rubbish(
            "which has no array \"g\", though the kind was value_and_gradient; a program that answers values alone "
            "needs an estimator (fd-central, spsa …)");
      if (g->size() != n)
        rubbish("whose \"g\" has " + std::to_string(g->size()) + " entries; x has " + std::to_string(n));
      for (std::size_t i = 0; i < n; ++i) {
        const auto entry = number_in((*g)[i]);
        if (!entry) rubbish("whose \"g\"[" + std::to_string(i) + "] is not a number");
        answer.gradient[i] = *entry;
      }
    }
  }
  const std::size_t index = asked->question;
  worker.asked.erase(asked);
  worker.since = Clock::now();
  ++answered;
  if (report) report(index);
}

// Until some program can be read or written, is late, or the run is interrupted.
void ExternalProgram::State::wait() {
  double patience = 0.25;  // seconds between looks at the interrupt
  for (const auto& worker : workers) {
    if (worker->asked.empty()) continue;
    const double waited = std::chrono::duration<double>(Clock::now() - worker->since).count();
    patience = std::min(patience, std::max(0.0, options.timeout - waited));
  }
  polled.clear();
  for (const auto& worker : workers) {
    const detail::ChildProcess& p = worker->process;
    polled.push_back({p.output(), POLLIN, 0});  // negative descriptors are ignored
    polled.push_back({p.error(), POLLIN, 0});
    polled.push_back({p.wants_to_write() ? p.input() : -1, POLLOUT, 0});
  }
  poll(polled.data(), polled.size(), static_cast<int>(std::ceil(patience * 1000.0)));
  if (options.interrupt != nullptr && options.interrupt->load(std::memory_order_relaxed)) throw Interrupted{};
}

void ExternalProgram::State::run() {
  answered = 0;
  std::size_t sent = 0;
  std::string line;
  for (const auto& worker : workers) {  // what an unfinished batch left behind can't be told apart from new answers
    if (!worker->asked.empty()) fail(*worker, "did not answer a question of the batch before");
  }
  while (true) {
    for (std::size_t held = 0; held < static_cast<std::size_t>(options.in_flight); ++held)  // one each, then a second
      for (const auto& worker : workers)
        if (worker->asked.size() == held && sent < questions.size()) send(*worker, sent++);
    if (answered == questions.size()) return;
    wait();
    for (const auto& worker : workers) {
      detail::ChildProcess& process = worker->process;
      process.read_error();
      process.read_output();
      while (process.next_line(line)) take(*worker, line);
      process.write_some();
      if (process.unread() > longest_line)
        fail(*worker, "wrote " + std::to_string(process.unread()) + " bytes without an end of line");
      if (worker->asked.empty()) continue;
      if (process.output_ended()) fail_gone(*worker);
      if (std::chrono::duration<double>(Clock::now() - worker->since).count() >= options.timeout)
        fail(*worker, "did not answer within the timeout of " + detail::format(options.timeout) + " s");
    }
  }
}

ExternalProgram::ExternalProgram(ProgramOptions options) : state_(std::make_unique<State>(std::move(options))) {}
ExternalProgram::~ExternalProgram() = default;

std::size_t ExternalProgram::dimension() const { return state_->options.dimension; }

Offers ExternalProgram::offers() const {
  Offers offers;
  if (state_->options.gradient) offers.add(AnswerKind::gradient);
  offers.stochastic = state_->options.stochastic;
  return offers;
}

bool ExternalProgram::parallel_inside() const { return state_->options.workers > 1 || state_->options.in_flight > 1; }

void ExternalProgram::report_answers(std::function<void(std::size_t)> answered) {
  state_->report = std::move(answered);
}

void ExternalProgram::answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) {
  const std::lock_guard lock(state_->one_batch);
  state_->questions = questions;
  state_->answers = answers;
  state_->run();
}

}  // namespace thalweg
