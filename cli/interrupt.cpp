#include "interrupt.hpp"

#include <signal.h>  // NOLINT: sigaction is POSIX

namespace thalweg::cli {

namespace {
std::atomic<bool> interrupted_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void handle(int signal) {
  if (interrupted_flag.exchange(true)) {
    ::signal(signal, SIG_DFL);
    raise(signal);
  }
}
}  // namespace

const std::atomic<bool>& catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return interrupted_flag;
}

}  // namespace thalweg::cli
