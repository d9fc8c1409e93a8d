// A network with one tanh layer and squared error, written out by hand, whose layers see transformed inputs:
// z = (T h + t)ᵀ V + d. For tests that a rule steps the plain network as descent steps this one.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace hand_made {

struct Layer {
  std::size_t in, out;
  std::vector<double> transform, shift;  // in×in, in: what the layer sees is x = transform·h + shift
  std::vector<double> v, d;              // in×out, out
  std::vector<double> dv, dd;            // the gradient of the mean loss

  [[nodiscard]] std::vector<double> see(const std::vector<double>& h) const {
    std::vector<double> x(h.size());
    const std::size_t batch = h.size() / in;
    for (std::size_t b = 0; b < batch; ++b)
      for (std::size_t i = 0; i < in; ++i) {
        x[b * in + i] = shift[i];
        for (std::size_t k = 0; k < in; ++k) x[b * in + i] += transform[i * in + k] * h[b * in + k];
      }
    return x;
  }
  // W = transformᵀ V and b = d + Vᵀ shift, of the plain network.
  [[nodiscard]] std::vector<double> plain() const {
    std::vector<double> theta(in * out + out, 0.0);
    for (std::size_t j = 0; j < out; ++j) {
      theta[in * out + j] = d[j];
      for (std::size_t i = 0; i < in; ++i) {
        theta[in * out + j] += v[i * out + j] * shift[i];
        for (std::size_t k = 0; k < in; ++k) theta[k * out + j] += transform[i * in + k] * v[i * out + j];
      }
    }
    return theta;
  }
};

struct Net {
  Layer first, second;
  std::vector<double> hidden;  // tanh of the first layer, of the last gradient

  // The gradients of mean ½‖y − t‖², by the chain rule; returns the loss.
  double gradient(const std::vector<double>& inputs, const std::vector<double>& targets) {
    const std::size_t batch = inputs.size() / first.in, h = first.out, out = second.out;
    const auto x1 = first.see(inputs);
    const auto forward = [batch](const Layer& l, const std::vector<double>& x) {
      std::vector<double> z(batch * l.out);
      for (std::size_t b = 0; b < batch; ++b)
        for (std::size_t j = 0; j < l.out; ++j) {
          z[b * l.out + j] = l.d[j];
          for (std::size_t i = 0; i < l.in; ++i) z[b * l.out + j] += x[b * l.in + i] * l.v[i * l.out + j];
        }
      return z;
    };
    const auto backward = [batch](Layer& l, const std::vector<double>& x, const std::vector<double>& delta) {
      l.dv.assign(l.in * l.out, 0.0), l.dd.assign(l.out, 0.0);
      for (std::size_t b = 0; b < batch; ++b)
        for (std::size_t j = 0; j < l.out; ++j) {
          l.dd[j] += delta[b * l.out + j];
          for (std::size_t i = 0; i < l.in; ++i) l.dv[i * l.out + j] += x[b * l.in + i] * delta[b * l.out + j];
        }
    };
    hidden = forward(first, x1);
    for (double& v : hidden) v = std::tanh(v);
    const auto x2 = second.see(hidden);
    std::vector<double> delta = forward(second, x2);
    double loss = 0.0;
    for (std::size_t i = 0; i < delta.size(); ++i) {
      delta[i] -= targets[i];
      loss += 0.5 * delta[i] * delta[i] / static_cast<double>(batch);
      delta[i] /= static_cast<double>(batch);
    }
    backward(second, x2, delta);
    std::vector<double> below(batch * h, 0.0);
    for (std::size_t b = 0; b < batch; ++b)
      for (std::size_t k = 0; k < h; ++k) {
        for (std::size_t i = 0; i < h; ++i)
          for (std::size_t j = 0; j < out; ++j)
            below[b * h + k] += delta[b * out + j] * second.v[i * out + j] * second.transform[i * h + k];
        below[b * h + k] *= 1.0 - hidden[b * h + k] * hidden[b * h + k];
      }
    backward(first, x1, below);
    return loss;
  }
  void descend(double rate) {
    for (Layer* l : {&first, &second}) {
      for (std::size_t i = 0; i < l->v.size(); ++i) l->v[i] -= rate * l->dv[i];
      for (std::size_t j = 0; j < l->d.size(); ++j) l->d[j] -= rate * l->dd[j];
    }
  }
  [[nodiscard]] std::vector<double> plain() const {
    std::vector<double> theta = first.plain();
    const auto above = second.plain();
    theta.insert(theta.end(), above.begin(), above.end());
    return theta;
  }
};

}  // namespace hand_made
