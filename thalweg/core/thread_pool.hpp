// A small persistent pool of threads.
//
//   ThreadPool pool(4);
//   pool.run(count, [&](std::size_t index) { … });              // each index once, the caller works too
//   pool.run(count, [&](std::size_t index, int worker) { … });  // worker in [0, threads()), for scratch storage
//
// Which thread takes which index is not fixed: results must not depend on it (fixed chunks, reduction after the
// run in order of the index). run() returns when all are done and allocates nothing. An exception of the callable
// is rethrown by run(), the one of the lowest index; the other indices still run. One run() at a time; not from
// inside a callable of the same pool.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace thalweg {

class ThreadPool {
 public:
  explicit ThreadPool(int threads = 1);  // ≥ 1, the caller included; throws InvalidArgument otherwise
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  [[nodiscard]] int threads() const { return static_cast<int>(workers_.size()) + 1; }

  template <class F>
  void run(std::size_t count, F&& f) {
    using Callable = std::remove_reference_t<F>;
    run_erased(count, const_cast<void*>(static_cast<const void*>(std::addressof(f))),
               [](void* context, std::size_t index, int worker) {
                 auto& callable = *static_cast<Callable*>(context);
                 if constexpr (std::is_invocable_v<Callable&, std::size_t, int>)
                   callable(index, worker);
                 else
                   static_cast<void>(worker), callable(index);
               });
  }

 private:
  using Call = void (*)(void*, std::size_t, int);
  void run_erased(std::size_t count, void* context, Call call);
  void work(int worker);
  void loop(int worker);

  std::vector<std::thread> workers_;
  std::atomic<std::uint32_t> generation_{0};  // odd steps: a new job; read by waiting workers
  std::atomic<std::size_t> next_{0};
  std::atomic<int> busy_{0};  // workers that have not finished the current job
  std::atomic<bool> stop_{false};
  std::size_t count_ = 0;
  void* context_ = nullptr;
  Call call_ = nullptr;
  std::mutex error_mutex_;
  std::exception_ptr error_;
  std::size_t error_index_ = 0;
};

}  // namespace thalweg
