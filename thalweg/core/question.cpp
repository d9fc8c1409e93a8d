#include "thalweg/core/question.hpp"

namespace thalweg {

namespace {
constexpr std::array<std::string_view, answer_kinds> kind_names = {
    "value",           "gradient",        "hessian_vector",   "hessian",
    "third",           "directional",     "residual",         "jacobian",
    "jacobian_vector", "vector_jacobian", "layer_statistics", "fisher_vector",
    "model_statistics"};
}

std::string_view name(AnswerKind kind) { return kind_names[static_cast<std::size_t>(kind)]; }

std::optional<AnswerKind> answer_kind_named(std::string_view text) {
  for (std::size_t i = 0; i < answer_kinds; ++i)
    if (kind_names[i] == text) return static_cast<AnswerKind>(i);
  return std::nullopt;
}

std::string to_string(Kinds kinds) {
  std::string text;
  for (std::size_t i = 0; i < answer_kinds; ++i)
    if (kinds.has(static_cast<AnswerKind>(i))) text += (text.empty() ? "" : ", ") + std::string(kind_names[i]);
  return text;
}

std::string_view name(Quality quality) {
  constexpr std::array<std::string_view, 4> names = {"exact", "unbiased", "biased", "heuristic"};
  return names[static_cast<std::size_t>(quality)];
}

}  // namespace thalweg
