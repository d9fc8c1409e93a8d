// Ctrl-C and SIGTERM ask the run to end and keep what it has; a second one kills.
#pragma once

#include <atomic>

namespace thalweg::cli {
const std::atomic<bool>& catch_interrupts();  // installs the handlers (once); the flag they set
}
