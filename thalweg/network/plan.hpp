// A Plan runs a network: forward, backward (vjp), forward mode (jvp), noise on nodes, many perturbed copies at once.
// All storage is made when the plan and its passes are made; a steady-state step allocates nothing.
//
//   Plan<float> plan(network, Loss::cross_entropy, 128, pool);   // or threads = 1
//   Pass<float> pass = plan.pass();                               // what one forward pass leaves behind
//   double loss = plan.forward(theta, batch, pass);
//   plan.backward(theta, batch, pass, gradient);                  // after forward with the same θ and batch
//
// θ is the network's flat parameter vector. Layer l runs from 0. h_{l-1} are the inputs of layer l (h_{-1} the
// batch's), z_l = h_{l-1}·W_l + b_l its pre-activations, h_l = φ_l(z_l), y = z of the last layer, δ_l = ∂(mean
// loss)/∂z_l. Results are the same bits for any number of threads: each number is summed by one thread in one order.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "thalweg/core/cpu.hpp"
#include "thalweg/core/layer_detail.hpp"
#include "thalweg/core/question.hpp"
#include "thalweg/core/thread_pool.hpp"
#include "thalweg/network/loss.hpp"
#include "thalweg/network/network.hpp"

namespace thalweg {

// Noise added at pre-activations: z_l += scale·ε. The noise of sample b (its row in the batch), unit j of layer l is
// component b·units() + layers()[l].units + j of the stream. See Plan::node_noise.
struct NodeNoise {
  Noise noise = Noise::none;
  double scale = 0.0;
  Stream stream{};
  std::uint64_t layers = ~std::uint64_t{0};  // bit l: layer l is perturbed (bit 63 stands for all from the 64th on)
  [[nodiscard]] bool perturbs(std::size_t layer) const {
    return noise != Noise::none && scale != 0.0 && ((layers >> (layer < 63 ? layer : 63)) & 1u) != 0;
  }
};

// The matrices that carry errors back in place of the weights' transposes.
//   direct = false  matrices[l], l ≥ 1, in_l×out_l like W_l: δ_{l-1} = (δ_l matrices[l]ᵀ) ⊙ φ′   (feedback alignment)
//   direct = true   matrices[l], l < last, out_l×outputs:    δ_l = (δ_last matrices[l]ᵀ) ⊙ φ′    (direct feedback)
// One span a layer; those not used may be empty. With direct = false an empty one means W_l itself.
template <class S>
struct Feedback {
  std::vector<std::span<const S>> matrices;
  bool direct = false;
};

// take(first, part) has the gradient of θ[first, first + part.size()), and may write to it and to that part of θ.
// Parts are disjoint and cover all; they come in any order and from the plan's threads.
template <class S>
using TakeGradient = std::function<void(std::size_t first, std::span<S> part)>;

// A direction in forward mode: the sum of those that are given.
template <class S>
struct Tangent {
  std::span<const S> weights{};  // over θ
  Perturbation noise{};          // scale·ε over θ, regenerated
  NodeNoise nodes{};             // over pre-activations, per sample
};

template <class S>
class Plan;

// What a forward pass leaves behind; made by Plan::pass(). Spans are valid until the pass is used again or dies;
// inputs(0) is the batch's own storage.
template <class S>
class Pass {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }                    // samples of the last batch
  [[nodiscard]] std::span<const S> inputs(std::size_t layer) const;           // h_{l-1}, size×in
  [[nodiscard]] std::span<const S> pre_activations(std::size_t layer) const;  // z_l, size×out, noise included
  [[nodiscard]] std::span<const S> outputs() const;                           // y, size×outputs
  [[nodiscard]] std::span<const double> losses() const;                       // of each sample
  [[nodiscard]] std::span<S> deltas(std::size_t layer);                       // δ_l, size×out, after backward
  [[nodiscard]] std::span<const double> directional() const;                  // of each sample's loss, after jvp

 private:
  friend class Plan<S>;
  struct Layer {
    S *z = nullptr, *h = nullptr, *delta = nullptr;
    std::size_t in = 0, out = 0;
  };
  std::vector<Layer> layers_;
  const S* x_ = nullptr;
  std::size_t size_ = 0;
  bool softmax_in_delta_ = false;  // the last δ holds softmax(y), which backward makes into δ
  std::vector<double> losses_, directional_;
  std::shared_ptr<void> storage_;
};

template <class S>
class Plan {
 public:
  // maximum_batch ≥ 1. A pool, if given, must outlive the plan; otherwise the plan makes one of `threads`. `isa` is
  // for tests.
  Plan(const Network& network, Loss loss, std::size_t maximum_batch, int threads = 1, Isa isa = best_isa());
  Plan(const Network& network, Loss loss, std::size_t maximum_batch, ThreadPool& pool, Isa isa = best_isa());
  ~Plan();
  Plan(Plan&&) noexcept;
  Plan& operator=(Plan&&) noexcept;

  [[nodiscard]] const Network& network() const;
  [[nodiscard]] Loss loss() const;
  [[nodiscard]] std::size_t maximum_batch() const;
  [[nodiscard]] Pass<S> pass() const;  // allocates

  // Mean loss of the batch; pass holds the rest. Throws InvalidArgument for sizes that do not fit.
  double forward(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass);
  double forward(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, const NodeNoise& noise);
  // The noisy pass beside `clean`, the pass without noise of the same θ and batch, whose first product it takes.
  // `epsilon` is what node_noise made of the stream.
  double forward(std::span<const S> theta, const Batch<S>& batch, const Pass<S>& clean, Pass<S>& pass,
                 const NodeNoise& noise, std::span<const S> epsilon);
  // y alone, for batches without labels or targets; pass.losses() is then not valid.
  std::span<const S> outputs(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass);

