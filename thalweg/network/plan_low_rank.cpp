// Many perturbations of low rank, evaluated as what they change: W + σABᵀ/√r is never made.
//
// `group` evaluations go together, one a lane of every number: 16 perturbations of one sample, or fewer of several
// samples. The network is run once at θ: z_l, h_l. Of a pair ±σ the changes of z and h are kept as their odd and even
// parts, z± = z + e ± o. Through one layer, u = σ(h + e)A/√r and w = σ oA/√r being r numbers a lane,
//     o ← oW + uBᵀ + σε_b,    e ← eW + wBᵀ,
// and through an activation the parts of φ(z + e ± o) − φ(z). Nothing is approximated: this is θ ± σε's forward pass,
// less what all have in common (so that the difference of a pair's losses is rounded less than that of two passes).
//
// What is saved beside X·W: products take the rows of a change that are not zero in all lanes. Under a ReLU and with
// 16 perturbations these are for o the units that are on, about half; and for e after the first layer those few where
// a sign changes between +σ and −σ. So a pair costs about half a product in the second layer instead of two, and one
// instead of two in those above; with an activation that is smooth two. Fewer perturbations share lanes with samples
// that have other units on.
//
// Memory: the packed weights of all layers but the first, and 4·16·16 numbers a unit of the widest layer a thread.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "thalweg/network/low_rank.hpp"
#include "thalweg/network/plan_inside.hpp"

