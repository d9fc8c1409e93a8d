// The mean loss of a network on a data set, as an Objective: minimises over θ, the network's parameters.
//
// Answers value, gradient (backprop), directional (forward mode), hessian_vector (R-operator), fisher_vector,
// layer_statistics, model_statistics, all exact, on the whole set (key 0) or on the minibatch that the key names
// (minibatches.hpp). Questions of values next to each other that have one point, one key and a perturbation each are
// evaluated together, their noise never stored. Memory: the plan's buffers; one more n for gradients of the whole set
// and for perturbed gradients.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "thalweg/core/objective.hpp"
#include "thalweg/network/data_set.hpp"
#include "thalweg/network/minibatches.hpp"
#include "thalweg/network/plan.hpp"
#include "thalweg/network/weight_matrices.hpp"

namespace thalweg {

struct NetworkObjectiveOptions {
  std::size_t batch = 128;  // of keys ≥ 1
  std::uint64_t seed = 0;   // of the order of samples
  int threads = 1;
};

template <class S>
class NetworkObjective final : public Objective<S>, public Shaped {
 public:
  // `data` must outlive this. Throws InvalidArgument when network, loss and data do not fit each other.
  NetworkObjective(const Network& network, Loss loss, const DataSet<S>& data,
                   const NetworkObjectiveOptions& options = {});

  [[nodiscard]] std::size_t dimension() const override { return plan_.network().parameters(); }
  [[nodiscard]] Offers offers() const override;
  void answer(std::span<const Question<S>> questions, std::span<Answer<S>> answers) override;
  [[nodiscard]] bool regenerates_noise() const override { return true; }
  [[nodiscard]] bool parallel_inside() const override { return true; }
  [[nodiscard]] std::vector<MatrixShape> matrices() const override { return weight_matrices(plan_.network()); }

  [[nodiscard]] Plan<S>& plan() { return plan_; }
  [[nodiscard]] Minibatches<S>& minibatches() { return minibatches_; }

 private:
  void one(const Question<S>& question, Answer<S>& answer);
  void many(std::span<const Question<S>> questions, std::span<Answer<S>> answers);
  // f(batch, its share of the samples asked for), over pieces no larger than the plan's maximum.
  template <class F>
  void by_pieces(SampleKey key, F&& f);

  const DataSet<S>* data_;
  Minibatches<S> minibatches_;
  Plan<S> plan_;
  Pass<S> pass_;
  std::vector<S> part_, part_product_, moved_;
  std::vector<Perturbation> perturbations_;
  std::vector<double> losses_;
};

extern template class NetworkObjective<float>;
extern template class NetworkObjective<double>;

}  // namespace thalweg
