// Runs the built tool and hands back what it said.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT: kill is POSIX
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace thalweg::test {

using Json = nlohmann::json;
namespace fs = std::filesystem;

inline std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// A folder of the test's own, removed at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "thalweg-cli-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

struct Outcome {
  int status = -1;  // exit status, or 1000 + the signal that killed it
  std::string out, err;
  double seconds = 0.0;
  [[nodiscard]] Json json() const {
    Json parsed = Json::parse(out, nullptr, false);
    EXPECT_FALSE(parsed.is_discarded()) << "stdout: " << out << "\nstderr: " << err;
    return parsed;
  }
};

// The tool, running.
class Tool {
 public:
  explicit Tool(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {},
                const std::string& out = "") {
    const std::string out_path = out.empty() ? folder_ / "out" : out, err_path = folder_ / "err";
    std::vector<std::string> words = {THALWEG_BINARY_DIR "/bin/thalweg"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    began_ = std::chrono::steady_clock::now();
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ == 0) {
      for (const std::string& pair : environment) {
        const std::size_t equals = pair.find('=');
        setenv(pair.substr(0, equals).c_str(), pair.substr(equals + 1).c_str(), 1);
      }
      const int null = open("/dev/null", O_RDONLY);
      const int o = open(out_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      const int e = open(err_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      dup2(null, 0), dup2(o, 1), dup2(e, 2);
      close(null), close(o), close(e);
      execv(argv[0], argv.data());
      _exit(127);
    }
  }
  ~Tool() {
    if (pid_ > 0) {
      kill(SIGKILL);
      static_cast<void>(wait());
    }
  }
  Tool(const Tool&) = delete;
  Tool& operator=(const Tool&) = delete;
  // Only while it is a child of ours: kill(-1, …) would reach every process there is.
  void kill(int signal) const {
    if (pid_ > 0) ::kill(pid_, signal);
  }
  [[nodiscard]] bool ended() {
    int raw = 0;
    if (pid_ > 0 && waitpid(pid_, &raw, WNOHANG) == pid_) ended_with(raw);
    return pid_ < 0;
  }
  Outcome wait() {
    int raw = 0;
    if (pid_ > 0 && waitpid(pid_, &raw, 0) == pid_) ended_with(raw);
    outcome_.out = content(folder_ / "out");
    outcome_.err = content(folder_ / "err");
    return outcome_;
  }

 private:
  void ended_with(int raw) {
    pid_ = -1;
    outcome_.status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 1000 + WTERMSIG(raw);
    outcome_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }
  Folder folder_;
  pid_t pid_ = -1;
  Outcome outcome_;
  std::chrono::steady_clock::time_point began_;
};

inline Outcome thalweg(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {}) {
  return Tool(arguments, environment).wait();
}

// Waits, half a minute at most, until the file is there.
inline bool appears(const fs::path& path) {
  for (int i = 0; i < 3000 && !fs::exists(path); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return fs::exists(path);
}

// The --command of tests/cli/programs/program.py in one of its modes.
inline std::string program(const std::string& mode) {
  const std::string python = fs::exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
  return python + " '" THALWEG_SOURCE_DIR "/tests/cli/programs/program.py' " + mode;
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace thalweg::test
