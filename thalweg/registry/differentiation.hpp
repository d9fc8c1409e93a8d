// The list of the kind "differentiation", which registry::entries gives.
#pragma once

#include <vector>

#include "thalweg/core/options.hpp"

namespace thalweg::registry {

const std::vector<Entry>& differentiation();

}  // namespace thalweg::registry
