// Forward mode: directional derivatives, and with a backward pass products with the Hessian.
#include "thalweg/network/plan_inside.hpp"

namespace thalweg {

template <class S>
void Plan<S>::Inside::make_tangents() {
  if (!z_dot.empty()) return;
  packed_dot = Buffer<S>(largest_packed);
  bias_dot = Buffer<S>(widest);
  z_dot.resize(2), h_dot.resize(2);
  for (std::size_t i = 0; i < 2; ++i) {
    z_dot[i] = Buffer<S>(maximum_batch * widest);
    h_dot[i] = Buffer<S>(maximum_batch * widest);
  }
}

// ż_l = ḣ_{l-1}·W + h_{l-1}·Ẇ + ḃ (+ the tangent of the nodes), ḣ_l = φ′(z_l) ⊙ ż_l
template <class S>
void Plan<S>::Inside::forward_tangent(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass,
                                      const Tangent<S>& tangent, bool keep, bool primal) {
  const bool along_weights = !tangent.weights.empty(), along_noise = tangent.noise.noise != Noise::none;
  if (along_weights) check_size("tangent.weights", tangent.weights.size(), network.parameters());
  const std::size_t rows = batch.size;
  pass.x_ = batch.inputs.data();
  pass.size_ = rows;
  const S* h = pass.x_;
  const S* h_tangent = nullptr;
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const LayerView& view = network.layers()[l];
    const auto& layer = pass.layers_[l];
    const std::size_t slot = keep ? l : l % 2;
    S* const zd = z_dot[slot].data();
    S* const hd = h_dot[slot].data();
    gemm.pack_left(tasks, h, rows, view.in, packed.data());
    if (h_tangent != nullptr) gemm.pack_left(tasks, h_tangent, rows, view.in, packed_dot.data());
    const Left<S> both[2] = {{packed.data(), layer.z, theta.data() + view.bias}, {packed_dot.data(), zd}};
    const std::size_t from = primal ? 0 : 1, to = h_tangent != nullptr ? 2 : 1;
    if (from < to)
      gemm.multiply(tasks, std::span(both + from, to - from), true, rows,
                    Right<S>{theta.data() + view.weights, view.in, view.out});
    if (h_tangent == nullptr) std::fill_n(zd, rows * view.out, S{0});
    if (along_weights || along_noise) {
      Right<S> right{along_weights ? tangent.weights.data() + view.weights : nullptr, view.in, view.out};
      right.noise = tangent.noise.noise, right.scale = static_cast<S>(tangent.noise.scale);
      right.stream = tangent.noise.stream, right.offset = view.weights;
      gemm.fill(bias_dot.data(), view.out, right.noise, right.stream, view.bias);
      for (std::size_t j = 0; j < view.out; ++j)
        bias_dot.data()[j] =
            right.scale * bias_dot.data()[j] + (along_weights ? tangent.weights[view.bias + j] : S{0});
      const Left<S> left{packed.data(), zd, bias_dot.data(), true};
      gemm.multiply(tasks, {&left, 1}, true, rows, right);
    }
    add_node_noise(tangent.nodes, l, rows, zd);
    if (primal) activate(tasks, view.activation, rows, view.out, layer.z, layer.h);
    by_rows(tasks, rows, view.out, [&](std::size_t b, std::size_t n, int) {
      const std::size_t at = b * view.out;
      std::copy_n(zd + at, n * view.out, hd + at);
      gemm.kernels().times_derivative(view.activation, layer.z + at, layer.h + at, hd + at, n * view.out);
    });
    h = layer.h;
    h_tangent = hd;
  }
}

template <class S>
double Plan<S>::jvp(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, const Tangent<S>& tangent) {
  inside_->check(theta, batch, pass, true);
  if (is_low_rank(tangent.noise))
    throw InvalidArgument("the tangent's noise has rank " + std::to_string(tangent.noise.rank) +
                          "; a tangent is plain noise (rank 0) or is given as numbers");
  inside_->make_tangents();
  inside_->forward_tangent(theta, batch, pass, tangent, false);
  inside_->loss_of(pass, batch);
  const std::size_t width = inside_->network.outputs(), last = inside_->network.layers().size() - 1;
  return loss_jvp<S>(inside_->loss, pass.outputs(), {inside_->z_dot[last % 2].data(), batch.size * width}, batch,
                     width, pass.directional_);
}

