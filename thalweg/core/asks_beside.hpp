// An adapter that asks beside the points it is given, and so must know where the run may ask. The driver tells it
// when a run begins, before Adapter::begin; a method that makes its own adapter tells it likewise.
#pragma once

#include "thalweg/core/search.hpp"

namespace thalweg {

class AsksBeside {
 public:
  // Every question stays inside. Empty bounds: anywhere. In the adapter's own coordinates.
  virtual void within(const Bounds& bounds) = 0;

 protected:
  AsksBeside() = default;
  ~AsksBeside() = default;
  AsksBeside(const AsksBeside&) = default;
  AsksBeside& operator=(const AsksBeside&) = default;
};

}  // namespace thalweg
