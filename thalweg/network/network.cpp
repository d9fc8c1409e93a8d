#include "thalweg/network/network.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "thalweg/core/noise.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {
namespace {

constexpr std::array<std::string_view, 5> activation_names = {"linear", "relu", "tanh", "sigmoid", "gelu"};

[[noreturn]] void wrong(std::string_view text, const std::string& why) {
  throw InvalidArgument("model is \"" + std::string(text) + "\": " + why +
                        "; it is widths joined by - and, if wanted, an activation, as in 64-32-10:tanh");
}

}  // namespace

std::string_view name(Activation activation) { return activation_names[static_cast<std::size_t>(activation)]; }

Activation activation_named(std::string_view text) {
  for (std::size_t i = 0; i < activation_names.size(); ++i)
    if (activation_names[i] == text) return static_cast<Activation>(i);
  throw InvalidArgument("activation is \"" + std::string(text) +
                        "\"; it is one of linear, relu, tanh, sigmoid, gelu");
}

Network Network::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  const Activation hidden =
      colon == std::string_view::npos ? Activation::relu : activation_named(text.substr(colon + 1));
  std::string_view rest = text.substr(0, colon);
  std::vector<std::size_t> widths;
  while (true) {
    const std::size_t dash = rest.find('-');
    const std::string_view word = rest.substr(0, dash);
    std::size_t width = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), width);
    if (error != std::errc{} || end != word.data() + word.size() || width == 0 || width > 100'000'000)
      wrong(text, "\"" + std::string(word) + "\" is not a width (1 to 100000000)");
    widths.push_back(width);
    if (dash == std::string_view::npos) break;
    rest.remove_prefix(dash + 1);
  }
  if (widths.size() < 2) wrong(text, "it needs at least inputs and outputs");
  return Network(widths, hidden);
}

Network::Network(std::span<const std::size_t> widths, Activation hidden) {
  if (widths.size() < 2)
    throw InvalidArgument("widths has " + std::to_string(widths.size()) + " entries; at least 2");
  for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
    LayerView layer;
    layer.name = "dense-" + std::to_string(l + 1);
    layer.in = widths[l], layer.out = widths[l + 1];
    if (layer.in == 0 || layer.out == 0) throw InvalidArgument("widths has a 0; each is at least 1");
    layer.weights = parameters_;
    layer.bias = parameters_ + layer.in * layer.out;
    layer.units = units_;
    layer.activation = l + 2 < widths.size() ? hidden : Activation::linear;
    parameters_ += layer.parameters();
    units_ += layer.out;
    layers_.push_back(std::move(layer));
  }
}

std::string Network::text() const {
  std::string out = std::to_string(inputs());
  for (const LayerView& layer : layers_) out += "-" + std::to_string(layer.out);
  if (layers_.size() > 1 && layers_.front().activation != Activation::relu)
    out += ":" + std::string(name(layers_.front().activation));
  return out;
}

template <class S>
void Network::initialise(std::span<S> theta, std::uint64_t seed, Initialisation how) const {
  if (theta.size() != parameters_)
    throw InvalidArgument("theta has " + std::to_string(theta.size()) + " entries; the network has " +
                          std::to_string(parameters_) + " parameters");
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const LayerView& layer = layers_[l];
    const bool half = layer.activation == Activation::relu || layer.activation == Activation::gelu;
    const Initialisation chosen =
        how != Initialisation::automatic ? how : (half ? Initialisation::he : Initialisation::glorot);
    const double in = static_cast<double>(layer.in), out = static_cast<double>(layer.out);
    const double variance = chosen == Initialisation::he       ? 2.0 / in
                            : chosen == Initialisation::glorot ? 2.0 / (in + out)
                                                               : 1.0 / in;
    const auto weights = theta.subspan(layer.weights, layer.in * layer.out);
    fill_noise<S>(weights, Noise::gaussian, Stream(seed, Purpose("network.initialise"), l));
    const S deviation = static_cast<S>(std::sqrt(variance));
    for (S& w : weights) w *= deviation;
    for (S& b : theta.subspan(layer.bias, layer.out)) b = S{0};
  }
}
template void Network::initialise(std::span<float>, std::uint64_t, Initialisation) const;
template void Network::initialise(std::span<double>, std::uint64_t, Initialisation) const;

}  // namespace thalweg
