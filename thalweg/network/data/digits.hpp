// 1797 handwritten digits of 8×8 pixels, built into the library.
// Alpaydin & Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository (1998), its test
// set; the file is that of scikit-learn 1.2.1 in Debian (data/digits/).
#pragma once

#include "thalweg/network/data_set.hpp"

namespace thalweg {

// 10 classes, shape {8, 8}; pixels, counts from 0 to 16 in the file, are divided by 16.
template <class S>
DataSet<S> digits();

}  // namespace thalweg
