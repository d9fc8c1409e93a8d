// A program started without a shell, its three standard streams on pipes. Internal to core (POSIX).
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::detail {

class ChildProcess {
 public:
  // Throws InvalidArgument when the program cannot be started.
  explicit ChildProcess(const std::vector<std::string>& command);
  ~ChildProcess();  // stop()
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // The parent's ends, not blocking; −1 when closed.
  [[nodiscard]] int input() const { return input_; }
  [[nodiscard]] int output() const { return output_; }
  [[nodiscard]] int error() const { return error_; }

  void queue(std::string_view text) { to_write_ += text; }
  [[nodiscard]] bool wants_to_write() const { return input_ >= 0 && !to_write_.empty(); }
  void write_some();  // what the pipe takes; a reader that has gone closes the input, without SIGPIPE
  void read_output();
  void read_error();
  // The next whole line of the output, without its end; false when there is none yet. After the output's end the
  // last unfinished line counts too.
  bool next_line(std::string& line);
  [[nodiscard]] bool output_ended() const { return output_ < 0; }
  [[nodiscard]] std::size_t unread() const { return out_.size() - consumed_; }
  // "exited with status 3", "was killed by signal 11 (Segmentation fault)", "closed its output"; waits for the end,
  // at most `seconds`, and reads what is left of standard error meanwhile.
  std::string how_it_ended(double seconds);
  [[nodiscard]] std::string last_errors() const;  // the last lines of standard error, indented

  void close_input();
  void stop(double patience_seconds);  // end of input, then SIGTERM, then SIGKILL; reaps

 private:
  bool reaped(bool wait);
  static void close(int& descriptor);

  pid_t pid_ = -1;
  int input_ = -1, output_ = -1, error_ = -1;
  int status_ = 0;  // of waitpid, when pid_ < 0
  std::string to_write_, out_, err_;
  std::size_t consumed_ = 0;  // of out_
};

}  // namespace thalweg::detail
