// Internal to second_order: what rules that keep a square matrix for each side of a layer share (shampoo, soap). Not
// for callers.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "thalweg/core/linalg.hpp"
#include "thalweg/first_order/update_rule.hpp"
#include "thalweg/network/products.hpp"

namespace thalweg::detail {

// One side of a rows×cols block: a size×size matrix that begins at `at`; size 0: left out.
struct Side {
  std::size_t size = 0, at = 0;
};

// Lays out the sides of blocks. Only blocks with rows and columns above 1 have sides, and only those up to max_size.
class SideLayout {
 public:
  explicit SideLayout(std::size_t max_size) : max_size_(max_size) {}
  // True when the block has a side.
  bool add(std::size_t rows, std::size_t cols, Side& left, Side& right) {
    const bool matrix = rows > 1 && cols > 1;
    for (auto [side, size] : {std::pair(&left, rows), std::pair(&right, cols)}) {
      if (!matrix || size > max_size_) continue;
      *side = {size, numbers_};
      numbers_ += size * size;
      sides_.push_back(size);
    }
    if (left.size + right.size == 0) return false;
    largest_ = std::max(largest_, rows * cols), widest_ = std::max({widest_, rows, cols});
    return true;
  }
  [[nodiscard]] std::size_t numbers() const { return numbers_; }  // of all sides' matrices
  [[nodiscard]] const std::vector<std::size_t>& sides() const { return sides_; }
  [[nodiscard]] std::size_t longest_side() const {
    return sides_.empty() ? 0 : *std::max_element(sides_.begin(), sides_.end());
  }
  [[nodiscard]] std::size_t largest() const { return largest_; }  // numbers of the largest block with a side
  [[nodiscard]] std::size_t widest() const { return widest_; }    // and the longest side of all such blocks

 private:
  std::size_t max_size_, numbers_ = 0, largest_ = 0, widest_ = 0;
  std::vector<std::size_t> sides_;
};

// What such a rule computes with and need not remember; a copy has its own.
template <class S>
struct SideWork {
  SideWork() = default;
  SideWork(const SideWork& from) { prepare(from.layout); }
  SideWork& operator=(const SideWork&) = delete;
  void prepare(const SideLayout& layout_) {
    layout = layout_;
    products.reserve(layout.widest(), layout.widest(), layout.widest());
    eigen.clear();
    for (const std::size_t s : layout.sides()) eigen.try_emplace(s, s);
    const std::size_t side = layout.longest_side();
    widened.assign(side * side, 0.0);
    square.assign(side * side, S(0));
    between.assign(layout.largest(), S(0));
  }
  SideLayout layout{0};
  Products<S> products;
  std::map<std::size_t, linalg::SymmetricEigen> eigen;
  std::vector<double> widened;
  std::vector<S> square, between;
};

}  // namespace thalweg::detail
