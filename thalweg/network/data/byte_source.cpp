#include "thalweg/network/data/byte_source.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "thalweg/core/options.hpp"

namespace thalweg {
namespace {
constexpr std::size_t piece = std::size_t{1} << 20;  // bytes read at once
}

void ByteSource::EndInflate::operator()(z_stream_s* z) const {
  inflateEnd(z);
  delete z;
}

ByteSource::ByteSource(const std::string& path) : name_(path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw InvalidArgument("cannot read " + path + ": no such file");
  if (std::filesystem::is_directory(path, error))
    throw InvalidArgument("cannot read " + path + ": it is a directory");
  file_ = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*file_) throw InvalidArgument("cannot read " + path + ": it cannot be opened");
  buffer_.resize(std::size_t{1} << 16);
  open();
}

ByteSource::ByteSource(std::span<const std::uint8_t> memory, std::string name)
    : name_(std::move(name)), pending_(memory) {
  open();
}

bool ByteSource::refill() {
  if (!pending_.empty()) return true;
  if (!file_) return false;
  file_->read(reinterpret_cast<char*>(buffer_.data()), static_cast<std::streamsize>(buffer_.size()));
  pending_ = std::span(buffer_).first(static_cast<std::size_t>(file_->gcount()));
  if (file_->bad()) throw InvalidArgument("reading " + name_ + " failed");
  return !pending_.empty();
}

void ByteSource::open() {
  const bool gzip = refill() && pending_.size() >= 2 && pending_[0] == 0x1f && pending_[1] == 0x8b;
  if (!gzip) return;
  inflate_.reset(new z_stream{});
  if (inflateInit2(inflate_.get(), 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
}

std::size_t ByteSource::read(std::span<std::uint8_t> out) {
  std::size_t got = 0;
  while (got < out.size()) {
    if (!inflate_) {
      if (!refill()) break;
      const std::size_t n = std::min(pending_.size(), out.size() - got);
      std::memcpy(out.data() + got, pending_.data(), n);
      pending_ = pending_.subspan(n);
      got += n;
      continue;
    }
    const bool more = refill();
    if (member_ended_) {
      if (!more) break;
      member_ended_ = false;
      inflateReset(inflate_.get());  // a file of several gzip members
    }
    if (!more) throw InvalidArgument(name_ + ": the gzip stream ends too early; the file is truncated");
    auto& z = *inflate_;
    const std::size_t in = std::min(pending_.size(), piece), room = std::min(out.size() - got, piece);
    z.next_in = const_cast<Bytef*>(pending_.data());
    z.avail_in = static_cast<uInt>(in);
    z.next_out = out.data() + got;
    z.avail_out = static_cast<uInt>(room);
    const int status = ::inflate(&z, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END)
      throw InvalidArgument(name_ + ": not a sound gzip stream (" + (z.msg ? z.msg : zError(status)) + ")");
    pending_ = pending_.subspan(in - z.avail_in);
    got += room - z.avail_out;
    member_ended_ = status == Z_STREAM_END;
  }
  return got;
}

std::vector<std::uint8_t> ByteSource::take(std::size_t count, const std::string& what) {
  std::vector<std::uint8_t> bytes;
  while (bytes.size() < count) {
    const std::size_t before = bytes.size(), want = std::min(count - before, piece);
    bytes.resize(before + want);
    const std::size_t got = read(std::span(bytes).subspan(before));
    if (got < want)
      throw InvalidArgument(name_ + ": " + what + " should take " + std::to_string(count) +
                            " bytes; the file ends after " + std::to_string(before + got));
  }
  return bytes;
}

void ByteSource::expect_end(const std::string& what) {
  std::array<std::uint8_t, 1> one{};
  if (read(one) != 0) throw InvalidArgument(name_ + ": there are more bytes behind " + what);
}

std::string ByteSource::text(std::size_t limit) {
  std::string all;
  for (;;) {
    const std::size_t before = all.size();
    all.resize(before + piece);
    const std::size_t got = read({reinterpret_cast<std::uint8_t*>(all.data()) + before, piece});
    all.resize(before + got);
    if (all.size() > limit) throw InvalidArgument(name_ + ": more than " + std::to_string(limit) + " bytes of text");
    if (got < piece) return all;
  }
}

}  // namespace thalweg
