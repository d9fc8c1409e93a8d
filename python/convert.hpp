// Between numpy's arrays, Python's dicts and our spans.
#pragma once

#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
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
  if (returned.is_none())  // numpy would make it a nan
    throw InvalidArgument(std::string(what) +
                          " returned None; is a `return` missing? (nan says that there is no value)");
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

[[noreturn]] inline void refuse(const py::handle& value, const std::string& name, const std::string& right) {
  PyErr_Clear();
  throw InvalidArgument("option `" + name + "` is " + py::repr(value).cast<std::string>() + "; it must be " + right);
}
// A whole number ≥ 0, as 3, numpy's 3 or 1e4.
inline std::uint64_t count_of(const py::handle& value, const std::string& name, double most = 0x1p64) {
  double number = -1.0;
  if (PyIndex_Check(value.ptr()) != 0) {
    const auto index = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
    if (index) {
      const unsigned long long exact = PyLong_AsUnsignedLongLong(index.ptr());
      if (PyErr_Occurred() == nullptr && static_cast<double>(exact) < most) return exact;
    }
  } else if (!py::isinstance<py::str>(value)) {
    number = PyFloat_AsDouble(value.ptr());
  }
  if (PyErr_Occurred() != nullptr || !(number >= 0.0 && number < most && number == std::floor(number)))
    refuse(value, name, "a whole number ≥ 0");
  return static_cast<std::uint64_t>(number);
}
template <class T>
std::optional<T> optional_of(const py::dict& options, const char* name) {
  if (!options.contains(name) || options[name].is_none()) return {};
  const py::object value = options[name];
  if constexpr (std::is_same_v<T, std::uint64_t>) {
    return count_of(value, name);
  } else if constexpr (std::is_same_v<T, int>) {
    return static_cast<int>(count_of(value, name, std::numeric_limits<int>::max()));
  } else if constexpr (std::is_same_v<T, double>) {
    const double number = py::isinstance<py::str>(value) ? 0.0 : PyFloat_AsDouble(value.ptr());
    if (py::isinstance<py::str>(value) || PyErr_Occurred() != nullptr) refuse(value, name, "a number");
    return number;
  } else {
    try {
      return value.cast<T>();
    } catch (const py::cast_error&) {
      refuse(value, name, std::is_same_v<T, bool> ? "True or False" : "text");
    }
  }
}

void bind_runs(py::module_& m);      // minimize, least_squares, Study
void bind_training(py::module_& m);  // train, compare

}  // namespace thalweg::python
