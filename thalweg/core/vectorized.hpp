// One loop, compiled for the vector units that the machine may have, chosen when the program starts.
//
// All clones give the same bits: the project compiles with -ffp-contract=off, so an element's arithmetic does not
// depend on the vector width. Sanitizers run before the dynamic linker's choice is safe and get the plain loop.
#pragma once

#include <cstddef>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define THALWEG_VECTORIZED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define THALWEG_VECTORIZED
#endif

namespace thalweg {

// f(i) for i = 0 … n−1; the calls must not depend on each other, nor their arrays overlap.
template <class F>
THALWEG_VECTORIZED void for_each_element(std::size_t n, F f) {
#if !defined(__clang__)  // which does not know it
#pragma GCC ivdep
#endif
  for (std::size_t i = 0; i < n; ++i) f(i);
}

}  // namespace thalweg
