#include "thalweg/network/plan.hpp"

#include "thalweg/core/noise.hpp"
#include "thalweg/network/plan_inside.hpp"

namespace thalweg {

template <class S>
std::span<const S> Pass<S>::inputs(std::size_t layer) const {
  return {layer == 0 ? x_ : layers_[layer - 1].h, size_ * layers_[layer].in};
}
template <class S>
std::span<const S> Pass<S>::pre_activations(std::size_t layer) const {
  return {layers_[layer].z, size_ * layers_[layer].out};
}
template <class S>
std::span<const S> Pass<S>::outputs() const {
  return {layers_.back().h, size_ * layers_.back().out};
}
template <class S>
std::span<const double> Pass<S>::losses() const {
  return std::span(losses_).first(size_);
}
template <class S>
std::span<S> Pass<S>::deltas(std::size_t layer) {
  if (layer + 1 == layers_.size()) softmax_in_delta_ = false;  // it may be written to
  return {layers_[layer].delta, size_ * layers_[layer].out};
}
template <class S>
std::span<const double> Pass<S>::directional() const {
  return std::span(directional_).first(size_);
}

template <class S>
Plan<S>::Inside::Inside(const Network& network_, Loss loss_, std::size_t maximum, ThreadPool* shared, int threads,
                        Isa isa)
    : network(network_),
      loss(loss_),
      maximum_batch(maximum),
      owned(shared == nullptr ? std::make_unique<ThreadPool>(threads) : nullptr),
      pool(shared == nullptr ? owned.get() : shared),
      tasks(pool),
      gemm(isa, pool->threads()),
      low_rank_kernels(kernels::low_rank_kernels<S>(isa)) {
  if (maximum == 0) throw InvalidArgument("maximum_batch is 0; it is at least 1");
  if (!supported(isa)) throw InvalidArgument("isa is " + std::string(name(isa)) + ", which this machine lacks");
  std::size_t transposed = 0;
  widest = network.inputs();
  for (const LayerView& layer : network.layers()) {
    widest = std::max(widest, layer.out);
    largest_packed =
        std::max({largest_packed, gemm.packed_left(maximum, layer.in), gemm.packed_left(layer.in, maximum)});
    transposed = std::max({transposed, gemm.packed_left(maximum, layer.out), gemm.packed_right(layer.out, maximum),
                           gemm.packed_right(maximum, layer.out)});
  }
  packed = Buffer<S>(largest_packed);
  scratch = Buffer<S>(transposed);
  bias_part = Buffer<S>(widest);
  gemm.make_rows(std::max(widest, maximum));
}

template <class S>
void Plan<S>::Inside::check(std::span<const S> theta, const Batch<S>& batch, const Pass<S>& pass,
                            bool with_loss) const {
  check_size("theta", theta.size(), network.parameters());
  if (batch.size > maximum_batch)
    throw InvalidArgument("the batch has " + std::to_string(batch.size) + " samples; the plan was made for at most " +
                          std::to_string(maximum_batch));
  if (pass.layers_.size() != network.layers().size() || pass.losses_.size() < batch.size)
    throw InvalidArgument("the pass was made by another plan");
  if (with_loss) return check_batch(loss, batch, network.inputs(), network.outputs());
  if (batch.size == 0) throw InvalidArgument("the batch is empty");
  check_size("batch.inputs", batch.inputs.size(), batch.size * network.inputs());
}

template <class S>
void Plan<S>::Inside::add_node_noise(const NodeNoise& noise, std::size_t layer, std::size_t rows, S* z) const {
  if (!noise.perturbs(layer)) return;
  const LayerView& view = network.layers()[layer];
  const S scale = static_cast<S>(noise.scale);
  by_rows(tasks, rows, view.out, [&](std::size_t b0, std::size_t n, int) {
    by_node_noise(noise, view, b0, n, [&](std::size_t b, std::size_t j, std::size_t count, const S* epsilon) {
      S* const to = z + b * view.out + j;
      gemm.kernels().axpy(to, scale, epsilon, to, count);
    });
  });
}

template <class S>
void Plan<S>::Inside::noisy_layer(const NodeNoise& noise, const S* epsilon, std::size_t layer, std::size_t rows,
                                  const S* from, S* z, S* h) const {
  const LayerView& view = network.layers()[layer];
  const std::size_t out = view.out;
  const S scale = noise.perturbs(layer) ? static_cast<S>(noise.scale) : S{0};
  by_rows(tasks, rows, out, [&](std::size_t b0, std::size_t n, int) {
    for (std::size_t b = b0; b < b0 + n; ++b)
      gemm.kernels().axpy(from + b * out, scale, epsilon + b * network.units() + view.units, z + b * out, out);
    if (z != h) gemm.kernels().activate(view.activation, z + b0 * out, h + b0 * out, n * out);
  });
}

// z = h·W + b, h = φ(z), layer after layer.
template <class S>
void Plan<S>::Inside::forward(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, const NodeNoise* noise,
                              const Pass<S>* clean, const S* epsilon) {
  pass.x_ = batch.inputs.data();
  pass.size_ = batch.size;
  pass.softmax_in_delta_ = false;
  const S* h = pass.x_;
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const LayerView& view = network.layers()[l];
    const auto& layer = pass.layers_[l];
    const S* z = layer.z;
    if (clean != nullptr && l == 0) {
      z = clean->layers_[0].z;
    } else {
      gemm.pack_left(tasks, h, batch.size, view.in, packed.data());
      const Left<S> left{packed.data(), layer.z, theta.data() + view.bias};
      gemm.multiply(tasks, {&left, 1}, true, batch.size, Right<S>{theta.data() + view.weights, view.in, view.out});
    }
    if (epsilon != nullptr) {
      noisy_layer(*noise, epsilon, l, batch.size, z, layer.z, layer.h);
    } else {
      if (noise != nullptr) add_node_noise(*noise, l, batch.size, layer.z);
      activate(tasks, view.activation, batch.size, view.out, layer.z, layer.h);
    }
    h = layer.h;
  }
}