namespace thalweg {
namespace {

using kernels::group;
using kernels::panel;

constexpr std::size_t set_block = 16;  // sets of samples of one task; at least 4 where they are of many samples
constexpr std::size_t block_samples(std::size_t samples) {
  return std::max<std::size_t>(set_block / samples, 4) * samples;
}
constexpr std::size_t unit_block = 256;  // of one panel of weights: 16 KB of floats, which stay in the first cache

constexpr std::size_t parts(std::size_t x, std::size_t size) { return (x + size - 1) / size; }

// Rows of each sample, cut by blocks of units: part k·samples + b.
template <class S>
void by_units(std::span<const kernels::Rows<S>> rows, std::size_t blocks, std::vector<kernels::Rows<S>>& cut) {
  for (std::size_t b = 0; b < rows.size(); ++b) {
    const kernels::Rows<S>& all = rows[b];
    std::size_t first = 0;
    for (std::size_t k = 0; k < blocks; ++k) {
      const std::uint32_t* const from = all.units + first;
      const std::size_t count = static_cast<std::size_t>(
          std::lower_bound(from, static_cast<const std::uint32_t*>(all.units) + all.count, (k + 1) * unit_block) -
          from);
      cut[k * rows.size() + b] = {all.values + first * group, all.units + first, count};
      first += count;
    }
  }
}

}  // namespace

template <class S>
void Plan<S>::Inside::make_low_rank(std::uint32_t rank) {
  const std::size_t count = network.layers().size(), r = rank;
  if (low.rank < rank) {
    low.layers.resize(count);
    for (std::size_t l = 0; l < count; ++l) {
      const LayerView& view = network.layers()[l];
      LowRankLayer& layer = low.layers[l];
      layer.a.reserve(view.in * r * group), layer.b.reserve(view.out * r * group);
      layer.bias.reserve(view.out * group);
      layer.along.reserve(maximum_batch * r * group);
      if (l > 0) layer.panels.reserve(parts(view.out, panel) * panel * view.in);
    }
    const std::size_t rows = std::min(set_block, maximum_batch), wide = parts(widest, panel) * panel;
    const std::size_t room = (wide + 1) * group;
    low.contexts.resize(static_cast<std::size_t>(pool->threads()));
    low.noise.resize(low.contexts.size());
    for (Buffer<S>& noise : low.noise) noise.reserve(widest * r);
    for (LowRankContext& c : low.contexts) {
      for (Buffer<S>* buffer : {&c.odd, &c.even, &c.z_odd, &c.z_even}) buffer->reserve(rows * room);
      for (Buffer<S>* buffer : {&c.u_odd, &c.u_even}) buffer->reserve(rows * r * group);
      for (Buffer<S>* buffer : {&c.y_plus, &c.y_minus}) buffer->reserve(network.outputs() * group);
      for (Buffer<S>* buffer : {&c.z, &c.h}) buffer->reserve(widest * group);
      c.odd_units.resize(rows * (wide + 1)), c.even_units.resize(rows * (wide + 1));
      c.odd_rows.resize(rows), c.even_rows.resize(rows);
      c.odd_parts.resize(rows * parts(widest, unit_block)), c.even_parts.resize(c.odd_parts.size());
      for (std::size_t b = 0; b < rows; ++b) {
        c.odd_rows[b] = {c.odd.data() + b * room, c.odd_units.data() + b * (wide + 1), 0};
        c.even_rows[b] = {c.even.data() + b * room, c.even_units.data() + b * (wide + 1), 0};
      }
    }
    low.multiplied.resize(parts(maximum_batch, set_block) * count);
    low.losses.resize(2 * group * maximum_batch);
    low.rank = rank;
  }
  std::uint64_t position = network.parameters();
  for (std::size_t l = 0; l < count; ++l) {
    const LayerView& view = network.layers()[l];
    LowRankLayer& layer = low.layers[l];
    layer.factored = has_factors({view.weights, view.in, view.out});
    layer.rank = layer.factored ? r : 1;
    layer.position = position;
    if (layer.factored) position += r * (view.in + view.out);
  }
}

// A, B and the biases' noise of every lane, with the lanes innermost; 0 in lanes that are not used.
template <class S>
void Plan<S>::Inside::make_factors(const LowRankGroup& perturbations) {
  const double shrink = 1.0 / std::sqrt(static_cast<double>(perturbations.rank));
  const std::size_t width = perturbations.width;
  for (LowRankLayer& layer : low.layers)
    for (std::size_t lane = 0; lane < group; ++lane)
      layer.scale[lane] =
          lane % width >= perturbations.count
              ? S{0}
              : static_cast<S>(perturbations.at(lane % width).scale * (layer.factored ? shrink : 1.0));
  double numbers = 0.0;
  for (std::size_t l = 0; l < low.layers.size(); ++l)
    numbers += static_cast<double>(low.layers[l].rank * (network.layers()[l].in + network.layers()[l].out));
  tasks.run(width, 12.0 * static_cast<double>(width) * numbers, [&](std::size_t k, int worker) {
    S* const noise = low.noise[static_cast<std::size_t>(worker)].data();
    const bool used = k < perturbations.count;
    const auto put = [&](S* to, S value) {
      for (std::size_t lane = k; lane < group; lane += width) to[lane] = value;
    };
    for (std::size_t l = 0; l < low.layers.size(); ++l) {
      const LayerView& view = network.layers()[l];
      LowRankLayer& layer = low.layers[l];
      const std::size_t r = layer.rank;
      // Row i·inner + j of `to` is component i + j·outer from `position` on, times a factor.
      const auto spread = [&](S* to, std::size_t outer, std::size_t inner, std::uint64_t position, S factor) {
        if (used) gemm.fill(noise, outer * inner, perturbations.noise, perturbations.at(k).stream, position);
        for (std::size_t j = 0; j < inner; ++j)
          for (std::size_t i = 0; i < outer; ++i)
            put(to + (i * inner + j) * group, used ? factor * noise[j * outer + i] : S{0});
      };
      spread(layer.bias.data(), view.out, 1, view.bias, used ? static_cast<S>(perturbations.at(k).scale) : S{0});
      if (layer.factored) {
        spread(layer.a.data(), view.in * r, 1, layer.position, S{1});
        spread(layer.b.data(), view.out, r, layer.position + view.in * r, S{1});
      } else {  // one row or column of plain noise, and 1
        const bool row = view.in == 1;
        spread((row ? layer.b : layer.a).data(), row ? view.out : view.in, 1, view.weights, S{1});
        put((row ? layer.a : layer.b).data(), S{1});
      }
    }
  });
}

template <class S>
void Plan<S>::Inside::low_rank_block(const LowRankGroup& perturbations, LowRankContext& c, const Batch<S>& batch,
                                     std::size_t block) {
  const std::size_t together = perturbations.samples, width = perturbations.width;
  const std::size_t first = block * block_samples(together);
  const std::size_t samples = std::min(block_samples(together), batch.size - first), sets = parts(samples, together);
  const bool pair = perturbations.pair;
  const std::size_t count = network.layers().size();
  // Of lane i of set s; beyond the batch it is the last one, once more.
  const auto sample = [&](std::size_t s, std::size_t lane) {
    return std::min(first + s * together + lane / width, batch.size - 1);
  };
  for (std::size_t l = 0; l < count; ++l) {
    const LayerView& view = network.layers()[l];
    const LowRankLayer& layer = low.layers[l];
    const std::size_t numbers = layer.rank * group, padded = parts(view.out, panel) * panel;
    std::uint64_t multiplied = 0;
    for (std::size_t s = 0; s < sets; ++s) {  // u and w
      S *const odd = c.u_odd.data() + s * numbers, *const even = c.u_even.data() + s * numbers;
      if (l > 0) {  // along A: e (or, of no pair, o) for u, o for w
        low_rank_kernels.project(c.odd_rows[s], layer.a.data(), layer.rank, pair ? even : odd);
        if (pair) low_rank_kernels.project(c.even_rows[s], layer.a.data(), layer.rank, odd);
        multiplied +=
            (c.odd_rows[s].count + (pair ? c.even_rows[s].count : 0)) * std::min(together, samples - s * together);
      }
      for (std::size_t i = 0; i < numbers; ++i) {
        const S scale = layer.scale[i % group], along = layer.along.data()[sample(s, i % group) * numbers + i];
        odd[i] = scale * (l > 0 ? along + odd[i] : along);
        if (pair && l > 0) even[i] *= scale;
      }
    }
    low.multiplied[block * count + l] = multiplied;
    if (l > 0) {
      const std::size_t blocks = parts(view.in, unit_block);
      by_units<S>(std::span(c.odd_rows).first(sets), blocks, c.odd_parts);
      if (pair) by_units<S>(std::span(c.even_rows).first(sets), blocks, c.even_parts);
      for (std::size_t p = 0; p < padded; p += panel)
        for (std::size_t k = 0; k < blocks; ++k)
          for (std::size_t s = 0; s < sets; ++s) {
            const S* const weights = layer.panels.data() + p * view.in;
            const std::size_t at = (s * padded + p) * group, part = k * sets + s;
            low_rank_kernels.multiply(weights, c.odd_parts[part], k > 0, c.z_odd.data() + at);
            if (pair) low_rank_kernels.multiply(weights, c.even_parts[part], k > 0, c.z_even.data() + at);
          }
    }
    for (std::size_t s = 0; s < sets; ++s) {
      kernels::LowRankLayer<S> step;
      step.activation = view.activation, step.pair = pair, step.out = view.out, step.rank = layer.rank;
      const auto& at_theta = low.clean.layers_[l];
      if (together == 1) {
        step.z = at_theta.z + (first + s) * view.out, step.h = at_theta.h + (first + s) * view.out;
      } else {
        for (std::size_t lane = 0; lane < group; ++lane)
          for (std::size_t j = 0, from = sample(s, lane) * view.out; j < view.out; ++j) {
            c.z.data()[j * group + lane] = at_theta.z[from + j];
            c.h.data()[j * group + lane] = at_theta.h[from + j];
          }
        step.by_lane = true, step.z = c.z.data(), step.h = c.h.data();
      }
      step.u_odd = c.u_odd.data() + s * numbers;
      step.b = layer.b.data(), step.epsilon = layer.bias.data();
      if (l > 0) step.odd = c.z_odd.data() + s * padded * group;
      if (l > 0 && pair) {
        step.even = c.z_even.data() + s * padded * group;
        step.u_even = c.u_even.data() + s * numbers;
      }
      if (l + 1 < count) {
        low_rank_kernels.activate(step, c.odd_rows[s], c.even_rows[s]);
        continue;
      }
      low_rank_kernels.outputs(step, c.y_plus.data(), c.y_minus.data());
      low_rank_loss(perturbations, batch, first + s * together, c.y_plus.data(), low.losses.data());
      if (pair)
        low_rank_loss(perturbations, batch, first + s * together, c.y_minus.data(), low.losses.data() + batch.size);
    }
  }
}

// losses[2·perturbation·size + sample] of a set of samples from `first` on, by its outputs.
template <class S>
void Plan<S>::Inside::low_rank_loss(const LowRankGroup& perturbations, const Batch<S>& batch, std::size_t first,
                                    const S* y, double* losses) {
  const std::size_t outputs = network.outputs();
  alignas(64) S largest[group] = {}, sum[group] = {};
  if (loss == Loss::cross_entropy) low_rank_kernels.exponentials(y, outputs, largest, sum);
  for (std::size_t lane = 0; lane < group; ++lane) {
    const std::size_t k = lane % perturbations.width, sample = first + lane / perturbations.width;
    if (k >= perturbations.count || sample >= batch.size) continue;
    double& to = losses[2 * k * batch.size + sample];
    if (loss == Loss::cross_entropy) {
      to = static_cast<double>(largest[lane]) + std::log(static_cast<double>(sum[lane])) -
           static_cast<double>(y[static_cast<std::size_t>(batch.labels[sample]) * group + lane]);
      continue;
    }
    double squares = 0.0;
    for (std::size_t j = 0; j < outputs; ++j) {
      const double d =
          static_cast<double>(y[j * group + lane]) - static_cast<double>(batch.targets[sample * outputs + j]);
      squares += d * d;
    }
    to = 0.5 * squares;
  }
}

template <class S>
double Plan<S>::Inside::low_rank_losses(std::span<const S> theta, const Batch<S>& batch,
                                        std::span<const Perturbation> perturbations, std::span<double> losses) {
  const auto& layers = network.layers();
  forward(theta, batch, low.clean, nullptr);
  std::uint32_t largest = 0;
  for (const Item& item : low.items) largest = std::max(largest, perturbations[item.first].rank);
  make_low_rank(largest);
  for (std::size_t l = 1; l < layers.size(); ++l) {  // the weights in panels, zero beyond their width
    const LayerView& view = layers[l];
    const S* const weights = theta.data() + view.weights;
    S* const panels = low.layers[l].panels.data();
    tasks.run(parts(view.out, panel), 8.0 * static_cast<double>(view.in * view.out), [&](std::size_t p, int) {
      const std::size_t j = p * panel, width = std::min(panel, view.out - j);
      for (std::size_t i = 0; i < view.in; ++i)
        std::memcpy(panels + (j * view.in + i * panel), weights + i * view.out + j, width * sizeof(S));
    });
  }
  double flops = 0.0;
  for (std::size_t at = 0; at < low.items.size();) {
    const Perturbation& like = perturbations[low.items[at].first];
    LowRankGroup lanes;
    lanes.pair = low.items[at].pair, lanes.noise = like.noise, lanes.rank = like.rank, lanes.of = perturbations;
    for (; at < low.items.size() && lanes.count < group; ++at) {
      const Perturbation& next = perturbations[low.items[at].first];
      if (low.items[at].pair != lanes.pair || next.noise != lanes.noise || next.rank != lanes.rank) break;
      lanes.first[lanes.count++] = low.items[at].first;
    }
    lanes.width = std::bit_ceil(lanes.count), lanes.samples = group / lanes.width;
    make_low_rank(lanes.rank);
    make_factors(lanes);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      LowRankLayer& layer = low.layers[l];
      gemm.pack_left(tasks, l == 0 ? low.clean.x_ : low.clean.layers_[l - 1].h, batch.size, layers[l].in,
                     packed.data());
      const Left<S> left{packed.data(), layer.along.data()};
      gemm.multiply(tasks, {&left, 1}, true, batch.size, Right<S>{layer.a.data(), layers[l].in, layer.rank * group});
    }
    const std::size_t blocks = parts(batch.size, block_samples(lanes.samples));
    std::ranges::fill(low.multiplied, 0);
    if (pool->threads() > 1 && blocks > 1)
      pool->run(blocks, [&](std::size_t block, int worker) {
        low_rank_block(lanes, low.contexts[static_cast<std::size_t>(worker)], batch, block);
      });
    else
      for (std::size_t block = 0; block < blocks; ++block) low_rank_block(lanes, low.contexts[0], batch, block);
    for (std::size_t i = 0; i < lanes.count; ++i)
      for (std::size_t side = 0; side < (lanes.pair ? 2u : 1u); ++side) {
        double sum = 0.0;
        for (std::size_t b = 0; b < batch.size; ++b) sum += low.losses[(2 * i + side) * batch.size + b];
        losses[lanes.first[i] + side] = sum / static_cast<double>(batch.size);
      }
    flops += flops_low_rank(batch.size, lanes);
  }
  return flops;
}

#define THALWEG_INSTANTIATE(S)                                                          \
  template double Plan<S>::Inside::low_rank_losses(std::span<const S>, const Batch<S>&, \
                                                   std::span<const Perturbation>, std::span<double>)
THALWEG_INSTANTIATE(float);
THALWEG_INSTANTIATE(double);
#undef THALWEG_INSTANTIATE

}  // namespace thalweg
