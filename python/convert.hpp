// Between numpy's arrays, Python's dicts and our spans.
#pragma once

#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "thalweg/core/options.hpp"

namespace thalweg::python {

namespace py = pybind11;
using Array = py::array_t<double, py::array::c_style | py::array::forcecast>;

inline Array to_array(std::span<const double> values) {
  Array out(static_cast<py::ssize_t>(values.size()));
  std::copy(values.begin(), values.end(), out.mutable_data());
  return out;
}
inline std::vector<double> to_vector(const Array& array) { return {array.data(), array.data() + array.size()}; }

// What a Python function returned, as numbers of the expected count.
inline void fill(const py::object& returned, std::span<double> out, const char* what) {
  const Array array = Array::ensure(returned);
  if (!array) {
    PyErr_Clear();
    throw InvalidArgument(std::string(what) + " returned something that is not an array of numbers");
  }
  if (static_cast<std::size_t>(array.size()) != out.size())
    throw InvalidArgument(std::string(what) + " returned " + std::to_string(array.size()) + " numbers; " +
                          std::to_string(out.size()) + " would be right");
  std::copy_n(array.data(), out.size(), out.begin());
}
inline double scalar(const py::object& returned, const char* what) {
  double value = 0.0;
  fill(returned, std::span(&value, 1), what);
  return value;
}

template <class T>
std::optional<T> optional_of(const py::dict& options, const char* name) {
  if (!options.contains(name) || options[name].is_none()) return {};
  return options[name].cast<T>();
}

void bind_runs(py::module_& m);      // minimize, least_squares, Study
void bind_training(py::module_& m);  // train, compare

}  // namespace thalweg::python
