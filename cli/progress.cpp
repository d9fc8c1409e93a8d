#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace thalweg::cli {

namespace {
constexpr double bar_pause = 0.1;   // seconds between two bars
constexpr double first_line = 5.0;  // seconds until the first line where there is no terminal
constexpr double longest_pause = 60.0;
}  // namespace

ProgressBar::ProgressBar(const Common& common)
    : on_(!common.quiet),
      terminal_(is_terminal(STDERR_FILENO)),
      paint_{common.color_on(STDERR_FILENO)},
      next_(terminal_ ? 2 * bar_pause : first_line),
      pause_(terminal_ ? bar_pause : first_line) {}

ProgressBar::~ProgressBar() {
  if (shown_ && terminal_) std::fputs("\r\033[K", stderr);
}

double ProgressBar::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

bool ProgressBar::due() {
  if (!on_) return false;
  const double now = seconds();
  if (now < next_) return false;
  if (!terminal_) pause_ = std::min(2 * pause_, longest_pause);
  next_ = now + pause_;
  return true;
}

void ProgressBar::show(double fraction, const std::string& text) {
  const bool known = fraction >= 0.0 && fraction <= 1.0;
  const std::string share = known ? report::percent(fraction, 0) : "";
  if (!terminal_) {
    std::fprintf(stderr, "thalweg: %s%s%s\n", share.c_str(), known ? "  " : "", text.c_str());
    return;
  }
  constexpr int cells = 24;
  std::string bar;
  if (known) {
    const int full = static_cast<int>(std::floor(fraction * cells));
    std::string done, rest;
    for (int i = 0; i < cells; ++i) (i < full ? done : rest) += i < full ? "━" : "─";
    bar = paint_.good(done) + paint_.faint(rest) + " " + share + "  ";
  }
  const std::size_t width = terminal_width(STDERR_FILENO);
  const std::size_t taken = known ? cells + 9 : 0;
  const std::string line = width > taken + 10 ? report::shortened(text, width - taken - 1) : text;
  std::fprintf(stderr, "\r\033[K%s%s", bar.c_str(), line.c_str());
  std::fflush(stderr);
  shown_ = true;
}

void MinimizeProgress::answer(Kinds, std::uint64_t, double, bool, const Ledger& ledger) {
  if (!bar_.due()) return;
  std::string text;
  for (std::size_t k = 0; k < answer_kinds; ++k)
    if (const std::uint64_t n = ledger.answers[k]; n > 0)
      text += (text.empty() ? "" : ", ") + std::string(name(static_cast<AnswerKind>(k))) + " " +
              report::counted(static_cast<double>(n));
  text += " · best f " + report::number(best_, 6) + " · " + report::seconds(bar_.seconds());
  bar_.show(fraction_(ledger, iterations_, bar_.seconds()), text);
}

}  // namespace thalweg::cli
