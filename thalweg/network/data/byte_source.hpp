// Bytes of a file or of memory, gzip undone where its two magic bytes are found. For readers that trust nothing:
// storage grows with the bytes that arrive, never with a number that a header says.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct z_stream_s;  // zlib's

namespace thalweg {

class ByteSource {
 public:
  // Both throw InvalidArgument when the file cannot be opened; `name` is for messages. Memory must outlive the
  // source.
  explicit ByteSource(const std::string& path);
  ByteSource(std::span<const std::uint8_t> memory, std::string name);

  // Up to out.size() bytes; fewer only at the end. Throws InvalidArgument for damaged or truncated gzip.
  std::size_t read(std::span<std::uint8_t> out);
  // Exactly `count` bytes, in pieces of at most 1 MiB; throws InvalidArgument that says how many were found of
  // `what`.
  std::vector<std::uint8_t> take(std::size_t count, const std::string& what);
  // Throws InvalidArgument when there is a byte more, said to be behind `what`.
  void expect_end(const std::string& what);
  // Everything that is left. Throws InvalidArgument when it is more than `limit` bytes.
  std::string text(std::size_t limit);
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  bool refill();
  void open();
  std::string name_;
  std::unique_ptr<std::ifstream> file_;
  std::vector<std::uint8_t> buffer_;       // of the file
  std::span<const std::uint8_t> pending_;  // not yet consumed
  struct EndInflate {
    void operator()(z_stream_s* z) const;
  };
  std::unique_ptr<z_stream_s, EndInflate> inflate_;  // null: plain bytes
  bool member_ended_ = false;                        // of the gzip stream
};

}  // namespace thalweg
