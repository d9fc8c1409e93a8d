// What a Plan holds. Internal.
//
// Operations come in threes — forward, vjp, jvp — and a plan is a row of them: dense (forward: Gemm::multiply; vjp:
// weight_gradient and Gemm::multiply_transposed; jvp: two multiplies), activation (activate, times_derivative for
// both), loss (loss.hpp). A convolution, a recurrence or attention comes as three such functions beside these.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/network/gemm.hpp"
#include "thalweg/network/low_rank_kernels.hpp"
#include "thalweg/network/plan.hpp"

namespace thalweg {

template <class S>
struct Plan<S>::Inside {
  // One perturbed evaluation, or the two of a pair, under way: a thread's own.
  struct Context {
    Buffer<S> packed_plus, packed_minus, h_plus, h_minus, z_plus, z_minus, bias_plus, bias_minus;
    std::vector<double> losses;
  };
  struct Item {
    std::size_t first = 0;
    bool pair = false;
    const S* epsilon = nullptr;  // its noise, if it is made already
  };
  // Perturbations of low rank: up to kernels::group of them at once. Lane i has perturbation i mod width, of sample
  // i / width of as many samples as there is room for.
  struct LowRankGroup {
    std::array<std::size_t, kernels::group> first{};  // its perturbation, or the first of its pair
    std::size_t count = 0;
    std::size_t width = 1;    // count rounded up to a power of 2
    std::size_t samples = 1;  // together: group/width
    bool pair = false;
    Noise noise = Noise::none;
    std::uint32_t rank = 1;
    std::span<const Perturbation> of{};
    [[nodiscard]] const Perturbation& at(std::size_t i) const { return of[first[i]]; }
  };
  struct LowRankLayer {
    bool factored = false;       // else plain noise: one factor is the noise, the other 1
    std::size_t rank = 1;        // r, or 1
    std::uint64_t position = 0;  // of A in the stream
    Buffer<S> a, b, bias;        // in×rank×group, out×rank×group, out×group (times the scale)
    Buffer<S> along;             // h·A: samples×rank×group
    Buffer<S> panels;            // the weights; none of the first layer
    std::array<S, kernels::group> scale{};
  };
  // One block of samples under way: a thread's own.
  struct LowRankContext {
    Buffer<S> odd, even, z_odd, z_even, u_odd, u_even, y_plus, y_minus, z, h;
    std::vector<std::uint32_t> odd_units, even_units;
    std::vector<kernels::Rows<S>> odd_rows, even_rows;    // of each set of samples
    std::vector<kernels::Rows<S>> odd_parts, even_parts;  // the same by blocks of units, block after block
  };
  struct LowRankWork {
    std::uint32_t rank = 0;  // that it is made for
    std::vector<LowRankLayer> layers;
    std::vector<LowRankContext> contexts;
    std::vector<Buffer<S>> noise;  // of each thread: components in the order of their stream
    std::vector<Item> items;
    std::vector<std::uint64_t> multiplied;  // of each block and layer: rows that products took, times samples in them
    std::vector<double> losses;             // perturbations×2×samples
    Pass<S> clean;
  };

  Inside(const Network& network_, Loss loss_, std::size_t maximum, ThreadPool* shared, int threads, Isa isa);

  Network network;
  Loss loss;
  std::size_t maximum_batch;
  std::unique_ptr<ThreadPool> owned;
  ThreadPool* pool;
  Tasks tasks;
  Gemm<S> gemm;
  std::size_t widest = 0;          // of all widths, inputs included
  std::size_t largest_packed = 0;  // of all left sides
  Buffer<S> packed, packed_dot, scratch;
  Buffer<S> bias_part;  // the gradient of one layer's bias
  // Forward mode: ż and ḣ of each layer (jvp uses those of the first two in turn), made at first use.
  std::vector<Buffer<S>> z_dot, h_dot;
  Buffer<S> delta_dot, errors, errors_dot, second, bias_dot;
  // Perturbed evaluation, made at first use.
  std::vector<Context> contexts;
  Buffer<S> packed_x, z_clean;
  std::vector<Item> items;
  const kernels::LowRankKernels<S>& low_rank_kernels;
  LowRankWork low;  // made at first use

