#include "thalweg/core/json_log.hpp"

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "thalweg/core/options.hpp"
#include "thalweg/core/stamp.hpp"

namespace thalweg {

namespace {
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
std::string text_of(double value) {
  if (std::isnan(value)) return "\"nan\"";
  if (std::isinf(value)) return value > 0.0 ? "\"inf\"" : "\"-inf\"";
  return detail::format(value);
}
std::string text_of(std::uint64_t value) { return std::to_string(value); }
std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(std::string_view value) {
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}
template <class T>
std::string member(const char* name, const T& value) {
  return std::string("\"") + name + "\":" + text_of(value);
}
}  // namespace

JsonLog::JsonLog(const std::string& path, bool answers)
    : path_(path), file_(std::fopen(path.c_str(), "we")), answers_(answers), last_flush_(now()) {
  if (file_ == nullptr) throw InvalidArgument("log: cannot open " + path + " for writing: " + std::strerror(errno));
}

JsonLog::~JsonLog() { std::fclose(file_); }

void JsonLog::line(std::string_view event, std::string_view members) {
  if (!error_.empty()) return;
  static const std::string version_text = version();
  text_ = "{\"event\":" + text_of(event) + "," + member("version", std::string_view(version_text));
  if (!members.empty()) (text_ += ',') += members;
  text_ += "}\n";
  const bool written = std::fwrite(text_.data(), 1, text_.size(), file_) == text_.size();
  if (!written) {
    error_ = "log: cannot write " + path_ + ": " + std::strerror(errno);
    return;
  }
  const double t = now();
  if (t - last_flush_ > 0.5) {  // readers that follow the file see it move
    last_flush_ = t;
    static_cast<void>(flush());
  }
}

std::string JsonLog::flush() {
  if (error_.empty() && std::fflush(file_) != 0) error_ = "log: cannot write " + path_ + ": " + std::strerror(errno);
  return error_;
}

void JsonLog::start(std::string_view method, std::size_t dimension, std::uint64_t seed) {
  line("start", member("method", method) + "," + member("dimension", static_cast<std::uint64_t>(dimension)) + "," +
                    member("seed", seed) + "," + member("stamp", std::string_view(stamp())));
}

void JsonLog::iteration(const Progress& p) {
  line("iteration", member("iteration", p.iteration) + "," + member("evaluations", p.ledger->of(AnswerKind::value)) +
                        "," + member("f", p.f) + "," + member("best_f", p.best_f) + "," +
                        member("seconds", p.seconds));
}

void JsonLog::answer(Kinds asked, std::uint64_t sample, double value, bool failed, const Ledger& ledger) {
  if (!answers_) return;
  std::string kinds;
  for (std::size_t k = 0; k < answer_kinds; ++k)
    if (asked.has(static_cast<AnswerKind>(k)))
      kinds += (kinds.empty() ? "" : ",") + text_of(name(static_cast<AnswerKind>(k)));
  const std::string f = asked.has(AnswerKind::value) ? member("f", value) + "," : "";
  line("answer", "\"asked\":[" + kinds + "]," + member("sample", sample) + "," + f + member("failed", failed) + "," +
                     member("evaluations", ledger.of(AnswerKind::value)));
}

void JsonLog::improvement(const TracePoint& point) {
  line("improvement", member("iteration", point.iteration) + "," + member("evaluations", point.evaluations) + "," +
                          member("f", point.f) + "," + member("seconds", point.seconds));
}

void JsonLog::stop(Status status, std::string_view message, const Ledger& ledger, double seconds) {
  line("stop", member("status", name(status)) + "," + member("message", message) + "," +
                   member("evaluations", ledger.of(AnswerKind::value)) + "," +
                   member("non_finite", ledger.non_finite) + "," + member("failed", ledger.failed) + "," +
                   member("seconds", seconds));
  static_cast<void>(flush());
}

}  // namespace thalweg
