// Losses, of the outputs y (batch×outputs) of a network; the loss of a batch is the mean over its samples.
//   cross_entropy  −log softmax(y)[label]          "cross-entropy"
//   squared_error  ½‖y − t‖²                       "squared-error"
// Each has its gradient (vjp) and its directional derivative (jvp) with respect to y, and the product of its Hessian.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "thalweg/core/random.hpp"
#include "thalweg/network/batch.hpp"

namespace thalweg {

enum class Loss : std::uint8_t { cross_entropy, squared_error };
std::string_view name(Loss loss);
Loss loss_named(std::string_view text);  // throws InvalidArgument that lists the names

// Throws InvalidArgument when the batch lacks what the loss needs, a size is wrong or a label is outside [0, width).
template <class S>
void check_batch(Loss loss, const Batch<S>& batch, std::size_t inputs, std::size_t width);

// losses[b] of each sample; returns their mean, summed in order of b. Cross-entropy also writes softmax(y),
// batch×width, unless `probabilities` is empty.
template <class S>
double loss_forward(Loss loss, std::span<const S> y, const Batch<S>& batch, std::size_t width,
                    std::span<double> losses, std::span<S> probabilities = {});
// dy = ∂(mean loss)/∂y, batch×width.
template <class S>
void loss_vjp(Loss loss, std::span<const S> y, const Batch<S>& batch, std::size_t width, std::span<S> dy);
// The same for targets drawn from the network's own prediction instead of the batch's: labels from softmax(y), sample
// b's by component b of `stream`; for the squared error targets y + ε with ε of independent signs, which give the
// mean of dy dyᵀ that the model's N(y, I) gives, with less variance.
template <class S>
void loss_model_vjp(Loss loss, std::span<const S> y, std::size_t size, std::size_t width, const Stream& stream,
                    std::span<S> dy);
// Of each sample's loss along the tangent ydot: derivatives[b] = ∂loss_b/∂y·ydot_b; returns the mean.
template <class S>
double loss_jvp(Loss loss, std::span<const S> y, std::span<const S> ydot, const Batch<S>& batch, std::size_t width,
                std::span<double> derivatives);
// out = ∂²(mean loss)/∂y² ydot, batch×width.
template <class S>
void loss_hessian(Loss loss, std::span<const S> y, std::span<const S> ydot, const Batch<S>& batch, std::size_t width,
                  std::span<S> out);

// How many samples have their label as the (first) largest output.
template <class S>
std::size_t correct(std::span<const S> y, std::span<const std::int32_t> labels, std::size_t width);
// The fraction; 0 for no samples.
template <class S>
double accuracy(std::span<const S> y, std::span<const std::int32_t> labels, std::size_t width) {
  return labels.empty() ? 0.0 : static_cast<double>(correct(y, labels, width)) / static_cast<double>(labels.size());
}

}  // namespace thalweg
