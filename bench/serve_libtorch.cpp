// libtorch's side of the network workloads (workloads.md): serve_libtorch large|small THREADS.
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median_of(const std::function<void()>& step) {
  step();
  std::vector<double> times;
  const double begin = seconds();
  while (times.size() < 3 || (seconds() - begin < 0.3 && times.size() < 20000)) {
    const double start = seconds();
    step();
    times.push_back(seconds() - start);
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const bool large = argc < 2 || std::string(argv[1]) == "large";
  torch::set_num_threads(argc < 3 ? 1 : std::stoi(argv[2]));
  torch::manual_seed(1);
  const std::vector<long> widths = large ? std::vector<long>{784, 1024, 1024, 10} : std::vector<long>{64, 32, 10};
  const long size = large ? 128 : 32;
  torch::nn::Sequential net;
  for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
    net->push_back(torch::nn::Linear(widths[l], widths[l + 1]));
    if (l + 2 < widths.size()) net->push_back(torch::nn::ReLU());
  }
  const auto x = torch::randn({size, widths[0]});
  const auto y = torch::arange(size).remainder(widths.back());
  const auto params = net->parameters();
  const double sigma = 1e-3;
  const auto loss = [&] { return torch::nn::functional::cross_entropy(net->forward(x), y); };
  torch::optim::SGD sgd(params, torch::optim::SGDOptions(1e-6));
  torch::optim::Adam adam(params, torch::optim::AdamOptions(1e-6));
  const auto backprop = [&](torch::optim::Optimizer& optimiser) {
    optimiser.zero_grad();
    loss().backward();
    optimiser.step();
  };
  const auto perturb = [&](int q, bool signs) {
    torch::NoGradGuard guard;
    std::vector<torch::Tensor> total;
    for (const auto& p : params) total.push_back(torch::zeros_like(p));
    for (int k = 0; k < q; ++k) {
      std::vector<torch::Tensor> noise;
      for (const auto& p : params)
        noise.push_back(signs ? torch::empty_like(p).bernoulli_(0.5).mul_(2).sub_(1) : torch::randn_like(p));
      for (std::size_t i = 0; i < params.size(); ++i) params[i].add_(noise[i], sigma);
      const double plus = loss().item<double>();
      for (std::size_t i = 0; i < params.size(); ++i) params[i].sub_(noise[i], 2 * sigma);
      const double minus = loss().item<double>();
      for (std::size_t i = 0; i < params.size(); ++i) {
        params[i].add_(noise[i], sigma);
        total[i].add_(noise[i], (plus - minus) / (2 * sigma * q));
      }
    }
    for (std::size_t i = 0; i < params.size(); ++i) params[i].sub_(total[i], 1e-9);
  };
  std::map<std::string, std::function<void()>> work;
  work["forward"] = [&] {
    torch::NoGradGuard guard;
    loss();
  };
  work["sgd"] = [&] { backprop(sgd); };
  work["adam"] = [&] { backprop(adam); };
  for (const int q : {1, 16}) {
    work["wp" + std::to_string(q) + "-rademacher"] = [&, q] { perturb(q, true); };
    work["wp" + std::to_string(q) + "-gaussian"] = [&, q] { perturb(q, false); };
  }
  for (std::string name; std::getline(std::cin, name);) {
    const auto found = work.find(name);
    std::printf("%.9f\n", found == work.end() ? -1.0 : median_of(found->second));
    std::fflush(stdout);
  }
}
