// The engine in float against PyTorch: outputs and gradients. Skipped where /usr/bin/python3 has no torch.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "network/example.hpp"

namespace {

TEST(Torch, OutputsAndGradientsAgree) {
  const auto folder = std::filesystem::temp_directory_path() / ("thalweg-torch-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  struct Remove {
    std::filesystem::path folder;
    ~Remove() { std::filesystem::remove_all(folder); }
  } remove{folder};
  // Loading torch takes seconds: one process for one network of each activation, the losses in turn.
  std::string command = "/usr/bin/python3 " THALWEG_SOURCE_DIR "/tests/network/torch_reference.py";
  for (std::size_t k = 0; k < example::activations.size(); ++k) {
    const std::string widths = k % 2 == 0 ? "64-96-33-10" : "17-300-5", activation = example::activations[k];
    const auto loss = example::losses[k / 2 % 2];
    const example::Task<float> task(widths + ":" + activation, 32, loss);
    thalweg::Plan<float> plan(task.network, loss, 32);
    auto pass = plan.pass();
    std::vector<float> gradient(task.theta.size());
    plan.forward(task.theta, task.batch(), pass);
    plan.backward(task.theta, task.batch(), pass, gradient);
    const std::string path = folder / activation;
    std::ofstream file(path, std::ios::binary);
    const auto write = [&](std::span<const float> v) {
      file.write(reinterpret_cast<const char*>(v.data()), static_cast<std::streamsize>(v.size_bytes()));
    };
    write(task.inputs), write(task.targets);
    const std::vector<float> labels(task.labels.begin(), task.labels.end());
    write(labels), write(task.theta), write(pass.outputs()), write(gradient);
    command += " " + path + " " + widths + " " + activation + " " + std::string(name(loss)) + " 32";
  }
  FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::vector<std::array<double, 2>> differences;
  for (std::array<double, 2> d; std::fscanf(pipe, "%lf %lf", &d[0], &d[1]) == 2;) differences.push_back(d);
  const int status = ::pclose(pipe);
  if (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127)
    GTEST_SKIP() << "/usr/bin/python3 has no torch: install python3-torch";
  ASSERT_EQ(differences.size(), example::activations.size()) << command;
  for (std::size_t k = 0; k < differences.size(); ++k) {
    EXPECT_LT(differences[k][0], 1e-5) << example::activations[k];
    EXPECT_LT(differences[k][1], 1e-5) << example::activations[k];
  }
}

}  // namespace
