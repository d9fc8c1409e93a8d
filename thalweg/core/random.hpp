// Counter-based random numbers: a number is a function of (seed, purpose, step, direction, index).
//
// Philox4x32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11).
// Nothing is stored: noise is regenerated from its counters, in any order, on any number of threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace thalweg {

using PhiloxBlock = std::array<std::uint32_t, 4>;

// Ten rounds of Philox4x32 on one counter.
constexpr PhiloxBlock philox(PhiloxBlock counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    if (round > 0) {
      key[0] += 0x9E3779B9u;  // Weyl constants of the reference implementation
      key[1] += 0xBB67AE85u;
    }
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(p1),
               static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(p0)};
  }
  return counter;
}

// What the numbers are for. Distinct purposes never share a number. Made from text: Purpose("cma-es.sample").
struct Purpose {
  std::uint32_t id = 0;
  constexpr Purpose() = default;
  constexpr explicit Purpose(std::string_view text) : id(2166136261u) {  // FNV-1a
    for (char c : text) id = (id ^ static_cast<unsigned char>(c)) * 16777619u;
  }
};

// One stream: an endless row of numbers indexed from 0. Blocks are
//   philox(counter = {block, direction, step low, step high}, key = {seed low ^ purpose, seed high ^ mix(purpose)}).
// 2³² blocks of four 32-bit words each.
struct Stream {
  std::array<std::uint32_t, 2> key{};
  std::uint32_t direction = 0;
  std::uint64_t step = 0;

  constexpr Stream() = default;
  constexpr Stream(std::uint64_t seed, Purpose purpose, std::uint64_t step_ = 0, std::uint32_t direction_ = 0)
      : key{static_cast<std::uint32_t>(seed) ^ purpose.id,
            static_cast<std::uint32_t>(seed >> 32) ^ (purpose.id * 0x9E3779B1u + 0x7F4A7C15u)},
        direction(direction_),
        step(step_) {}
  [[nodiscard]] constexpr Stream at(std::uint64_t step_, std::uint32_t direction_ = 0) const {
    Stream s = *this;
    s.step = step_;
    s.direction = direction_;
    return s;
  }
  [[nodiscard]] constexpr PhiloxBlock block(std::uint32_t index) const {
    return philox({index, direction, static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(step >> 32)}, key);
  }
  friend constexpr bool operator==(const Stream&, const Stream&) = default;
};

// Draws from a stream in order. Satisfies UniformRandomBitGenerator, but prefer the members: the standard
// distributions differ between libraries.
class Generator {
 public:
  using result_type = std::uint32_t;
  explicit Generator(Stream stream) : stream_(stream) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return 0xFFFFFFFFu; }
  result_type operator()() {
    if (used_ == 4) {
      words_ = stream_.block(next_++);
      used_ = 0;
    }
    return words_[used_++];
  }
  std::uint64_t bits64() {
    const std::uint64_t high = (*this)();
    return high << 32 | (*this)();
  }
  double uniform();                         // in (0, 1): 53 bits, never 0 or 1
  double uniform(double low, double high);  // in (low, high)
  double normal();                          // N(0, 1), Box–Muller, both values used
  double exponential();                     // mean 1
  double cauchy();                          // standard
  std::size_t index(std::size_t count);     // in [0, count), unbiased (Lemire's rejection); count ≥ 1
  template <class T>
  void shuffle(std::span<T> items) {  // Fisher–Yates
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[index(i)]);
  }

 private:
  Stream stream_;
  PhiloxBlock words_{};
  std::size_t used_ = 4;
  std::uint32_t next_ = 0;
  double spare_normal_ = 0.0;
  bool has_spare_ = false;
};

std::vector<std::uint32_t> permutation(Stream stream, std::size_t count);

// Distributions of bulk noise: component i of a noise vector is a function of (noise, stream, i) alone.
enum class Noise : std::uint8_t { none, rademacher, gaussian };
std::string_view name(Noise noise);

}  // namespace thalweg
