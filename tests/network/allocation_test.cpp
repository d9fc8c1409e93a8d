// A steady-state step of the engine allocates nothing. Counts every operator new of this test's binary; left out
// under the sanitizers, which have their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <tuple>

#include "network/example.hpp"
#include "thalweg/credit/backprop.hpp"
#include "thalweg/credit/node_perturbation.hpp"
#include "thalweg/credit/weight_perturbation.hpp"
#include "thalweg/first_order/adam.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/network/network_objective.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
void* take(std::size_t size, std::size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* p = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
}  // namespace
void* operator new(std::size_t size) { return take(size, 16); }
void* operator new(std::size_t size, std::align_val_t a) { return take(size, static_cast<std::size_t>(a)); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace {

using namespace thalweg;

TEST(Allocation, NoneInASteadyStep) {
  const example::Task<float> task("60-200-150-10", 300);
  DataSet<float> data;
  data.id = "made", data.samples = 300, data.features = 60, data.classes = 10;
  data.inputs = task.inputs, data.labels = task.labels;
  for (int threads : {1, 3}) {
    Plan<float> plan(task.network, task.loss, 300, threads);
    auto pass = plan.pass(), noisy = plan.pass();
    std::vector<float> gradient(task.theta.size()), product(task.theta.size());
    const std::vector<float> v = task.direction(), coefficients(4, 1e-9f);
    std::vector<float> theta = task.theta;
    std::vector<Perturbation> all;
    for (std::uint32_t k = 0; k < 4; ++k)
      for (double sign : {1.0, -1.0}) all.push_back({Noise::gaussian, sign * 1e-3, Stream(1, Purpose("p"), 1, k)});
    for (std::uint32_t k = 0; k < 18; ++k)
      for (double sign : {1.0, -1.0}) all.push_back({Noise::gaussian, sign * 1e-3, Stream(1, Purpose("r"), 1, k), 2});
    std::vector<double> losses(all.size());
    Tangent<float> tangent;
    tangent.weights = v;
    const NodeNoise nodes{Noise::rademacher, 0.1, Stream(1, Purpose("n"))};
    NetworkObjective<float> objective(task.network, task.loss, data, {.batch = 64, .threads = threads});
    std::vector<Question<float>> questions(all.size());
    std::vector<Answer<float>> answers(all.size());
    std::uint64_t key = 0;
    auto credits = std::make_tuple(Credit(Backprop{}).make<float>(), Credit(NodePerturbation{}).make<float>(),
                                   Credit(WeightPerturbation{}).make<float>());
    const auto rule = Rule(Adam{}).make<float>();
    rule->begin(theta.size());
    std::apply([&](auto&... credit) { (credit->begin(plan, 1), ...); }, credits);
    CreditWork work;
    const auto step = [&] {
      std::apply([&](auto&... credit) { (credit->step(theta, task.batch(), 1, gradient, *rule, work), ...); },
                 credits);
      plan.forward(theta, task.batch(), pass);
      plan.backward(theta, task.batch(), pass, gradient);
      plan.forward(theta, task.batch(), noisy, nodes);
      plan.jvp(theta, task.batch(), pass, tangent);
      plan.hessian_vector(theta, task.batch(), pass, v, product);
      plan.fisher_vector(theta, task.batch(), pass, v, product);
      plan.perturbed_losses(theta, task.batch(), all, losses);
      add_noises<float>(theta, coefficients, Noise::gaussian, all[0].stream);
      objective.value_and_gradient(theta, gradient, {++key});
      for (std::size_t i = 0; i < all.size(); ++i) {
        questions[i].point = theta, questions[i].sample = {key};
        questions[i].perturbation = all[i];
      }
      objective.answer(questions, answers);
    };
    for (int i = 0; i < 7; ++i) step();  // over the end of an epoch
    const std::size_t before = allocations.load();
    for (int i = 0; i < 7; ++i) step();
    const std::size_t after = allocations.load();  // read before the assertion, which allocates
    EXPECT_EQ(after - before, 0u) << threads << " threads";
    EXPECT_GT(before, 0u);
  }
}

}  // namespace
#endif
