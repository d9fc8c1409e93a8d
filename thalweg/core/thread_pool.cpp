#include "thalweg/core/thread_pool.hpp"

#include <string>

#include "thalweg/core/options.hpp"

namespace thalweg {
namespace {

// Waiting costs microseconds when the thread sleeps; steps of a small network take as long. So look a while first:
// 4000 pauses are about 40–150 µs.
constexpr int spins = 4000;

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  if (threads < 1) throw InvalidArgument("threads is " + std::to_string(threads) + "; it must be at least 1");
  workers_.reserve(static_cast<std::size_t>(threads - 1));
  for (int worker = 1; worker < threads; ++worker) workers_.emplace_back([this, worker] { loop(worker); });
}

ThreadPool::~ThreadPool() {
  stop_.store(true, std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  for (auto& worker : workers_) worker.join();
}

void ThreadPool::work(int worker) {
  for (;;) {
    const std::size_t index = next_.fetch_add(1, std::memory_order_relaxed);
    if (index >= count_) return;
    try {
      call_(context_, index, worker);
    } catch (...) {  // rethrown by run_erased
      const std::lock_guard lock(error_mutex_);
      if (!error_ || index < error_index_) error_ = std::current_exception(), error_index_ = index;
    }
  }
}

void ThreadPool::loop(int worker) {
  std::uint32_t seen = 0;
  for (;;) {
    for (int i = 0; i < spins && generation_.load(std::memory_order_acquire) == seen; ++i) pause();
    while (generation_.load(std::memory_order_acquire) == seen) generation_.wait(seen, std::memory_order_acquire);
    ++seen;  // a job is finished by all workers before the next is posted
    if (stop_.load(std::memory_order_relaxed)) return;
    work(worker);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
  }
}

void ThreadPool::run_erased(std::size_t count, void* context, Call call) {
  if (workers_.empty() || count == 1) {
    for (std::size_t index = 0; index < count; ++index) call(context, index, 0);
    return;
  }
  count_ = count, context_ = context, call_ = call;
  error_ = nullptr;
  next_.store(0, std::memory_order_relaxed);
  busy_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  work(0);
  for (int i = 0; i < spins && busy_.load(std::memory_order_acquire) != 0; ++i) pause();
  for (int left; (left = busy_.load(std::memory_order_acquire)) != 0;) busy_.wait(left, std::memory_order_acquire);
  if (error_) {
    const std::exception_ptr error = error_;
    error_ = nullptr;
    std::rethrow_exception(error);
  }
}

}  // namespace thalweg