// weights (+)= hᵀ·deltas
template <class S>
void Plan<S>::Inside::weight_gradient(const S* h, std::size_t in, const S* deltas, std::size_t out, std::size_t rows,
                                      S* weights, bool accumulate) {
  gemm.pack_left_transposed(tasks, h, in, rows, packed.data());
  const Left<S> left{packed.data(), weights, nullptr, accumulate};
  gemm.multiply(tasks, {&left, 1}, false, in, Right<S>{deltas, rows, out});
}

template <class S>
Plan<S>::Plan(const Network& network, Loss loss, std::size_t maximum_batch, int threads, Isa isa)
    : inside_(std::make_unique<Inside>(network, loss, maximum_batch, nullptr, threads, isa)) {}
template <class S>
Plan<S>::Plan(const Network& network, Loss loss, std::size_t maximum_batch, ThreadPool& pool, Isa isa)
    : inside_(std::make_unique<Inside>(network, loss, maximum_batch, &pool, 1, isa)) {}
template <class S>
Plan<S>::~Plan() = default;
template <class S>
Plan<S>::Plan(Plan&&) noexcept = default;
template <class S>
Plan<S>& Plan<S>::operator=(Plan&&) noexcept = default;

template <class S>
const Network& Plan<S>::network() const {
  return inside_->network;
}
template <class S>
Loss Plan<S>::loss() const {
  return inside_->loss;
}
template <class S>
std::size_t Plan<S>::maximum_batch() const {
  return inside_->maximum_batch;
}

template <class S>
Pass<S> Plan<S>::pass() const {
  const auto up = [](std::size_t n) { return (n + 15) / 16 * 16; };
  const std::size_t rows = inside_->maximum_batch;
  std::size_t total = 0;
  for (const LayerView& layer : inside_->network.layers())
    total += (layer.activation == Activation::linear ? 2 : 3) * up(rows * layer.out);
  auto storage = std::make_shared<Buffer<S>>(total);
  Pass<S> made;
  S* next = storage->data();
  for (const LayerView& layer : inside_->network.layers()) {
    typename Pass<S>::Layer l;
    l.in = layer.in, l.out = layer.out;
    const std::size_t size = up(rows * layer.out);
    l.z = std::exchange(next, next + size);
    l.h = layer.activation == Activation::linear ? l.z : std::exchange(next, next + size);
    l.delta = std::exchange(next, next + size);
    made.layers_.push_back(l);
  }
  made.losses_.resize(rows);
  made.directional_.resize(rows);
  made.storage_ = std::move(storage);
  return made;
}

