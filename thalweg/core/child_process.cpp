#include "thalweg/core/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT: sigset_t and kill are POSIX
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "thalweg/core/options.hpp"

extern char** environ;  // NOLINT: POSIX

namespace thalweg::detail {

namespace {

constexpr std::size_t kept_of_errors = 16384;  // bytes of standard error, twice that while reading

// Keeps SIGPIPE from this thread while it writes, whatever the process does with the signal.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoSigpipe() {
    const int kept = errno;
    if (!was_pending_) {  // take our own signal back
      const timespec now{};
      while (sigtimedwait(&pipe_, nullptr, &now) == -1 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = kept;
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  sigset_t pipe_{}, before_{};
  bool was_pending_ = false;
};

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
      throw std::runtime_error(std::string("cannot make a pipe: ") + std::strerror(errno));
    read = ends[0], write = ends[1];
    // A descriptor below 3 would be closed by its own dup2: move it up.
    for (int* end : {&read, &write})
      if (*end < 3) {
        const int moved = fcntl(*end, F_DUPFD_CLOEXEC, 3);
        ::close(*end);
        *end = moved;
      }
  }
  ~Pipe() {
    if (read >= 0) ::close(read);
    if (write >= 0) ::close(write);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int take(int& end) {
    const int descriptor = end;
    end = -1;
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    return descriptor;
  }
};

void append_available(int& descriptor, std::string& to) {
  std::array<char, 65536> buffer;
  for (int round = 0; round < 16; ++round) {  // not for ever: others wait
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got > 0) {
      to.append(buffer.data(), static_cast<std::size_t>(got));
      continue;
    }
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
    ::close(descriptor);
    descriptor = -1;
    return;
  }
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command) {
  Pipe in, out, err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  for (const int s : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT}) sigaddset(&usual, s);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int code = posix_spawnp(&pid_, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0) {
    pid_ = -1;
    std::string message = "cannot start the program \"" + command[0] + "\": " + std::strerror(code);
    if (command[0].find('=') != std::string::npos)
      message += "; no shell is run: write env " + command[0] + " PROGRAM to set a variable";
    else if (code == EACCES)
      message += "; is it executable (chmod +x)?";
    else if (code == ENOENT && command[0].find('/') != std::string::npos && ::access(argv[0], F_OK) == 0)
      message += ", though it is there: what its first line (#!) names is not";
    else if (code == ENOENT && ::access(("./" + command[0]).c_str(), F_OK) == 0)
      message += "; a program of this folder is written ./" + command[0];
    throw InvalidArgument(message);
  }
  input_ = in.take(in.write);
  output_ = out.take(out.read);
  error_ = err.take(err.read);
}

ChildProcess::~ChildProcess() { stop(1.0); }

void ChildProcess::close(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

void ChildProcess::close_input() {
  close(input_);
  to_write_.clear();
}

void ChildProcess::write_some() {
  const NoSigpipe guard;
  while (wants_to_write()) {
    const ssize_t put = ::write(input_, to_write_.data(), to_write_.size());
    if (put >= 0) {
      to_write_.erase(0, static_cast<std::size_t>(put));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno != EINTR) {
      close_input();
    }
  }
}

void ChildProcess::read_output() {
  if (output_ < 0) return;
  if (consumed_ > 0) {
    out_.erase(0, consumed_);
    consumed_ = 0;
  }
  append_available(output_, out_);
}

void ChildProcess::read_error() {
  if (error_ < 0) return;
  append_available(error_, err_);
  if (err_.size() > 2 * kept_of_errors) err_.erase(0, err_.size() - kept_of_errors);
}

bool ChildProcess::next_line(std::string& line) {
  std::size_t end = out_.find('\n', consumed_);
  if (end == std::string::npos) {
    if (!output_ended() || unread() == 0) return false;
    end = out_.size();
  }
  line.assign(out_, consumed_, end - consumed_);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  consumed_ = std::min(end + 1, out_.size());
  return true;
}

bool ChildProcess::reaped(bool wait) {
  if (pid_ < 0) return true;
  pid_t got = 0;
  do got = waitpid(pid_, &status_, wait ? 0 : WNOHANG);
  while (got < 0 && errno == EINTR);
  if (got == 0) return false;
  pid_ = -1;
  return true;
}

std::string ChildProcess::how_it_ended(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::duration<double>(seconds);
  bool gone = reaped(false);
  while (!gone && Clock::now() < until) {
    if (error_ >= 0) {
      pollfd wait{error_, POLLIN, 0};
      poll(&wait, 1, 10);
      read_error();
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    gone = reaped(false);
  }
  read_error();
  if (!gone) return "closed its standard output";
  if (WIFEXITED(status_)) return "exited with status " + std::to_string(WEXITSTATUS(status_));
  const int signal = WTERMSIG(status_);
  const char* described = strsignal(signal);
  return "was killed by signal " + std::to_string(signal) +
         (described == nullptr ? "" : " (" + std::string(described) + ")");
}

std::string ChildProcess::last_errors() const {
  constexpr std::size_t lines = 10;
  std::string_view text = err_;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (text.empty()) return {};
  std::size_t from = text.size();
  for (std::size_t i = 0; i < lines && from != std::string_view::npos && from > 0; ++i)
    from = text.rfind('\n', from - 1);
  if (from != std::string_view::npos && from > 0) text.remove_prefix(from + 1);
  std::string out;
  while (true) {
    const std::size_t end = text.find('\n');
    out += "\n  | " + std::string(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

void ChildProcess::stop(double patience) {
  close_input();
  const auto gone_within = [this](double seconds) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    // Short naps first: most programs end at once.
    auto nap = std::chrono::microseconds(200);
    while (!reaped(false)) {
      if (std::chrono::steady_clock::now() >= until) return false;
      read_output();  // a program that writes to a full pipe could not end
      out_.clear(), consumed_ = 0;
      read_error();
      std::this_thread::sleep_for(nap);
      nap = std::min(2 * nap, std::chrono::microseconds(20000));
    }
    return true;
  };
  if (!gone_within(patience)) {  // then pid_ > 1: never −1, which would reach every process
    kill(-pid_, SIGTERM);
    if (!gone_within(patience)) {
      kill(-pid_, SIGKILL);
      reaped(true);
    }
  }
  close(output_);
  close(error_);
}

}  // namespace thalweg::detail
