// Many perturbed copies of a network, evaluated together: θ + scale·ε with ε made while the weights are packed.
//
// For a pair ±σ of one stream: the first layer needs X·W (once for all) and X·E (once a pair), since
// X·(W ± σE) = X·W ± σ X·E; further layers make each block of noise once and pack W + σE and W − σE from it. So a
// pair costs 2L − 1 products instead of 2L, and q pairs L + q(2L − 1) − (L − 1).
#include "thalweg/network/plan_inside.hpp"

namespace thalweg {

template <class S>
void Plan<S>::Inside::make_contexts() {
  const std::size_t wanted = static_cast<std::size_t>(pool->threads());
  if (contexts.size() == wanted) return;
  const std::size_t activations = maximum_batch * widest;
  contexts.resize(wanted);
  for (Context& c : contexts) {
    c.packed_plus = Buffer<S>(largest_packed), c.packed_minus = Buffer<S>(largest_packed);
    c.h_plus = Buffer<S>(activations), c.h_minus = Buffer<S>(activations);
    c.z_plus = Buffer<S>(activations), c.z_minus = Buffer<S>(activations);
    c.bias_plus = Buffer<S>(widest), c.bias_minus = Buffer<S>(widest);
    c.losses.resize(maximum_batch);
  }
  packed_x = Buffer<S>(gemm.packed_left(maximum_batch, network.inputs()));
  z_clean = Buffer<S>(maximum_batch * network.layers().front().out);
}

template <class S>
void Plan<S>::Inside::perturbed(const Tasks& where, Context& c, std::span<const S> theta, const Batch<S>& batch,
                                const Perturbation& perturbation, const S* epsilon, double* plus, double* minus) {
  const bool pair = minus != nullptr;
  const std::size_t rows = batch.size;
  const S sigma = static_cast<S>(perturbation.scale);
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const LayerView& view = network.layers()[l];
    Right<S> right{theta.data() + view.weights, view.in,     view.out, perturbation.noise, sigma,
                   perturbation.stream,         view.weights};
    if (epsilon != nullptr) {
      right.epsilon = epsilon + view.weights;
      std::copy_n(epsilon + view.bias, view.out, c.bias_plus.data());
    } else {
      gemm.fill(c.bias_plus.data(), view.out, perturbation.noise, perturbation.stream, view.bias);
    }
    const auto chunk = [&](S* z, S* h) { activate(where, view.activation, rows, view.out, z, h); };
    if (pair && l == 0) {
      right.w = nullptr, right.scale = S{1};
      S* const along = c.h_plus.data();  // X·E + ε_b
      const Left<S> left{packed_x.data(), along, c.bias_plus.data()};
      gemm.multiply(where, {&left, 1}, true, rows, right);
      by_rows(where, rows, view.out, [&](std::size_t b, std::size_t n, int) {
        const std::size_t at = b * view.out, count = n * view.out;
        gemm.kernels().axpy(z_clean.data() + at, -sigma, along + at, c.z_minus.data() + at, count);
        gemm.kernels().axpy(z_clean.data() + at, sigma, along + at, c.z_plus.data() + at, count);
      });
    } else {
      const S* const bias = theta.data() + view.bias;
      gemm.kernels().axpy(bias, -sigma, c.bias_plus.data(), c.bias_minus.data(), view.out);
      gemm.kernels().axpy(bias, sigma, c.bias_plus.data(), c.bias_plus.data(), view.out);
      if (l > 0) gemm.pack_left(where, c.h_plus.data(), rows, view.in, c.packed_plus.data());
      if (pair) gemm.pack_left(where, c.h_minus.data(), rows, view.in, c.packed_minus.data());
      const Left<S> sides[2] = {
          {l == 0 ? packed_x.data() : c.packed_plus.data(), c.z_plus.data(), c.bias_plus.data()},
          {c.packed_minus.data(), c.z_minus.data(), c.bias_minus.data(), false, true}};
      gemm.multiply(where, std::span(sides, pair ? 2 : 1), true, rows, right);
    }
    chunk(c.z_plus.data(), c.h_plus.data());
    if (pair) chunk(c.z_minus.data(), c.h_minus.data());
  }
  *plus = loss_of(c.z_plus.data(), batch, c.losses);
  if (pair) *minus = loss_of(c.z_minus.data(), batch, c.losses);
}

