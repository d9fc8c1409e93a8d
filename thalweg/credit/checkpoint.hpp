// Checkpoints: named arrays and named texts in one safetensors file.
//
// Format (huggingface.co/docs/safetensors): 8 bytes little-endian N; N bytes of JSON {name: {dtype, shape,
// data_offsets}, "__metadata__": {text: text}}; the raw arrays. Written beside the old file and renamed over it,
// after an fsync: a crash or a full disk leaves the old checkpoint.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace thalweg {

template <class S>
struct Checkpoint {
  std::vector<std::pair<std::string, std::vector<S>>> arrays;
  std::map<std::string, std::string> metadata;
  // The array of that name; throws InvalidArgument (naming `file`) when missing or of another size.
  [[nodiscard]] std::span<const S> array(const std::string& file, const std::string& name, std::size_t size) const;
};

// Throws std::runtime_error naming the file and the system's reason.
template <class S>
void save_checkpoint(const std::string& file, const Checkpoint<S>& checkpoint);
// Throws InvalidArgument for a file that is missing, truncated, lies about its sizes, or holds another scalar.
template <class S>
Checkpoint<S> load_checkpoint(const std::string& file);

}  // namespace thalweg
