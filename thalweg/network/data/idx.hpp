// IDX, the format of MNIST and its kin: big-endian words {0, 0, type, dimensions}, each size, then the numbers.
//   http://yann.lecun.com/exdb/mnist/ — types 08 u8, 09 i8, 0B i16, 0C i32, 0D f32, 0E f64.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "thalweg/network/data/byte_source.hpp"
#include "thalweg/network/data_set.hpp"

namespace thalweg {

struct IdxArray {
  std::uint8_t type = 8;           // the third byte of the header
  std::vector<std::size_t> shape;  // 1 to 8 sizes, each ≥ 1
  std::vector<std::uint8_t> bytes;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] double at(std::size_t i) const;  // as a number; i < size()
};

// Reads one array, and the end of the file behind it. Throws InvalidArgument naming the source, what was found and
// what was expected: no IDX header, sizes whose product overflows, too few bytes, too many.
IdxArray read_idx(ByteSource& source);

// A data set of images (dimension 1 of the array runs over samples) and labels (one-dimensional, integers ≥ 0).
// u8 pixels are divided by 255; other types are taken as they are. `classes` is the largest label + 1, at most 65536.
template <class S>
DataSet<S> idx_data(const std::string& id, const std::string& images, const std::string& labels);

// DIR/{train,t10k}-{images-idx3,labels-idx1}-ubyte, with or without .gz; also `.idx` for `-idx`, `test-` for `t10k-`.
// The validation part is cut from the training file; `test` is empty when there is no test file (the caller's options
// then cut it from the training file too).
template <class S>
Split<S> read_idx_directory(const std::string& id, const std::string& directory, const SplitOptions& options);

}  // namespace thalweg
