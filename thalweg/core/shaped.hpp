// An objective whose variables hold matrices (a network's weights). Estimators that make use of them look for this.
#pragma once

#include <cstddef>
#include <vector>

namespace thalweg {

// rows×cols variables, row-major, from `offset` on.
struct MatrixShape {
  std::size_t offset = 0, rows = 0, cols = 1;
  [[nodiscard]] std::size_t size() const { return rows * cols; }
  friend bool operator==(const MatrixShape&, const MatrixShape&) = default;
};

class Shaped {
 public:
  [[nodiscard]] virtual std::vector<MatrixShape> matrices() const = 0;  // in order, apart; vectors may be left out

 protected:
  Shaped() = default;
  ~Shaped() = default;
  Shaped(const Shaped&) = default;
  Shaped& operator=(const Shaped&) = default;
};

}  // namespace thalweg
