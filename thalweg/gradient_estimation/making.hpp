// Internal to gradient_estimation: the two make() of an options struct.
#pragma once

#include <memory>

#define THALWEG_ESTIMATES(Options, Derived)                                       \
  std::unique_ptr<Adapter<double>> Options::make(Objective<double>& base) const { \
    return std::make_unique<Derived<double>>(base, *this);                        \
  }                                                                               \
  std::unique_ptr<Adapter<float>> Options::make(Objective<float>& base) const {   \
    return std::make_unique<Derived<float>>(base, *this);                         \
  }
