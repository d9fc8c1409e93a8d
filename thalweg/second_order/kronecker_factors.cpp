#include "thalweg/second_order/kronecker_factors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::detail {
namespace {

constexpr double most_counted = 0x1p20;  // far beyond where the running mean is exponential; exact in float

// X ← kept·X + fresh·Y
template <class S>
void blend(S* x, const S* y, std::size_t count, S kept, S fresh) {
  for (std::size_t i = 0; i < count; ++i) x[i] = kept * x[i] + fresh * y[i];
}

template <class S>
double mean_of_diagonal(std::span<const S> m) {
  const auto n = static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(m.size()))));
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) sum += static_cast<double>(m[i * n + i]);
  return sum / static_cast<double>(n);
}

}  // namespace

template <class S>
void KroneckerFactors<S>::begin(std::vector<LayerShape> layers) {
  layers_ = std::move(layers);
  at_.clear();
  std::size_t total = 0;
  largest_ = 0;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const LayerShape& layer = layers_[l];
    at_.push_back(total);
    total += a_size(l) + layer.out * layer.out;
    largest_ = std::max({largest_, layer.rows() * layer.rows(), layer.out * layer.out, layer.size()});
  }
  values_.assign(total, S(0));
  product_.assign(largest_, S(0));
  sum_.assign(largest_, S(0));
  observed_[0] = S(0);
}

template <class S>
double KroneckerFactors<S>::observe(std::span<const LayerStatistics<S>> statistics, double decay,
                                    Products<S>& products) {
  check_statistics<S>(layers_, statistics, true);
  const double count = std::min(static_cast<double>(observed_[0]) + 1.0, most_counted);
  observed_[0] = static_cast<S>(count);
  const double keep = kept(count, decay);
  double flops = 0.0;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const LayerStatistics<S>& s = statistics[l];
    const std::size_t in = s.in, rows = in + 1, out = s.out;
    const auto batch = static_cast<double>(s.batch);
    const S k = static_cast<S>(keep), mean = static_cast<S>((1.0 - keep) / batch);
    S* const a = values_.data() + at_[l];
    products.multiply_left_transposed(in, s.batch, in, s.inputs.data(), s.inputs.data(), product_.data());
    for (std::size_t i = 0; i < in; ++i) blend(a + i * rows, product_.data() + i * in, in, k, mean);
    std::fill_n(sum_.data(), in, S(0));
    for (std::size_t b = 0; b < s.batch; ++b)
      for (std::size_t i = 0; i < in; ++i) sum_[i] += s.inputs[b * in + i];
    blend(a + in * rows, sum_.data(), in, k, mean);
    for (std::size_t i = 0; i < in; ++i) a[i * rows + in] = a[in * rows + i];
    a[in * rows + in] = S(1);
    // The statistics are of the mean loss: a sample's own gradient is batch times larger.
    const S* const d = s.output_gradients.data();
    products.multiply_left_transposed(out, s.batch, out, d, d, product_.data());
    blend(a + rows * rows, product_.data(), out * out, k, static_cast<S>((1.0 - keep) * batch));
    flops += product_flops(in, s.batch, in) + product_flops(out, s.batch, out) + batch * static_cast<double>(in) +
             3.0 * static_cast<double>(in * rows + out * out);
  }
  return flops;
}

template <class S>
void KroneckerFactors<S>::add_state(const std::string& prefix, std::vector<RuleState<S>>& state) {
  state.push_back({prefix + ".observed", observed_});
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const std::size_t out = layers_[l].out;
    const std::span<S> both = std::span<S>(values_).subspan(at_[l], a_size(l) + out * out);
    state.push_back({prefix + "." + std::to_string(l) + ".A", both.first(a_size(l))});
    state.push_back({prefix + "." + std::to_string(l) + ".G", both.subspan(a_size(l))});
  }
}

template <class S>
double balance(std::span<const S> a, std::span<const S> g, double damping) {
  const double least = static_cast<double>(std::numeric_limits<S>::epsilon()) * std::sqrt(damping);
  return std::sqrt(std::max(mean_of_diagonal(a), least) / std::max(mean_of_diagonal(g), least));
}
template double balance(std::span<const float>, std::span<const float>, double);
template double balance(std::span<const double>, std::span<const double>, double);

template class KroneckerFactors<float>;
template class KroneckerFactors<double>;

}  // namespace thalweg::detail
