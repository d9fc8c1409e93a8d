// The native half of the Python module. python/thalweg/*.py gives it SciPy's shapes.
#include "convert.hpp"
#include "thalweg/core/stamp.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::python {
namespace {

py::dict dict_of(const Entry& e) {
  py::list asks, options;
  for (std::size_t k = 0; k < answer_kinds; ++k)
    if (e.asks.has(static_cast<AnswerKind>(k))) asks.append(std::string(name(static_cast<AnswerKind>(k))));
  for (const OptionInfo& o : e.options) {
    py::dict option;
    option["name"] = o.name;
    option["type"] = o.type;
    option["default"] = o.default_text;
    option["range"] = o.range();
    option["unit"] = o.unit;
    option["help"] = o.help;
    options.append(option);
  }
  py::dict out;
  out["id"] = e.id;
  out["name"] = e.name;
  out["kind"] = e.kind;
  out["section"] = e.section;
  out["reference"] = e.reference;
  out["formula"] = e.formula;
  out["cost"] = e.cost;
  out["notes"] = e.notes;
  out["asks"] = asks;
  out["bounds"] = e.bounds;
  out["options"] = options;
  return out;
}

}  // namespace

PYBIND11_MODULE(_thalweg, m) {
  m.doc() = "native half of thalweg";
  py::register_exception_translator([](std::exception_ptr p) {
    try {
      if (p) std::rethrow_exception(p);
    } catch (const InvalidArgument& error) {
      PyErr_SetString(PyExc_ValueError, error.what());
    }
  });
  m.def("version", [] { return version(); });
  m.def("kinds", &registry::kinds);
  m.def("entries", [](const std::string& kind) {
    py::list all;
    for (const Entry& e : registry::entries(kind)) all.append(dict_of(e));
    return all;
  });
  m.def("entry", [](const std::string& id) { return dict_of(registry::find(id)); });
  bind_runs(m);
  bind_training(m);
}

}  // namespace thalweg::python