  // gradient (n) = ∂(mean loss)/∂θ at the pass (also of a noisy pass), or what `feedback` makes of it. Overwritten.
  void backward(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, std::span<S> gradient);
  void backward(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, std::span<S> gradient,
                const Feedback<S>& feedback);

  // The same, never stored as a whole: an update rule that takes it in parts has each while it is in cache.
  void backward(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, const TakeGradient<S>& take);

  // Directional derivative of the mean loss, exact, in forward mode, with the primal pass beside it (pass holds it,
  // and each sample's derivative). Nothing is kept for a backward pass.
  double jvp(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, const Tangent<S>& tangent);

  // ∇²(mean loss)·direction into out (n), exact (R-operator; Pearlmutter, Neural Computation 6, 1994); ReLU's second
  // derivative is taken as 0. The gradient too when `gradient` is not empty. Returns the loss.
  double hessian_vector(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, std::span<const S> direction,
                        std::span<S> out, std::span<S> gradient = {});

  // F·direction into out (n), after forward with the same θ and batch; the pass's δ are overwritten. F is the Fisher
  // information of the model whose negative log-likelihood the loss is (a categorical of softmax(y); a normal of mean
  // y and unit variance), at the batch's inputs, with labels drawn by the model: in closed form Jᵀ(∂²ℓ/∂y²)J, which
  // is also the generalised Gauss–Newton matrix (Schraudolph, Neural Computation 14, 2002; Martens, JMLR 21:146,
  // 2020, section 9.2).
  void fisher_vector(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, std::span<const S> direction,
                     std::span<S> out);

  // losses[k] = mean loss at θ + scale_k·ε_k. The noise is regenerated while the weights are packed and never
  // stored; ±σ of one stream next to each other share it, and all share the first layer's X·W. Of noise of low rank
  // (network/low_rank.hpp, the matrices are the layers' weights) only the factors are made, and what it changes is
  // computed instead of the whole: see plan_low_rank.cpp. Where all noise of full rank is small, it may be given
  // instead of made again: `made` has a row of parameters() a direction, what fill_noise makes of its stream. Returns
  // the operations executed, which for low rank depend on the data.
  double perturbed_losses(std::span<const S> theta, const Batch<S>& batch,
                          std::span<const Perturbation> perturbations, std::span<double> losses,
                          std::span<const S> made = {});

  // pass.deltas(l) of every layer for targets drawn from the network's own prediction (loss_model_vjp); what backward
  // left there is overwritten. No weight gradients.
  void model_deltas(std::span<const S> theta, Pass<S>& pass, const Stream& stream);
  void model_deltas(std::span<const S> theta, Pass<S>& pass, const Stream& stream, const Feedback<S>& feedback);
  // What a pass and its deltas tell of the layers; `layers` is overwritten.
  void layers(Pass<S>& pass, LayerDetail detail, std::vector<LayerStatistics<S>>& layers) const;

  // Pieces, for credit rules.
  // Layer l's part of `gradient` (over θ): W: h_{l-1}ᵀ·deltas, b: sum of rows of deltas. deltas is size×out.
  void weight_gradient(const Pass<S>& pass, std::size_t layer, std::span<const S> deltas, std::span<S> gradient);
  void weight_gradient(const Pass<S>& pass, std::size_t layer, std::span<const S> deltas,
                       const TakeGradient<S>& take);
  // below (size×rows) = (above (size×columns)·matrixᵀ) ⊙ φ′(z of `layer`); matrix is rows×columns, rows = out of
  // layer.
  void propagate_back(const Pass<S>& pass, std::size_t layer, std::span<const S> matrix, std::span<const S> above,
                      std::span<S> below);
  // δ of the last layer.
  void loss_gradient(const Pass<S>& pass, const Batch<S>& batch, std::span<S> deltas) const;
  // ε (not scaled) of layer l for samples 0 … size−1: size×out.
  void node_noise(const NodeNoise& noise, std::size_t layer, std::size_t size, std::span<S> out) const;
  // Of all layers: size×units(), a sample's layers one after another.
  void node_noise(const NodeNoise& noise, std::size_t size, std::span<S> out) const;

  // Operations executed (fused multiply-add = 2) by each pass on `size` samples; what is counted is said in
  // flops.cpp.
  [[nodiscard]] double flops_forward(std::size_t size) const;
  [[nodiscard]] double flops_forward_beside(std::size_t size) const;  // of a noisy pass beside a clean one
  [[nodiscard]] double flops_backward(std::size_t size) const;        // without its forward pass
  [[nodiscard]] double flops_model_deltas(std::size_t size) const;
  [[nodiscard]] double flops_jvp(std::size_t size) const;  // with its forward pass
  [[nodiscard]] double flops_hessian_vector(std::size_t size) const;
  [[nodiscard]] double flops_fisher_vector(std::size_t size) const;  // without its forward pass
  [[nodiscard]] double flops_node_noise(std::size_t size, const NodeNoise& noise) const;
  // Of those that have no low rank.
  [[nodiscard]] double flops_perturbed(std::size_t size, std::span<const Perturbation> perturbations) const;

 private:
  struct Inside;
  void output_deltas(const Batch<S>& batch, Pass<S>& pass) const;
  void carry_back(std::span<const S> theta, Pass<S>& pass, const Feedback<S>& feedback, std::size_t layer);
  std::unique_ptr<Inside> inside_;
};

extern template class Pass<float>;
extern template class Pass<double>;
extern template class Plan<float>;
extern template class Plan<double>;

}  // namespace thalweg
