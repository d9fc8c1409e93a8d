#include "thalweg/core/fiber.hpp"

#include <cxxabi.h>

#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <cstring>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace thalweg {

namespace {

// The Itanium C++ ABI's per-thread record of the exceptions being handled (§2.2.2 of its exception handling):
// a pointer to the caught ones and the count of those in flight. It belongs to the stack, not to the thread.
struct ExceptionState {
  void* caught = nullptr;
  unsigned int uncaught = 0;
};

void swap_exception_state(ExceptionState& other) {
  auto* current = reinterpret_cast<ExceptionState*>(abi::__cxa_get_globals());
  std::swap(*current, other);
}

}  // namespace

struct Fiber::State {
  explicit State(std::function<void()> f) : body(std::move(f)) {}
  std::function<void()> body;
  boost::context::fiber inside;   // the paused body, while the owner runs
  boost::context::fiber outside;  // the paused owner, while the body runs
  ExceptionState exceptions;      // of whichever side is paused
  std::exception_ptr thrown;
  bool started = false, ended = false;
  const void* stack_bottom = nullptr;
  std::size_t stack_size = 0;
#if defined(__SANITIZE_ADDRESS__)
  void* outside_fake = nullptr;
  void* inside_fake = nullptr;
  const void* outside_bottom = nullptr;
  std::size_t outside_size = 0;
#endif
#if defined(__SANITIZE_THREAD__)
  void* tsan_inside = nullptr;
  void* tsan_outside = nullptr;
#endif

  // Around a switch, on the side that leaves and on the side that arrives.
  void leave_outside() {
    swap_exception_state(exceptions);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&outside_fake, stack_bottom, stack_size);
#endif
#if defined(__SANITIZE_THREAD__)
    tsan_outside = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(tsan_inside, 0);
#endif
  }
  void arrive_outside() {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(outside_fake, nullptr, nullptr);
#endif
    swap_exception_state(exceptions);
  }
  void leave_inside([[maybe_unused]] bool for_ever) {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(for_ever ? nullptr : &inside_fake, outside_bottom, outside_size);
#endif
#if defined(__SANITIZE_THREAD__)
    __tsan_switch_to_fiber(tsan_outside, 0);
#endif
  }
  void arrive_inside() {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(inside_fake, &outside_bottom, &outside_size);
#endif
  }

  boost::context::fiber entry(boost::context::fiber&& from) {
    outside = std::move(from);
    arrive_inside();
    try {
      body();
    } catch (...) {
      thrown = std::current_exception();  // rethrown by resume()
    }
    ended = true;
    leave_inside(true);
    return std::move(outside);
  }
};

Fiber::Fiber(std::function<void()> body, std::size_t stack_bytes) : state_(std::make_unique<State>(std::move(body))) {
  State* state = state_.get();
  boost::context::protected_fixedsize_stack allocator(stack_bytes);
  const auto stack = allocator.allocate();
  state->stack_size = stack.size;
  state->stack_bottom = static_cast<const char*>(stack.sp) - stack.size;
#if defined(__SANITIZE_THREAD__)
  state->tsan_inside = __tsan_create_fiber(0);
#endif
  state->inside =
      boost::context::fiber(std::allocator_arg, boost::context::preallocated(stack.sp, stack.size, stack), allocator,
                            [state](boost::context::fiber&& from) { return state->entry(std::move(from)); });
}

Fiber::~Fiber() {
  if (!state_->started) {  // let the stack end as every other does
    state_->body = [] {};
    resume();
  }
#if defined(__SANITIZE_THREAD__)
  __tsan_destroy_fiber(state_->tsan_inside);
#endif
}

void Fiber::resume() {
  State& s = *state_;
  s.started = true;
  s.leave_outside();
  s.inside = std::move(s.inside).resume();
  s.arrive_outside();
  if (s.thrown) std::rethrow_exception(std::exchange(s.thrown, nullptr));
}

void Fiber::pause() {
  State& s = *state_;
  s.leave_inside(false);
  s.outside = std::move(s.outside).resume();
  s.arrive_inside();
}

bool Fiber::started() const { return state_->started; }
bool Fiber::ended() const { return state_->ended; }

}  // namespace thalweg