template <class S>
double Plan<S>::perturbed_losses(std::span<const S> theta, const Batch<S>& batch,
                                 std::span<const Perturbation> perturbations, std::span<double> losses,
                                 std::span<const S> made) {
  Inside& in = *inside_;
  check_size("theta", theta.size(), in.network.parameters());
  check_size("losses", losses.size(), perturbations.size());
  check_batch(in.loss, batch, in.network.inputs(), in.network.outputs());
  if (batch.size > in.maximum_batch)
    throw InvalidArgument("the batch has " + std::to_string(batch.size) + " samples; the plan was made for at most " +
                          std::to_string(in.maximum_batch));
  in.items.clear(), in.low.items.clear();
  bool pairs = false;
  std::size_t directions = 0;
  for (std::size_t k = 0; k < perturbations.size(); ++k) {
    const bool pair = k + 1 < perturbations.size() && is_pair(perturbations[k], perturbations[k + 1]);
    const bool low_rank = is_low_rank(perturbations[k]);
    const bool has_noise = !low_rank && perturbations[k].noise != Noise::none;
    const S* const epsilon =
        has_noise && !made.empty() ? made.data() + in.network.parameters() * directions : nullptr;
    directions += has_noise ? 1 : 0;
    (low_rank ? in.low.items : in.items).push_back({k, pair, epsilon});
    pairs = pairs || (pair && !low_rank);
    if (pair) ++k;
  }
  if (!made.empty()) check_size("made", made.size(), in.network.parameters() * directions);
  double flops = flops_perturbed(batch.size, perturbations);
  if (!in.low.items.empty()) {
    if (in.low.rank == 0) in.low.clean = pass();
    flops += flops_forward(batch.size) + in.low_rank_losses(theta, batch, perturbations, losses);
    // That has run the network at θ: its loss where it is asked.
    flops -= static_cast<double>(std::erase_if(in.items,
                                               [&](const auto& item) {
                                                 if (perturbations[item.first].noise != Noise::none) return false;
                                                 losses[item.first] = in.loss_of(in.low.clean.outputs().data(), batch,
                                                                                 in.low.clean.losses_);
                                                 return true;
                                               })) *
             flops_forward(batch.size);
  }
  if (in.items.empty()) return flops;
  in.make_contexts();
  const LayerView& first = in.network.layers().front();
  in.gemm.pack_left(in.tasks, batch.inputs.data(), batch.size, first.in, in.packed_x.data());
  if (pairs) {
    const Left<S> left{in.packed_x.data(), in.z_clean.data(), theta.data() + first.bias};
    in.gemm.multiply(in.tasks, {&left, 1}, true, batch.size,
                     Right<S>{theta.data() + first.weights, first.in, first.out});
  }
  const auto one = [&](const Tasks& where, std::size_t index, std::size_t context) {
    const auto [k, pair, epsilon] = in.items[index];
    in.perturbed(where, in.contexts[context], theta, batch, perturbations[k], epsilon, &losses[k],
                 pair ? &losses[k + 1] : nullptr);
  };
  // Enough copies for all threads: each takes whole copies. Else the threads share each copy. The bits are the same.
  if (in.pool->threads() > 1 && in.items.size() >= static_cast<std::size_t>(in.pool->threads()))
    in.pool->run(in.items.size(), [&](std::size_t index, int worker) {
      one(Tasks(nullptr, worker), index, static_cast<std::size_t>(worker));
    });
  else
    for (std::size_t index = 0; index < in.items.size(); ++index) one(in.tasks, index, 0);
  return flops;
}

template double Plan<float>::perturbed_losses(std::span<const float>, const Batch<float>&,
                                              std::span<const Perturbation>, std::span<double>,
                                              std::span<const float>);
template double Plan<double>::perturbed_losses(std::span<const double>, const Batch<double>&,
                                               std::span<const Perturbation>, std::span<double>,
                                               std::span<const double>);

}  // namespace thalweg
