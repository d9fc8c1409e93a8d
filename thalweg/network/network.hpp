// A network, described: layers over one flat, contiguous parameter vector.
//
// A description is text: widths joined by "-", then the activation of the hidden layers after ":"
// ("784-256-256-10", "64-32-10:tanh"; relu when left out). The last layer is linear: its outputs are logits or
// predictions, and the loss does the rest. Parameters lie layer after layer, weights (in×out, row-major) then bias
// (out), so that z = h·W + b.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/random.hpp"

namespace thalweg {

enum class Activation : std::uint8_t { linear, relu, tanh, sigmoid, gelu };  // gelu: z·Φ(z), the exact one
std::string_view name(Activation activation);
Activation activation_named(std::string_view text);  // throws InvalidArgument that lists the names

struct LayerView {
  std::string name;         // "dense-1", …
  std::size_t weights = 0;  // offset of the weights, in×out row-major
  std::size_t bias = 0;     // offset of the bias, out
  std::size_t in = 0, out = 0;
  std::size_t units = 0;  // offset of its pre-activations among all those of one sample (node noise)
  Activation activation = Activation::linear;
  [[nodiscard]] std::size_t parameters() const { return in * out + out; }
};

// How weights begin; biases are 0. All are normal, of counter-based streams.
//   glorot  variance 2/(in + out)    Glorot & Bengio, AISTATS 2010, eq. 12 (normal instead of uniform)
//   he      variance 2/in            He, Zhang, Ren & Sun, ICCV 2015, eq. 10
//   lecun   variance 1/in            LeCun, Bottou, Orr & Müller, Efficient BackProp (1998), eq. 16
//   automatic: he after relu and gelu (the activation of this layer), glorot otherwise
enum class Initialisation : std::uint8_t { automatic, glorot, he, lecun };

class Network {
 public:
  // Throws InvalidArgument that names the text and what would be right.
  static Network parse(std::string_view text);
  // widths: inputs, hidden …, outputs (at least two, each ≥ 1).
  Network(std::span<const std::size_t> widths, Activation hidden);

  [[nodiscard]] const std::vector<LayerView>& layers() const { return layers_; }
  [[nodiscard]] std::size_t inputs() const { return layers_.front().in; }
  [[nodiscard]] std::size_t outputs() const { return layers_.back().out; }
  [[nodiscard]] std::size_t parameters() const { return parameters_; }
  [[nodiscard]] std::size_t units() const { return units_; }  // pre-activations of one sample, all layers
  [[nodiscard]] std::string text() const;                     // reads back the same

  // θ at the start of a run, a function of the seed alone.
  template <class S>
  void initialise(std::span<S> theta, std::uint64_t seed, Initialisation how = Initialisation::automatic) const;
  template <class S>
  [[nodiscard]] std::vector<S> initial(std::uint64_t seed, Initialisation how = Initialisation::automatic) const {
    std::vector<S> theta(parameters_);
    initialise<S>(theta, seed, how);
    return theta;
  }

 private:
  std::vector<LayerView> layers_;
  std::size_t parameters_ = 0, units_ = 0;
};

inline Network network(std::string_view text) { return Network::parse(text); }

}  // namespace thalweg