  void check(std::span<const S> theta, const Batch<S>& batch, const Pass<S>& pass, bool with_loss) const;
  void make_tangents();
  void make_contexts();
  // f(first row, rows, worker) over the rows of a batch.
  template <class F>
  void by_rows(const Tasks& where, std::size_t rows, std::size_t width, F&& f) const {
    constexpr std::size_t chunk = 16;
    where.run((rows + chunk - 1) / chunk, 8.0 * static_cast<double>(rows * width),
              [&](std::size_t i, int worker) { f(i * chunk, std::min(chunk, rows - i * chunk), worker); });
  }
  void activate(const Tasks& where, Activation activation, std::size_t rows, std::size_t width, const S* z,
                S* h) const {
    if (z == h) return;
    by_rows(where, rows, width, [&](std::size_t b, std::size_t n, int) {
      gemm.kernels().activate(activation, z + b * width, h + b * width, n * width);
    });
  }
  // f(row, first unit, units, ε) over the noise of one layer's nodes, rows [b0, b0 + n). Rows of a small network lie
  // close together in the stream, and are made in one call.
  template <class F>
  void by_node_noise(const NodeNoise& noise, const LayerView& view, std::size_t b0, std::size_t n, F&& f) const {
    constexpr std::size_t room = 2048;
    alignas(64) S epsilon[room];
    const std::size_t all = network.units();
    if ((n - 1) * all + view.out <= room) {
      gemm.fill(epsilon, (n - 1) * all + view.out, noise.noise, noise.stream, b0 * all + view.units);
      for (std::size_t b = 0; b < n; ++b) f(b0 + b, std::size_t{0}, view.out, epsilon + b * all);
      return;
    }
    for (std::size_t b = b0; b < b0 + n; ++b)
      for (std::size_t j = 0; j < view.out; j += room) {
        const std::size_t count = std::min(room, view.out - j);
        gemm.fill(epsilon, count, noise.noise, noise.stream, b * all + view.units + j);
        f(b, j, count, epsilon);
      }
  }
  void add_node_noise(const NodeNoise& noise, std::size_t layer, std::size_t rows, S* z) const;
  // z = from + noise, h = φ(z)
  void noisy_layer(const NodeNoise& noise, const S* epsilon, std::size_t layer, std::size_t rows, const S* from, S* z,
                   S* h) const;
  void weight_gradient(const S* h, std::size_t in, const S* deltas, std::size_t out, std::size_t rows, S* weights,
                       bool accumulate);
  // With `epsilon`: beside the pass `clean`.
  void forward(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, const NodeNoise* noise,
               const Pass<S>* clean = nullptr, const S* epsilon = nullptr);
  // Tangent, and primal before it unless the pass holds it; ż and ḣ of layer l in z_dot[keep ? l : l mod 2].
  void forward_tangent(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, const Tangent<S>& tangent,
                       bool keep, bool primal = true);
  void perturbed(const Tasks& where, Context& context, std::span<const S> theta, const Batch<S>& batch,
                 const Perturbation& perturbation, const S* epsilon, double* plus, double* minus);
  void make_low_rank(std::uint32_t rank);
  void make_factors(const LowRankGroup& group);
  void low_rank_block(const LowRankGroup& group, LowRankContext& context, const Batch<S>& batch, std::size_t block);
  void low_rank_loss(const LowRankGroup& group, const Batch<S>& batch, std::size_t first, const S* y, double* losses);
  double low_rank_losses(std::span<const S> theta, const Batch<S>& batch, std::span<const Perturbation> perturbations,
                         std::span<double> losses);
  [[nodiscard]] double flops_low_rank(std::size_t size, const LowRankGroup& group) const;
  // Mean loss of a pass; leaves softmax where backward wants it.
  double loss_of(Pass<S>& pass, const Batch<S>& batch) const {
    const std::size_t width = network.outputs();
    const double mean =
        loss_forward<S>(loss, pass.outputs(), batch, width, pass.losses_, pass.deltas(pass.layers_.size() - 1));
    pass.softmax_in_delta_ = loss == Loss::cross_entropy;
    return mean;
  }
  double loss_of(const S* y, const Batch<S>& batch, std::span<double> losses) const {
    return loss_forward<S>(loss, std::span(y, batch.size * network.outputs()), batch, network.outputs(), losses);
  }
};

inline bool is_low_rank(const Perturbation& p) { return p.noise != Noise::none && p.rank > 0; }
// One direction, once with its scale and once with its negative.
inline bool is_pair(const Perturbation& p, const Perturbation& next) {
  return p.noise != Noise::none && next.noise == p.noise && next.scale == -p.scale && next.stream == p.stream &&
         next.rank == p.rank;
}

inline void check_size(const char* what, std::size_t is, std::size_t should) {
  if (is != should)
    throw InvalidArgument(std::string(what) + " has " + std::to_string(is) + " entries; it should have " +
                          std::to_string(should));
}

}  // namespace thalweg
