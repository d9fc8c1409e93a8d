// Operations that each pass executes. A fused multiply-add counts 2, as do its halves apart; eˣ counts 20 (the
// polynomial and range reduction of activation_kernels.inl), a division 1. Packing and integer work count nothing.
//   activations: relu 1, sigmoid 22, tanh 32, gelu 38; their derivatives: relu 1, tanh and sigmoid 3, gelu 64
//   losses: cross-entropy 24 an output, squared error 3
#include "thalweg/core/noise.hpp"
#include "thalweg/network/plan_inside.hpp"

namespace thalweg {
namespace {

double activation_cost(Activation a) {
  constexpr double costs[] = {0, 1, 32, 22, 38};
  return costs[static_cast<std::size_t>(a)];
}
double derivative_cost(Activation a) {
  constexpr double costs[] = {0, 1, 3, 3, 64};
  return costs[static_cast<std::size_t>(a)];
}
double loss_cost(Loss loss) { return loss == Loss::cross_entropy ? 24.0 : 3.0; }

struct Shape {
  double products = 0;     // 2·in·out of all layers
  double products_up = 0;  // of all but the first
  double first = 0;        // of the first
  double units = 0, activations = 0, derivatives = 0, outputs = 0;
  Shape(const Network& network, Loss loss) {
    for (const LayerView& l : network.layers()) {
      const double product = 2.0 * static_cast<double>(l.in) * static_cast<double>(l.out);
      const double out = static_cast<double>(l.out);
      products += product;
      units += out;
      activations += out * activation_cost(l.activation);
      derivatives += out * derivative_cost(l.activation);
    }
    const LayerView& l = network.layers().front();
    first = 2.0 * static_cast<double>(l.in) * static_cast<double>(l.out);
    products_up = products - first;
    outputs = static_cast<double>(network.outputs()) * loss_cost(loss);
  }
  [[nodiscard]] double forward() const { return products + units + activations + outputs; }
};

}  // namespace

template <class S>
double Plan<S>::flops_forward(std::size_t size) const {
  return static_cast<double>(size) * Shape(network(), loss()).forward();
}
template <class S>
double Plan<S>::flops_forward_beside(std::size_t size) const {
  const Shape s(network(), loss());
  return static_cast<double>(size) * (s.forward() - s.first);
}
template <class S>
double Plan<S>::flops_backward(std::size_t size) const {
  const Shape s(network(), loss());
  return static_cast<double>(size) * (s.products + s.products_up + s.units + s.derivatives + s.outputs);
}
template <class S>
double Plan<S>::flops_model_deltas(std::size_t size) const {
  const Shape s(network(), loss());
  return static_cast<double>(size) * (s.products_up + s.derivatives + s.outputs);
}
template <class S>
double Plan<S>::flops_jvp(std::size_t size) const {
  const Shape s(network(), loss());
  return static_cast<double>(size) *
         (s.forward() + s.products + s.products_up + 2.0 * s.units + s.derivatives + s.outputs);
}
template <class S>
double Plan<S>::flops_hessian_vector(std::size_t size) const {
  const Shape s(network(), loss());
  const double back = s.products + 4.0 * s.products_up + 2.0 * s.units + 3.0 * s.derivatives + 2.0 * s.outputs;
  return flops_jvp(size) + static_cast<double>(size) * back;
}
template <class S>
double Plan<S>::flops_fisher_vector(std::size_t size) const {
  const Shape s(network(), loss());
  const double tangent = s.products + s.products_up + 2.0 * s.units + s.derivatives;
  return static_cast<double>(size) * tangent + flops_backward(size);
}
template <class S>
double Plan<S>::flops_node_noise(std::size_t size, const NodeNoise& noise) const {
  double units = 0;
  for (std::size_t l = 0; l < network().layers().size(); ++l)
    if (noise.perturbs(l)) units += static_cast<double>(network().layers()[l].out);
  return static_cast<double>(size) * units * flops_per_noise(noise.noise);
}
template <class S>
double Plan<S>::flops_perturbed(std::size_t size, std::span<const Perturbation> perturbations) const {
  const Shape s(network(), loss());
  const double rows = static_cast<double>(size), n = static_cast<double>(network().parameters());
  double sum = 0;
  bool pairs = false;
  for (std::size_t k = 0; k < perturbations.size(); ++k) {
    const Perturbation& p = perturbations[k];
    if (is_low_rank(p)) continue;
    sum += n * flops_per_noise(p.noise) + rows * s.forward();
    if (k + 1 == perturbations.size() || !is_pair(p, perturbations[k + 1])) continue;
    sum += n + rows * (s.forward() - s.first);  // the noise is made once, the first product too
    pairs = true;
    ++k;
  }
  return sum + (pairs ? rows * s.first : 0.0);
}

// Of the lanes in use; what products took is in low.multiplied.
template <class S>
double Plan<S>::Inside::flops_low_rank(std::size_t size, const LowRankGroup& group) const {
  const double rows = static_cast<double>(size), lanes = static_cast<double>(group.count);
  const double sides = group.pair ? 2.0 : 1.0, noise = flops_per_noise(group.noise);
  const std::size_t count = network.layers().size();
  double sum = 0.0;
  for (std::size_t l = 0; l < count; ++l) {
    const LayerView& view = network.layers()[l];
    const double in = static_cast<double>(view.in), out = static_cast<double>(view.out);
    const double rank = static_cast<double>(low.layers[l].rank);
    double multiplied = 0.0;
    for (std::size_t i = l; i < low.multiplied.size(); i += count)
      multiplied += static_cast<double>(low.multiplied[i]);
    sum += lanes * noise * (rank * (in + out) + out);                    // factors and the bias's noise
    sum += rows * lanes * 2.0 * rank * in;                               // h·A
    sum += multiplied * lanes * 2.0 * (out + rank);                      // changes, through the weights and along A
    const bool two = group.pair && l > 0;                                // odd and even changes arrive
    sum += rows * lanes * out * (1.0 + 2.0 * rank * (two ? 2.0 : 1.0));  // to them what B and the bias do
    sum += l + 1 == count
               ? rows * lanes * sides * out * (2.0 + loss_cost(loss))
               : rows * lanes * out * (sides * (activation_cost(view.activation) + 3.0) + 2.0 * sides - 2.0);
  }
  return sum;
}

#define THALWEG_INSTANTIATE(S)                                                             \
  template double Plan<S>::flops_forward(std::size_t) const;                               \
  template double Plan<S>::flops_forward_beside(std::size_t) const;                        \
  template double Plan<S>::flops_backward(std::size_t) const;                              \
  template double Plan<S>::flops_model_deltas(std::size_t) const;                          \
  template double Plan<S>::flops_jvp(std::size_t) const;                                   \
  template double Plan<S>::flops_hessian_vector(std::size_t) const;                        \
  template double Plan<S>::flops_fisher_vector(std::size_t) const;                         \
  template double Plan<S>::flops_node_noise(std::size_t, const NodeNoise&) const;          \
  template double Plan<S>::Inside::flops_low_rank(std::size_t, const LowRankGroup&) const; \
  template double Plan<S>::flops_perturbed(std::size_t, std::span<const Perturbation>) const
THALWEG_INSTANTIATE(float);
THALWEG_INSTANTIATE(double);
#undef THALWEG_INSTANTIATE

}  // namespace thalweg
