// A stackful fiber: a function that can be paused in the middle and resumed, from any thread, one at a time.
//
// Over Boost.Context. The stack has a guard page and 1 MiB (the library's default of 128 KiB has neither: a dense
// decomposition at n = 120 overflowed it). C++'s per-thread exception state is saved and restored at each switch, so
// that a fiber may pause inside a catch block and go on in another thread; AddressSanitizer and ThreadSanitizer are
// told of each switch. Internal to core.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

namespace thalweg {

class Fiber {
 public:
  explicit Fiber(std::function<void()> body, std::size_t stack_bytes = std::size_t{1} << 20);
  // The body must have ended, or never begun: whoever owns a paused fiber makes its body return first.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  void resume();  // runs the body until it pauses or ends; rethrows what leaves the body
  void pause();   // called by the body: back to resume()
  [[nodiscard]] bool started() const;
  [[nodiscard]] bool ended() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace thalweg
