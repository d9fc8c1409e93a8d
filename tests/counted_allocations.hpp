// Counts allocations of the whole binary. Include it in exactly one source of a test binary.
#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // new below is malloc too

namespace thalweg::testing_allocations {
inline std::atomic<long> count{0}, bytes{0};  // bytes: asked for in all, whether freed or not
}

void* operator new(std::size_t size) {
  ++thalweg::testing_allocations::count;
  thalweg::testing_allocations::bytes += static_cast<long>(size);
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {  // std::stable_sort's buffer
  ++thalweg::testing_allocations::count;
  thalweg::testing_allocations::bytes += static_cast<long>(size);
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
