// Certificate of swa: on the digits network the average lies in a wider minimum than SGD's own end point.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "thalweg/core/noise.hpp"
#include "thalweg/credit/backprop.hpp"
#include "thalweg/credit/train.hpp"
#include "thalweg/first_order/rules.hpp"
#include "thalweg/network/data/load.hpp"
#include "thalweg/network/network_objective.hpp"

namespace thalweg {
namespace {

double normalised(std::vector<double>& v) {
  double norm = 0.0;
  for (const double x : v) norm += x * x;
  norm = std::sqrt(norm);
  for (double& x : v) x /= norm;
  return norm;
}

// The largest eigenvalue of the Hessian of the training loss, by power iteration.
double sharpness(NetworkObjective<double>& f, const std::vector<double>& theta) {
  std::vector<double> v(theta.size()), hv(theta.size());
  fill_noise<double>(v, Noise::gaussian, Stream(1, Purpose("test.power")));
  normalised(v);
  double value = 0.0;
  for (int i = 0; i < 60; ++i) {
    f.hessian_vector(theta, v, hv);
    value = 0.0;
    for (std::size_t k = 0; k < v.size(); ++k) value += v[k] * hv[k];
    v = hv;
    normalised(v);
  }
  return value;
}
// The mean rise of the training loss over random directions of one length.
double rise(NetworkObjective<double>& f, const std::vector<double>& theta, double length) {
  const double here = f.value(theta);
  std::vector<double> v(theta.size()), at(theta.size());
  double sum = 0.0;
  for (std::uint32_t k = 0; k < 20; ++k) {
    fill_noise<double>(v, Noise::gaussian, Stream(2, Purpose("test.direction"), 0, k));
    normalised(v);
    for (std::size_t i = 0; i < v.size(); ++i) at[i] = theta[i] + length * v[i];
    sum += f.value(at) - here;
  }
  return sum / 20.0;
}

// As in the paper's comparison (section 4.2): SGD with weight decay, its rate annealed to 0, against the average of a
// run of as many steps at the constant rate. (Without weight decay the loss of this network falls for as long as it
// trains, and the curvature of the cross-entropy with it, so that the latest point is the flattest.) With no
// difference in width all eight seeds would fall on one side with probability 2⁻⁸: "all" is a claim of 99.6 %.
TEST(SwaWidth, LongFormTheAverageIsWiderThanTheEndPointOnDigits) {
  const auto data = load_data<double>("digits", {.split = {.validation = 0.0, .test = 0.2}});
  const Network net = network("64-32-10");
  NetworkObjective<double> f(net, Loss::cross_entropy, data.train, {});
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const auto run = [&](const Rule& rule) {
      return train<double>(net, data, Backprop{}, rule,
                           {.batch = 32, .max_epochs = 30.0, .seed = seed, .measurements = 1, .diagnostics = false})
          .theta;
    };
    const Rule step = chain(weight_decay({.decay = 3e-3}), sgd({.rate = 0.5}));
    const auto end = run(chain(step, lr_cosine({.steps = 1350})));
    const auto average = run(chain(step, swa({.start = 570, .period = 45})));
    EXPECT_LT(sharpness(f, average), sharpness(f, end)) << seed;
    EXPECT_LT(rise(f, average, 4.0), rise(f, end, 4.0)) << seed;
  }
}

}  // namespace
}  // namespace thalweg
