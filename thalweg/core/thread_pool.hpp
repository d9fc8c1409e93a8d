// A small persistent pool. The calling thread works too, so ThreadPool(1) has no threads at all.
//
// run(count, f) calls f(i) once for each i in [0, count), in any order, on any worker, and returns when all are done.
// Whatever is computed must depend on i alone: then results do not depend on the number of threads. f must not throw.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace thalweg {

class ThreadPool {
 public:
  explicit ThreadPool(int threads);  // threads ≥ 1, the caller's included
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  [[nodiscard]] int threads() const { return static_cast<int>(workers_.size()) + 1; }

  template <class F>
  void run(std::size_t count, F&& f) {
    using Function = std::remove_reference_t<F>;
    if (workers_.empty() || count <= 1) {
      for (std::size_t i = 0; i < count; ++i) f(i);
      return;
    }
    dispatch(count, const_cast<void*>(static_cast<const void*>(std::addressof(f))),
             [](void* context, std::size_t i) { (*static_cast<Function*>(context))(i); });
  }

 private:
  using Task = void (*)(void*, std::size_t);
  void dispatch(std::size_t count, void* context, Task task);
  void work();
  void drain();

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::uint64_t generation_ = 0;
  std::size_t busy_ = 0;
  bool stop_ = false;
  std::size_t count_ = 0;
  void* context_ = nullptr;
  Task task_ = nullptr;
  std::atomic<std::size_t> next_{0};
};

}  // namespace thalweg
