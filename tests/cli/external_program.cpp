// The external program evaluator: its protocol, and programs that misbehave.
#include "thalweg/core/external_program.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <set>
#include <thread>

#include "subprocess.hpp"
#include "thalweg/core/interrupted.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg::test {
namespace {

using Words = std::vector<std::string>;

TEST(SplitCommand, AsAShellWould) {
  EXPECT_EQ(split_command("a b  c"), (Words{"a", "b", "c"}));
  EXPECT_EQ(split_command("  a\t'b c' \"d \\\" $e\" f\\ g h'i'\"j\" ''"),
            (Words{"a", "b c", "d \" $e", "f g", "hij", ""}));
  EXPECT_EQ(split_command("a '\\' \"\\n\" $HOME *"), (Words{"a", "\\", "\\n", "$HOME", "*"}));
  EXPECT_EQ(split_command("sh -c 'a | b > c'"), (Words{"sh", "-c", "a | b > c"}));
  for (const char* wrong : {"", "   ", "a 'b", "a \"b", "a \\", "a | b", "a > b", "a; b", "a &", "$(a)", "''"})
    EXPECT_THROW(split_command(wrong), InvalidArgument) << wrong;
}

ProgramOptions options(const std::string& mode, std::size_t n = 2) {
  ProgramOptions o;
  o.command = split_command(program(mode));
  o.dimension = n;
  o.timeout = 20.0;
  return o;
}

std::string failure_of(ProgramOptions o, std::size_t questions = 3) {
  ExternalProgram f(std::move(o));
  std::vector<double> x(f.dimension(), 0.5);
  try {
    for (std::size_t i = 0; i < questions; ++i) static_cast<void>(f.value(x));
  } catch (const ProgramError& error) {
    return error.what();
  }
  return "no failure";
}

TEST(ExternalProgram, ValuesAndGradients) {
  ProgramOptions o = options("gradient", 3);
  o.gradient = true;
  ExternalProgram f(o);
  EXPECT_EQ(f.value({{1.0, 2.0, 4.0}}), 1.0);
  std::vector<double> g(3);
  const std::vector<double> y = {1.5, 2.0, 2.0};
  EXPECT_EQ(f.value_and_gradient(y, g), 1.25);
  EXPECT_EQ(g, (std::vector<double>{1.0, 0.0, -2.0}));
  f.gradient(y, g);
  EXPECT_EQ(g[2], -2.0);
}

TEST(ExternalProgram, NumbersArriveBitForBit) {
  ProgramOptions o = options("good", 1);
  ExternalProgram f(o);
  for (const double x : {0.1, 1.0 / 3.0, 5e-324, 1.7976931348623157e150, -2.2250738585072014e-308})
    EXPECT_EQ(f.value({{x}}), (x - 1) * (x - 1)) << x;
}

TEST(ExternalProgram, SeedsAreSent) {
  ExternalProgram f(options("seed"));
  const std::vector<double> x = {1.0, 2.0};
  EXPECT_EQ(f.value(x, {3}), 0.1 * 3);
  EXPECT_EQ(f.value(x, {7000000000000000003u}), 0.1 * (7000000000000000003u % 7));
  EXPECT_EQ(f.value(x), 0.0);
}

TEST(ExternalProgram, AnswersWithoutId) {
  ExternalProgram f(options("no-id"));
  std::vector<double> points = {1, 2, 2, 2, 3, 2}, values(3);
  f.values(points, values);
  EXPECT_EQ(values, (std::vector<double>{0, 1, 4}));
}

TEST(ExternalProgram, AnswersInAnyOrder) {
  ProgramOptions o = options("reversed:4", 1);
  o.in_flight = 4;
  ExternalProgram f(o);
  std::vector<double> points = {1, 2, 3, 4, 5, 6, 7, 8}, values(8);
  f.values(points, values);
  EXPECT_EQ(values, (std::vector<double>{0, 1, 4, 9, 16, 25, 36, 49}));
}

TEST(ExternalProgram, WorkersShareABatch) {
  Folder folder;
  ProgramOptions o = options("counts:" + folder / "pids", 1);
  o.workers = 3;
  std::vector<double> points(30), values(30);
  for (std::size_t i = 0; i < points.size(); ++i) points[i] = static_cast<double>(i);
  {
    ExternalProgram f(o);
    f.values(points, values);
  }
  for (std::size_t i = 0; i < points.size(); ++i) EXPECT_EQ(values[i], (points[i] - 1) * (points[i] - 1));
  std::istringstream pids(content(folder / "pids"));
  std::set<int> different;
  for (int pid = 0; pids >> pid;) {
    different.insert(pid);
    EXPECT_NE(::kill(pid, 0), 0) << "the program " << pid << " is still there";
  }
  EXPECT_EQ(different.size(), 3u);
}

TEST(ExternalProgram, NotFiniteAndFailed) {
  for (const char* mode : {"nan:1", "bare-nan:1", "null:1"}) {
    ExternalProgram f(options(mode));
    EXPECT_TRUE(std::isnan(f.value({{0.0, 0.0}}))) << mode;
    EXPECT_EQ(f.value({{1.0, 2.0}}), 0.0);
  }
  ExternalProgram f(options("error:1"));
  const std::vector<double> x = {0.0, 0.0};
  const Question<double> q{.asks = AnswerKind::value, .point = x};
  Answer<double> a;
  f.answer(std::span(&q, 1), std::span(&a, 1));
  EXPECT_TRUE(a.failed);
  EXPECT_EQ(a.error, "the mesh is tangled");
  EXPECT_EQ(f.value({{1.0, 2.0}}), 0.0);
}

TEST(ExternalProgram, MisbehaviourIsReported) {
  EXPECT_TRUE(has(failure_of(options("dies:2")), "exited with status 3"));
  EXPECT_TRUE(has(failure_of(options("dies:2")), "\n  | first line\n  | out of patience"));
  EXPECT_TRUE(has(failure_of(options("exits-first")), "exited with status 7"));
  EXPECT_TRUE(has(failure_of(options("exits-first")), "| goodbye"));
  EXPECT_TRUE(has(failure_of(options("crashes:3")), "was killed by signal 11"));
  EXPECT_TRUE(has(failure_of(options("rubbish:2")), "answered `Loading the model ...`, which is not a JSON object"));
  EXPECT_TRUE(has(failure_of(options("unknown-id")), "whose id is of no open question"));
  EXPECT_TRUE(has(failure_of(options("no-f")), "neither \"f\" nor \"error\""));
  EXPECT_TRUE(has(failure_of(options("endless-line")), "without an end of line"));
  EXPECT_EQ(failure_of(options("noisy"), 5), "no failure");  // 100 kB of standard error a question
  ProgramOptions slow = options("slow:2:30");
  slow.timeout = 2.0;  // the first question is answered in that, an interpreter's start included
  const std::string late = failure_of(slow);
  EXPECT_TRUE(has(late, "did not answer within the timeout of 2 s")) << late;
  EXPECT_TRUE(has(late, "| thinking hard")) << late;
  ProgramOptions short_gradient = options("gradient-short");
  short_gradient.gradient = true;
  ExternalProgram f(short_gradient);
  std::vector<double> x(2), g(2);
  EXPECT_THROW(f.value_and_gradient(x, g), ProgramError);
}

TEST(ExternalProgram, WrongOptions) {
  ProgramOptions o = options("good");
  o.command = {"no-such-program-anywhere"};
  EXPECT_THROW(ExternalProgram{o}, InvalidArgument);
  o = options("good"), o.workers = 0;
  EXPECT_THROW(ExternalProgram{o}, InvalidArgument);
  o = options("good"), o.timeout = 0.0;
  EXPECT_THROW(ExternalProgram{o}, InvalidArgument);
  o = options("good"), o.command = {};
  EXPECT_THROW(ExternalProgram{o}, InvalidArgument);
  o = options("good"), o.dimension = 0;
  EXPECT_THROW(ExternalProgram{o}, InvalidArgument);
}

TEST(ExternalProgram, AProgramThatCannotStartSaysWhatToDo) {
  const Folder folder;
  const auto complaint = [](const std::string& command) {
    ProgramOptions o = options("good");
    o.command = {command};
    try {
      const ExternalProgram f(o);
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string("it started");
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  std::ofstream(folder / "plain") << "#!/bin/sh\n";
  EXPECT_TRUE(has(complaint(folder / "plain"), "is it executable (chmod +x)?")) << complaint(folder / "plain");
  std::ofstream(folder / "strange") << "#!/no/such/interpreter\n";
  fs::permissions(folder / "strange", fs::perms::owner_all);
  EXPECT_TRUE(has(complaint(folder / "strange"), "what its first line (#!) names is not"))
      << complaint(folder / "strange");
  const fs::path here = fs::current_path();
  fs::current_path(folder / ".");
  EXPECT_TRUE(has(complaint("strange"), "a program of this folder is written ./strange")) << complaint("strange");
  fs::current_path(here);
  EXPECT_FALSE(has(complaint("no-such-program-anywhere"), "./"));
}

TEST(ExternalProgram, InterruptedWhileWaiting) {
  std::atomic<bool> flag{false};
  Folder folder;
  ProgramOptions o = options("slow:1:60:" + (folder / "began"));
  o.timeout = 50.0;
  o.interrupt = &flag;
  const auto began = std::chrono::steady_clock::now();
  {
    ExternalProgram f(o);
    std::thread later([&] {
      EXPECT_TRUE(appears(folder / "began"));
      flag = true;
    });
    EXPECT_THROW(f.value({{0.0, 0.0}}), Interrupted);
    later.join();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(45)) << "neither answer nor timeout";
}

TEST(ExternalProgram, AProgramThatWillNotEndIsKilled) {
  const auto began = std::chrono::steady_clock::now();
  {
    ExternalProgram f(options("deaf"));
    EXPECT_EQ(f.value({{1.0, 2.0}}), 0.0);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "no child is left, dead or alive";
}

}  // namespace
}  // namespace thalweg::test
