// Whether a difference is taken on both sides of a point or on one.
#pragma once

namespace thalweg {

enum class Sides { two, one };

}  // namespace thalweg