template <class S>
double Plan<S>::hessian_vector(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass,
                               std::span<const S> direction, std::span<S> out, std::span<S> gradient) {
  Inside& in = *inside_;
  const auto& layers = in.network.layers();
  in.check(theta, batch, pass, true);
  check_size("direction", direction.size(), in.network.parameters());
  check_size("out", out.size(), in.network.parameters());
  if (!gradient.empty()) check_size("gradient", gradient.size(), in.network.parameters());
  in.make_tangents();
  for (std::size_t l = in.z_dot.size(); l < layers.size(); ++l) {
    in.z_dot.emplace_back(in.maximum_batch * in.widest);
    in.h_dot.emplace_back(in.maximum_batch * in.widest);
  }
  for (Buffer<S>* b : {&in.delta_dot, &in.errors, &in.errors_dot, &in.second})
    b->reserve(in.maximum_batch * in.widest);
  Tangent<S> tangent;
  tangent.weights = direction;
  in.forward_tangent(theta, batch, pass, tangent, true);
  const double loss = in.loss_of(pass.layers_.back().h, batch, pass.losses_);
  pass.softmax_in_delta_ = false;

  const std::size_t rows = batch.size, last = layers.size() - 1, width = in.network.outputs();
  loss_gradient(pass, batch, pass.deltas(last));
  loss_hessian<S>(in.loss, pass.outputs(), {in.z_dot[last].data(), rows * width}, batch, width,
                  {in.delta_dot.data(), rows * width});
  for (std::size_t l = last;; --l) {
    const LayerView& view = layers[l];
    const S* const delta = pass.layers_[l].delta;
    S* const weights_out = out.data() + view.weights;
    if (!gradient.empty()) weight_gradient(pass, l, pass.deltas(l), gradient);
    in.weight_gradient(pass.inputs(l).data(), view.in, in.delta_dot.data(), view.out, rows, weights_out, false);
    if (l > 0) in.weight_gradient(in.h_dot[l - 1].data(), view.in, delta, view.out, rows, weights_out, true);
    in.gemm.kernels().sum_rows(in.delta_dot.data(), rows, view.out, out.data() + view.bias);
    if (l == 0) return loss;
    const auto through = [&](const S* from, const S* matrix, S* to, bool accumulate) {
      in.gemm.multiply_transposed(in.tasks, from, rows, view.out, matrix, view.in, to, accumulate, in.scratch.data());
    };
    through(delta, theta.data() + view.weights, in.errors.data(), false);
    through(in.delta_dot.data(), theta.data() + view.weights, in.errors_dot.data(), false);
    through(delta, direction.data() + view.weights, in.errors_dot.data(), true);
    const auto& below = pass.layers_[l - 1];
    const Activation activation = layers[l - 1].activation;
    const std::size_t count = rows * view.in;
    // δ = e ⊙ φ′,  δ̇ = ė ⊙ φ′ + e ⊙ φ″ ⊙ ż
    in.gemm.kernels().second_derivative(activation, below.z, below.h, in.second.data(), count);
    for (std::size_t i = 0; i < count; ++i) in.second.data()[i] *= in.errors.data()[i] * in.z_dot[l - 1].data()[i];
    in.gemm.kernels().times_derivative(activation, below.z, below.h, in.errors_dot.data(), count);
    in.gemm.kernels().axpy(in.errors_dot.data(), S{1}, in.second.data(), in.delta_dot.data(), count);
    in.gemm.kernels().times_derivative(activation, below.z, below.h, in.errors.data(), count);
    std::copy_n(in.errors.data(), count, below.delta);
  }
}

// ẏ forward, δ_last = ∂²(mean loss)/∂y² ẏ, and δ back as in backward.
template <class S>
void Plan<S>::fisher_vector(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass,
                            std::span<const S> direction, std::span<S> out) {
  const auto& layers = inside_->network.layers();
  inside_->check(theta, batch, pass, true);
  check_size("direction", direction.size(), inside_->network.parameters());
  check_size("out", out.size(), inside_->network.parameters());
  if (pass.size_ != batch.size || pass.x_ != batch.inputs.data())
    throw InvalidArgument("fisher_vector comes after forward of the same batch");
  inside_->make_tangents();
  Tangent<S> tangent;
  tangent.weights = direction;
  inside_->forward_tangent(theta, batch, pass, tangent, false, false);
  const std::size_t last = layers.size() - 1, width = inside_->network.outputs();
  loss_hessian<S>(inside_->loss, pass.outputs(), {inside_->z_dot[last % 2].data(), batch.size * width}, batch, width,
                  pass.deltas(last));
  for (std::size_t l = last;; --l) {
    weight_gradient(pass, l, pass.deltas(l), out);
    if (l == 0) return;
    propagate_back(pass, l - 1, theta.subspan(layers[l].weights, layers[l].in * layers[l].out), pass.deltas(l),
                   pass.deltas(l - 1));
  }
}

template double Plan<float>::jvp(std::span<const float>, const Batch<float>&, Pass<float>&, const Tangent<float>&);
template double Plan<double>::jvp(std::span<const double>, const Batch<double>&, Pass<double>&,
                                  const Tangent<double>&);
template double Plan<float>::hessian_vector(std::span<const float>, const Batch<float>&, Pass<float>&,
                                            std::span<const float>, std::span<float>, std::span<float>);
template void Plan<float>::fisher_vector(std::span<const float>, const Batch<float>&, Pass<float>&,
                                         std::span<const float>, std::span<float>);
template void Plan<double>::fisher_vector(std::span<const double>, const Batch<double>&, Pass<double>&,
                                          std::span<const double>, std::span<double>);
template double Plan<double>::hessian_vector(std::span<const double>, const Batch<double>&, Pass<double>&,
                                             std::span<const double>, std::span<double>, std::span<double>);

}  // namespace thalweg
