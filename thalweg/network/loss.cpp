#include "thalweg/network/loss.hpp"

#include <array>
#include <cmath>
#include <string>

#include "thalweg/core/noise.hpp"
#include "thalweg/core/options.hpp"
#include "thalweg/network/gemm_kernels.hpp"

namespace thalweg {
namespace {

constexpr std::array<std::string_view, 2> loss_names = {"cross-entropy", "squared-error"};

template <class S>
const kernels::GemmKernels<S>& best() {
  static const kernels::GemmKernels<S>& chosen = kernels::gemm_kernels<S>(best_isa());
  return chosen;
}
// p = softmax(y) of one row unless null; returns log Σ exp(y).
template <class S>
double softmax(const S* y, std::size_t width, S* p) {
  double log_sum = 0.0;
  best<S>().softmax(y, 1, width, p, &log_sum);
  return log_sum;
}
std::size_t label(std::int32_t l) { return static_cast<std::size_t>(l); }

[[noreturn]] void wrong_size(const char* what, std::size_t is, std::size_t should) {
  throw InvalidArgument(std::string(what) + " has " + std::to_string(is) + " entries; it should have " +
                        std::to_string(should));
}

}  // namespace

std::string_view name(Loss loss) { return loss_names[static_cast<std::size_t>(loss)]; }

Loss loss_named(std::string_view text) {
  for (std::size_t i = 0; i < loss_names.size(); ++i)
    if (loss_names[i] == text) return static_cast<Loss>(i);
  throw InvalidArgument("loss is \"" + std::string(text) + "\"; it is one of cross-entropy, squared-error");
}

template <class S>
void check_batch(Loss loss, const Batch<S>& batch, std::size_t inputs, std::size_t width) {
  if (batch.size == 0) throw InvalidArgument("the batch is empty");
  if (batch.inputs.size() != batch.size * inputs)
    wrong_size("batch.inputs", batch.inputs.size(), batch.size * inputs);
  if (loss == Loss::squared_error) {
    if (batch.targets.size() != batch.size * width)
      wrong_size("batch.targets", batch.targets.size(), batch.size * width);
    return;
  }
  if (batch.labels.size() != batch.size) wrong_size("batch.labels", batch.labels.size(), batch.size);
  for (std::int32_t l : batch.labels)
    if (l < 0 || label(l) >= width)
      throw InvalidArgument("a label is " + std::to_string(l) + "; the network has " + std::to_string(width) +
                            " outputs, so labels are 0 to " + std::to_string(width - 1));
}

template <class S>
double loss_forward(Loss loss, std::span<const S> y, const Batch<S>& batch, std::size_t width,
                    std::span<double> losses, std::span<S> probabilities) {
  double sum = 0.0;
  if (loss == Loss::cross_entropy)
    best<S>().softmax(y.data(), batch.size, width, probabilities.empty() ? nullptr : probabilities.data(),
                      losses.data());
  for (std::size_t b = 0; b < batch.size; ++b) {
    const S* row = y.data() + b * width;
    if (loss == Loss::cross_entropy) {
      losses[b] -= static_cast<double>(row[label(batch.labels[b])]);
    } else {
      double squares = 0.0;
      for (std::size_t j = 0; j < width; ++j) {
        const double d = static_cast<double>(row[j]) - static_cast<double>(batch.targets[b * width + j]);
        squares += d * d;
      }
      losses[b] = 0.5 * squares;
    }
    sum += losses[b];
  }
  return sum / static_cast<double>(batch.size);
}

template <class S>
void loss_vjp(Loss loss, std::span<const S> y, const Batch<S>& batch, std::size_t width, std::span<S> dy) {
  const S share = S{1} / static_cast<S>(batch.size);
  for (std::size_t b = 0; b < batch.size; ++b) {
    const S* row = y.data() + b * width;
    S* out = dy.data() + b * width;
    if (loss == Loss::cross_entropy) {
      softmax<S>(row, width, out);
      out[label(batch.labels[b])] -= S{1};
      for (std::size_t j = 0; j < width; ++j) out[j] *= share;
    } else {
      for (std::size_t j = 0; j < width; ++j) out[j] = (row[j] - batch.targets[b * width + j]) * share;
    }
  }
}

template <class S>
void loss_model_vjp(Loss loss, std::span<const S> y, std::size_t size, std::size_t width, const Stream& stream,
                    std::span<S> dy) {
  const S share = S{1} / static_cast<S>(size);
  if (loss == Loss::squared_error) {
    fill_noise<S>(dy.first(size * width), Noise::rademacher, stream);
    for (S& d : dy.first(size * width)) d *= share;
    return;
  }
  PhiloxBlock words{};
  for (std::size_t b = 0; b < size; ++b) {
    if (b % 4 == 0) words = stream.block(static_cast<std::uint32_t>(b / 4));
    S* out = dy.data() + b * width;
    softmax<S>(y.data() + b * width, width, out);
    double left = (static_cast<double>(words[b % 4]) + 0.5) * 0x1p-32;  // uniform in (0, 1)
    std::size_t drawn = 0;
    while (drawn + 1 < width && (left -= static_cast<double>(out[drawn])) >= 0.0) ++drawn;
    out[drawn] -= S{1};
    for (std::size_t j = 0; j < width; ++j) out[j] *= share;
  }
}

template <class S>
double loss_jvp(Loss loss, std::span<const S> y, std::span<const S> ydot, const Batch<S>& batch, std::size_t width,
                std::span<double> derivatives) {
  double sum = 0.0;
  for (std::size_t b = 0; b < batch.size; ++b) {
    const S* row = y.data() + b * width;
    const S* dot = ydot.data() + b * width;
    double d = 0.0;
    if (loss == Loss::cross_entropy) {  // Σ p ẏ − ẏ[label]
      const double log_sum = softmax<S>(row, width, nullptr);
      for (std::size_t j = 0; j < width; ++j)
        d += std::exp(static_cast<double>(row[j]) - log_sum) * static_cast<double>(dot[j]);
      d -= static_cast<double>(dot[label(batch.labels[b])]);
    } else {
      for (std::size_t j = 0; j < width; ++j)
        d += (static_cast<double>(row[j]) - static_cast<double>(batch.targets[b * width + j])) *
             static_cast<double>(dot[j]);
    }
    derivatives[b] = d;
    sum += d;
  }
  return sum / static_cast<double>(batch.size);
}

template <class S>
void loss_hessian(Loss loss, std::span<const S> y, std::span<const S> ydot, const Batch<S>& batch, std::size_t width,
                  std::span<S> out) {
  const S share = S{1} / static_cast<S>(batch.size);
  for (std::size_t b = 0; b < batch.size; ++b) {
    const S* dot = ydot.data() + b * width;
    S* to = out.data() + b * width;
    if (loss == Loss::cross_entropy) {  // (diag p − p pᵀ) ẏ
      softmax<S>(y.data() + b * width, width, to);
      S mean = 0;
      for (std::size_t j = 0; j < width; ++j) mean += to[j] * dot[j];
      for (std::size_t j = 0; j < width; ++j) to[j] *= (dot[j] - mean) * share;
    } else {
      for (std::size_t j = 0; j < width; ++j) to[j] = dot[j] * share;
    }
  }
}

template <class S>
std::size_t correct(std::span<const S> y, std::span<const std::int32_t> labels, std::size_t width) {
  std::size_t count = 0;
  for (std::size_t b = 0; b < labels.size(); ++b) {
    std::size_t best_class = 0;
    for (std::size_t j = 1; j < width; ++j)
      if (y[b * width + j] > y[b * width + best_class]) best_class = j;
    if (best_class == label(labels[b])) ++count;
  }
  return count;
}

#define THALWEG_INSTANTIATE(S)                                                                                   \
  template void check_batch(Loss, const Batch<S>&, std::size_t, std::size_t);                                    \
  template double loss_forward(Loss, std::span<const S>, const Batch<S>&, std::size_t, std::span<double>,        \
                               std::span<S>);                                                                    \
  template void loss_vjp(Loss, std::span<const S>, const Batch<S>&, std::size_t, std::span<S>);                  \
  template void loss_model_vjp(Loss, std::span<const S>, std::size_t, std::size_t, const Stream&, std::span<S>); \
  template double loss_jvp(Loss, std::span<const S>, std::span<const S>, const Batch<S>&, std::size_t,           \
                           std::span<double>);                                                                   \
  template void loss_hessian(Loss, std::span<const S>, std::span<const S>, const Batch<S>&, std::size_t,         \
                             std::span<S>);                                                                      \
  template std::size_t correct(std::span<const S>, std::span<const std::int32_t>, std::size_t)
THALWEG_INSTANTIATE(float);
THALWEG_INSTANTIATE(double);
#undef THALWEG_INSTANTIATE

}  // namespace thalweg
