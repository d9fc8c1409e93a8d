#include "thalweg/network/data/idx.hpp"

#include <algorithm>
#include <bit>
#include <filesystem>

namespace thalweg {
namespace {

std::size_t width(std::uint8_t type) {
  switch (type) {
    case 0x08:
    case 0x09:
      return 1;
    case 0x0B:
      return 2;
    case 0x0C:
    case 0x0D:
      return 4;
    case 0x0E:
      return 8;
    default:
      return 0;
  }
}

std::uint64_t big_endian(const std::uint8_t* bytes, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) word = word << 8 | bytes[i];
  return word;
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text;
  for (const std::size_t n : shape) text += (text.empty() ? "" : "×") + std::to_string(n);
  return text;
}

// The first of the spellings that exists, or "".
std::string find_file(const std::string& directory, const std::vector<std::string>& parts, const std::string& what) {
  for (const std::string& part : parts)
    for (const char* dot : {"-idx", ".idx"})
      for (const char* end : {".gz", ""}) {
        const std::string rank = what == "images" ? "3" : "1";
        std::string path = directory + "/" + part + "-" + what + dot + rank + "-ubyte" + end;
        std::error_code error;
        if (std::filesystem::exists(path, error)) return path;
      }
  return {};
}

template <class S>
void agree(const DataSet<S>& train, const DataSet<S>& test) {
  if (train.shape != test.shape)
    throw InvalidArgument("data set `" + train.id + "`: a training sample is " + shape_text(train.shape) +
                          ", a test sample " + shape_text(test.shape));
}

}  // namespace

std::size_t IdxArray::size() const { return bytes.size() / width(type); }

double IdxArray::at(std::size_t i) const {
  const std::size_t w = width(type);
  const std::uint64_t word = big_endian(bytes.data() + i * w, w);
  switch (type) {
    case 0x08:
      return static_cast<double>(word);
    case 0x09:
      return static_cast<double>(static_cast<std::int8_t>(word));
    case 0x0B:
      return static_cast<double>(static_cast<std::int16_t>(word));
    case 0x0C:
      return static_cast<double>(static_cast<std::int32_t>(word));
    case 0x0D:
      return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(word)));
    default:
      return std::bit_cast<double>(word);
  }
}

IdxArray read_idx(ByteSource& source) {
  const auto head = source.take(4, "the IDX header");
  IdxArray array;
  array.type = head[2];
  if (head[0] != 0 || head[1] != 0 || width(array.type) == 0 || head[3] == 0 || head[3] > 8)
    throw InvalidArgument(source.name() + ": not an IDX file: it begins with the bytes " + std::to_string(head[0]) +
                          " " + std::to_string(head[1]) + " " + std::to_string(head[2]) + " " +
                          std::to_string(head[3]) + "; expected 0 0, a type of 8, 9, 11, 12, 13 or 14, and 1 to 8 " +
                          "dimensions");
  const auto sizes = source.take(std::size_t{4} * head[3], "the sizes in the IDX header");
  std::size_t total = width(array.type);
  for (std::size_t k = 0; k < head[3]; ++k) {
    const auto n = static_cast<std::size_t>(big_endian(sizes.data() + 4 * k, 4));
    array.shape.push_back(n);
    if (n == 0)
      throw InvalidArgument(source.name() + ": the header says " + shape_text(array.shape) + ", no numbers");
    if (__builtin_mul_overflow(total, n, &total) || total > std::size_t{1} << 62)
      throw InvalidArgument(source.name() + ": the header says " + shape_text(array.shape) + "…, which overflows");
  }
  const std::string what = shape_text(array.shape) + " numbers of " + std::to_string(width(array.type)) + " byte(s)";
  array.bytes = source.take(total, what);
  source.expect_end("the " + what + " that the header announces");
  return array;
}

template <class S>
DataSet<S> idx_data(const std::string& id, const std::string& images, const std::string& labels) {
  // Labels first: they are small, and a wrong pair of files is then seen before the images are held.
  ByteSource label_source(labels);
  const IdxArray label = read_idx(label_source);
  if (label.shape.size() != 1)
    throw InvalidArgument(labels + ": labels have one dimension, not " + shape_text(label.shape));
  ByteSource image_source(images);
  const IdxArray image = read_idx(image_source);
  if (image.shape.front() != label.size())
    throw InvalidArgument(images + " holds " + std::to_string(image.shape.front()) + " samples, but " + labels + " " +
                          std::to_string(label.size()) + " labels");
  DataSet<S> data;
  data.id = id;
  data.samples = image.shape.front();
  data.features = image.size() / data.samples;
  data.shape.assign(image.shape.begin() + 1, image.shape.end());
  if (data.shape.empty()) data.shape = {1};
  for (std::size_t i = 0; i < data.samples; ++i) {
    const double v = label.at(i);
    if (!(v >= 0.0 && v < 65536.0) || v != static_cast<double>(static_cast<std::int32_t>(v)))
      throw InvalidArgument(labels + ": label " + std::to_string(i) + " is " + detail::format(v) +
                            "; labels are integers from 0 to 65535");
    data.labels.push_back(static_cast<std::int32_t>(v));
    data.classes = std::max(data.classes, static_cast<std::size_t>(v) + 1);
  }
  data.inputs.resize(image.size());
  const double divisor = image.type == 0x08 ? 255.0 : 1.0;
  for (std::size_t i = 0; i < data.inputs.size(); ++i) data.inputs[i] = static_cast<S>(image.at(i) / divisor);
  data.check();
  return data;
}

template <class S>
Split<S> read_idx_directory(const std::string& id, const std::string& directory, const SplitOptions& options) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error))
    throw InvalidArgument("data set `" + id + "`: no directory " + directory);
  const auto need = [&](const char* what) {
    std::string path = find_file(directory, {"train"}, what);
    if (path.empty())
      throw InvalidArgument("data set `" + id + "`: no training " + what + " in " + directory + "; expected train-" +
                            what + (what[0] == 'i' ? "-idx3-ubyte" : "-idx1-ubyte") + " or the same with .gz");
    return path;
  };
  const std::string images = need("images"), labels = need("labels");
  const DataSet<S> train = idx_data<S>(id, images, labels);
  const std::string test_images = find_file(directory, {"t10k", "test"}, "images");
  const std::string test_labels = find_file(directory, {"t10k", "test"}, "labels");
  if (test_images.empty() != test_labels.empty())
    throw InvalidArgument("data set `" + id + "`: " + directory + " holds test " +
                          (test_images.empty() ? "labels but no test images" : "images but no test labels"));
  if (test_images.empty()) return split(train, options);
  SplitOptions validation_only = options;
  validation_only.test = 0.0;
  Split<S> parts = split(train, validation_only);
  parts.test = idx_data<S>(id, test_images, test_labels);
  agree(parts.train, parts.test);
  const std::size_t classes = std::max(parts.train.classes, parts.test.classes);
  parts.train.classes = parts.validation.classes = parts.test.classes = classes;
  return parts;
}

template DataSet<float> idx_data(const std::string&, const std::string&, const std::string&);
template DataSet<double> idx_data(const std::string&, const std::string&, const std::string&);
template Split<float> read_idx_directory(const std::string&, const std::string&, const SplitOptions&);
template Split<double> read_idx_directory(const std::string&, const std::string&, const SplitOptions&);

}  // namespace thalweg
