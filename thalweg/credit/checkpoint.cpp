#include "thalweg/credit/checkpoint.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "thalweg/core/options.hpp"

namespace thalweg {

namespace {
using Json = nlohmann::ordered_json;

template <class S>
constexpr const char* dtype = std::same_as<S, float> ? "F32" : "F64";

[[noreturn]] void cannot(const std::string& doing, const std::string& file) {
  throw std::runtime_error("cannot " + doing + " " + file + ": " + std::strerror(errno));
}

class Descriptor {
 public:
  Descriptor(const std::string& file, int flags) : fd_(::open(file.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

void write_all(int fd, const void* data, std::size_t size, const std::string& file) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(fd, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) cannot("write", file);
    at += written;
    size -= static_cast<std::size_t>(written);
  }
}
}  // namespace

template <class S>
std::span<const S> Checkpoint<S>::array(const std::string& file, const std::string& name, std::size_t size) const {
  for (const auto& [n, values] : arrays)
    if (n == name) {
      if (values.size() == size) return values;
      throw InvalidArgument("checkpoint " + file + ": `" + name + "` has " + std::to_string(values.size()) +
                            " entries; this run needs " + std::to_string(size));
    }
  throw InvalidArgument("checkpoint " + file + " has no `" + name + "`: it is of another run");
}

template <class S>
void save_checkpoint(const std::string& file, const Checkpoint<S>& checkpoint) {
  Json header;
  std::uint64_t offset = 0;
  for (const auto& [name, values] : checkpoint.arrays) {
    const std::uint64_t bytes = values.size() * sizeof(S);
    header[name] = {{"dtype", dtype<S>}, {"shape", {values.size()}}, {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  header["__metadata__"] = checkpoint.metadata;
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the arrays begin aligned
  const std::uint64_t length = text.size();
  const std::string fresh = file + ".new";
  {
    const Descriptor out(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    if (out.get() < 0) cannot("create", fresh);
    write_all(out.get(), &length, sizeof length, fresh);
    write_all(out.get(), text.data(), text.size(), fresh);
    for (const auto& [name, values] : checkpoint.arrays)
      write_all(out.get(), values.data(), values.size() * sizeof(S), fresh);
    if (::fsync(out.get()) != 0) cannot("write", fresh);
  }
  if (std::rename(fresh.c_str(), file.c_str()) != 0) cannot("replace", file);
}

template <class S>
Checkpoint<S> load_checkpoint(const std::string& file) {
  const auto wrong = [&](const std::string& why) -> InvalidArgument {
    return InvalidArgument("checkpoint " + file + ": " + why);
  };
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) throw wrong(error.message());
  std::ifstream in(file, std::ios::binary);
  std::uint64_t length = 0;
  if (size < 8 || !in.read(reinterpret_cast<char*>(&length), 8)) throw wrong("is shorter than its 8-byte header");
  if (length > size - 8) throw wrong("its header claims " + std::to_string(length) + " bytes; the file is too short");
  std::string text(length, '\0');
  in.read(text.data(), static_cast<std::streamsize>(length));
  const Json header = Json::parse(text, nullptr, false);
  if (!header.is_object()) throw wrong("its header is not a JSON object");
  const std::uint64_t data = size - 8 - length;
  Checkpoint<S> checkpoint;
  try {
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") {
        checkpoint.metadata = entry.template get<std::map<std::string, std::string>>();
        continue;
      }
      if (entry.at("dtype") != dtype<S>)
        throw wrong("`" + name + "` is " + entry.at("dtype").template get<std::string>() + "; expected " + dtype<S>);
      const auto begin = entry.at("data_offsets").at(0).template get<std::uint64_t>();
      const auto end = entry.at("data_offsets").at(1).template get<std::uint64_t>();
      if (begin > end || end > data || (end - begin) % sizeof(S) != 0)
        throw wrong("`" + name + "` lies outside the file (offsets " + std::to_string(begin) + " to " +
                    std::to_string(end) + " of " + std::to_string(data) + ")");
      std::vector<S> values((end - begin) / sizeof(S));
      in.seekg(static_cast<std::streamoff>(8 + length + begin));
      in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(end - begin));
      if (!in) throw wrong("`" + name + "` could not be read");
      checkpoint.arrays.emplace_back(name, std::move(values));
    }
  } catch (const Json::exception& e) {
    throw wrong(std::string("its header is damaged: ") + e.what());
  }
  return checkpoint;
}

template struct Checkpoint<float>;
template struct Checkpoint<double>;
template void save_checkpoint(const std::string&, const Checkpoint<float>&);
template void save_checkpoint(const std::string&, const Checkpoint<double>&);
template Checkpoint<float> load_checkpoint(const std::string&);
template Checkpoint<double> load_checkpoint(const std::string&);

}  // namespace thalweg