template <class S>
double Plan<S>::forward(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass) {
  inside_->check(theta, batch, pass, true);
  inside_->forward(theta, batch, pass, nullptr);
  return inside_->loss_of(pass, batch);
}
template <class S>
double Plan<S>::forward(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, const NodeNoise& noise) {
  inside_->check(theta, batch, pass, true);
  inside_->forward(theta, batch, pass, &noise);
  return inside_->loss_of(pass, batch);
}
template <class S>
double Plan<S>::forward(std::span<const S> theta, const Batch<S>& batch, const Pass<S>& clean, Pass<S>& pass,
                        const NodeNoise& noise, std::span<const S> epsilon) {
  inside_->check(theta, batch, pass, true);
  inside_->check(theta, batch, clean, true);
  check_size("epsilon", epsilon.size(), batch.size * inside_->network.units());
  if (clean.size_ != batch.size || clean.x_ != batch.inputs.data() || &clean == &pass)
    throw InvalidArgument("clean is the pass of the same batch without noise, and not the noisy one");
  inside_->forward(theta, batch, pass, &noise, &clean, epsilon.data());
  return inside_->loss_of(pass.outputs().data(), batch, pass.losses_);
}
template <class S>
std::span<const S> Plan<S>::outputs(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass) {
  inside_->check(theta, batch, pass, false);
  inside_->forward(theta, batch, pass, nullptr);
  return pass.outputs();
}

template <class S>
void Plan<S>::backward(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, std::span<S> gradient) {
  backward(theta, batch, pass, gradient, Feedback<S>{});
}

template <class S>
void Plan<S>::backward(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, std::span<S> gradient,
                       const Feedback<S>& feedback) {
  const std::size_t last = inside_->network.layers().size() - 1;
  inside_->check(theta, batch, pass, true);
  check_size("gradient", gradient.size(), inside_->network.parameters());
  output_deltas(batch, pass);
  for (std::size_t l = last;; --l) {
    weight_gradient(pass, l, pass.deltas(l), gradient);
    if (l == 0) break;
    carry_back(theta, pass, feedback, l);
  }
}
template <class S>
void Plan<S>::backward(std::span<const S> theta, const Batch<S>& batch, Pass<S>& pass, const TakeGradient<S>& take) {
  inside_->check(theta, batch, pass, true);
  output_deltas(batch, pass);
  for (std::size_t l = inside_->network.layers().size(); l-- > 0;) {
    if (l > 0) carry_back(theta, pass, Feedback<S>{}, l);  // before the layer's weights may change
    weight_gradient(pass, l, pass.deltas(l), take);
  }
}

template <class S>
void Plan<S>::output_deltas(const Batch<S>& batch, Pass<S>& pass) const {
  const auto& layers = inside_->network.layers();
  if (pass.size_ != batch.size || pass.x_ != batch.inputs.data())
    throw InvalidArgument("backward comes after forward of the same batch");
  const std::size_t last = layers.size() - 1;
  if (std::exchange(pass.softmax_in_delta_, false)) {  // δ = (softmax(y) − one at the label)/size
    const std::span<S> delta = pass.deltas(last);
    const std::size_t width = layers[last].out;
    for (std::size_t b = 0; b < batch.size; ++b) delta[b * width + static_cast<std::size_t>(batch.labels[b])] -= S{1};
    const S share = S{1} / static_cast<S>(batch.size);
    for (S& d : delta) d *= share;
  } else {
    loss_gradient(pass, batch, pass.deltas(last));
  }
}

// deltas of layer − 1
template <class S>
void Plan<S>::carry_back(std::span<const S> theta, Pass<S>& pass, const Feedback<S>& feedback, std::size_t layer) {
  const LayerView& view = inside_->network.layers()[layer];
  const auto given = [&](std::size_t l) {
    return l < feedback.matrices.size() ? feedback.matrices[l] : std::span<const S>{};
  };
  if (feedback.direct)
    return propagate_back(pass, layer - 1, given(layer - 1), pass.deltas(inside_->network.layers().size() - 1),
                          pass.deltas(layer - 1));
  const std::span<const S> weights = theta.subspan(view.weights, view.in * view.out);
  propagate_back(pass, layer - 1, given(layer).empty() ? weights : given(layer), pass.deltas(layer),
                 pass.deltas(layer - 1));
}

template <class S>
void Plan<S>::model_deltas(std::span<const S> theta, Pass<S>& pass, const Stream& stream) {
  model_deltas(theta, pass, stream, Feedback<S>{});
}
template <class S>
void Plan<S>::model_deltas(std::span<const S> theta, Pass<S>& pass, const Stream& stream,
                           const Feedback<S>& feedback) {
  check_size("theta", theta.size(), inside_->network.parameters());
  const std::size_t last = inside_->network.layers().size() - 1;
  loss_model_vjp<S>(inside_->loss, pass.outputs(), pass.size(), inside_->network.outputs(), stream,
                    pass.deltas(last));
  for (std::size_t l = last; l > 0; --l) carry_back(theta, pass, feedback, l);
}

