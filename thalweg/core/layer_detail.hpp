// How much a rule that looks into the layers of a network (k-fac) wants to know of them.
#pragma once

#include <cstdint>

namespace thalweg {

// What `LayerStatistics` (question.hpp) are to hold, each with all before it.
enum class LayerDetail : std::uint8_t {
  none,
  inputs,            // the layer's inputs
  output_gradients,  // and the gradients of the mean loss at its pre-activations
  model_gradients,  // the same for targets drawn from the network's own prediction: the true Fisher's, not the loss's
};

}  // namespace thalweg
