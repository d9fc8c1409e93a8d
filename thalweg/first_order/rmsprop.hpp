// RMSprop: s ← αs + (1−α)g², u = η g/(√s + ε), optionally centred and with momentum.
//
// Asks g, one a step; state s, and ḡ when centred, and b with momentum (n each); one pass over all.
// Tieleman & Hinton (2012), Coursera "Neural networks for machine learning", lecture 6.5; centred: Graves (2013),
// "Generating sequences with recurrent neural networks", eq. (38)–(41): √(s − ḡ²) in place of √s.
// Departures, after PyTorch: ε stands outside the root (Graves and TensorFlow: inside); momentum b ← μb + g/(√s+ε),
// u = ηb.
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Rmsprop {
  double rate = 0.01;     // η > 0
  double alpha = 0.99;    // α in [0, 1)
  double epsilon = 1e-8;  // ε ≥ 0
  double momentum = 0.0;  // μ in [0, 1)
  bool centered = false;  // divide by the deviation instead of the root mean square

  static Description<Rmsprop> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule rmsprop(Rmsprop options = {}) { return {options}; }

}  // namespace thalweg