template <class S>
void Plan<S>::layers(Pass<S>& pass, LayerDetail detail, std::vector<LayerStatistics<S>>& layers) const {
  layers.clear();
  if (detail == LayerDetail::none) return;
  for (std::size_t l = 0; l < inside_->network.layers().size(); ++l) {
    const LayerView& view = inside_->network.layers()[l];
    const std::span<const S> deltas = detail == LayerDetail::inputs ? std::span<const S>{} : pass.deltas(l);
    layers.push_back({view.weights, view.in, view.out, pass.size(), pass.inputs(l), deltas});
  }
}

template <class S>
void Plan<S>::weight_gradient(const Pass<S>& pass, std::size_t layer, std::span<const S> deltas,
                              std::span<S> gradient) {
  const LayerView& view = inside_->network.layers()[layer];
  check_size("deltas", deltas.size(), pass.size() * view.out);
  check_size("gradient", gradient.size(), inside_->network.parameters());
  inside_->weight_gradient(pass.inputs(layer).data(), view.in, deltas.data(), view.out, pass.size(),
                           gradient.data() + view.weights, false);
  inside_->gemm.kernels().sum_rows(deltas.data(), pass.size(), view.out, gradient.data() + view.bias);
}

template <class S>
void Plan<S>::weight_gradient(const Pass<S>& pass, std::size_t layer, std::span<const S> deltas,
                              const TakeGradient<S>& take) {
  Inside& in = *inside_;
  const LayerView& view = in.network.layers()[layer];
  check_size("deltas", deltas.size(), pass.size() * view.out);
  in.gemm.pack_left_transposed(in.tasks, pass.inputs(layer).data(), view.in, pass.size(), in.packed.data());
  in.gemm.multiply_by_rows(in.tasks, in.packed.data(), view.in, pass.size(), deltas.data(), view.out,
                           in.scratch.data(), view.weights, take);
  in.gemm.kernels().sum_rows(deltas.data(), pass.size(), view.out, in.bias_part.data());
  take(view.bias, std::span<S>(in.bias_part.data(), view.out));
}

template <class S>
void Plan<S>::propagate_back(const Pass<S>& pass, std::size_t layer, std::span<const S> matrix,
                             std::span<const S> above, std::span<S> below) {
  const LayerView& view = inside_->network.layers()[layer];
  const std::size_t rows = pass.size(), columns = above.size() / rows;
  check_size("matrix", matrix.size(), view.out * columns);
  check_size("below", below.size(), rows * view.out);
  auto& gemm = inside_->gemm;
  inside_->scratch.reserve(std::max(gemm.packed_left(rows, columns), gemm.packed_right(columns, rows)));
  gemm.multiply_transposed(inside_->tasks, above.data(), rows, columns, matrix.data(), view.out, below.data(), false,
                           inside_->scratch.data());
  const auto& from = pass.layers_[layer];
  inside_->by_rows(inside_->tasks, rows, view.out, [&](std::size_t b, std::size_t n, int) {
    const std::size_t at = b * view.out;
    gemm.kernels().times_derivative(view.activation, from.z + at, from.h + at, below.data() + at, n * view.out);
  });
}

template <class S>
void Plan<S>::loss_gradient(const Pass<S>& pass, const Batch<S>& batch, std::span<S> deltas) const {
  check_size("deltas", deltas.size(), pass.size() * inside_->network.outputs());
  loss_vjp<S>(inside_->loss, pass.outputs(), batch, inside_->network.outputs(), deltas);
}

template <class S>
void Plan<S>::node_noise(const NodeNoise& noise, std::size_t layer, std::size_t size, std::span<S> out) const {
  const LayerView& view = inside_->network.layers()[layer];
  check_size("out", out.size(), size * view.out);
  if (noise.noise == Noise::none) return std::fill(out.begin(), out.end(), S{0});
  inside_->by_rows(inside_->tasks, size, view.out, [&](std::size_t b0, std::size_t n, int) {
    inside_->by_node_noise(noise, view, b0, n,
                           [&](std::size_t b, std::size_t j, std::size_t count, const S* epsilon) {
                             std::copy_n(epsilon, count, out.data() + b * view.out + j);
                           });
  });
}

template <class S>
void Plan<S>::node_noise(const NodeNoise& noise, std::size_t size, std::span<S> out) const {
  const std::size_t units = inside_->network.units();
  check_size("out", out.size(), size * units);
  inside_->by_rows(inside_->tasks, size, units, [&](std::size_t b, std::size_t n, int) {
    inside_->gemm.fill(out.data() + b * units, n * units, noise.noise, noise.stream, b * units);
  });
}

template class Pass<float>;
template class Pass<double>;
template class Plan<float>;
template class Plan<double>;

}  // namespace thalweg
