#include "thalweg/core/statistical_model.hpp"

#include <stdexcept>
#include <string>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

void StatisticalModel::answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) {
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Question<double>& q = questions[i];
    Answer<double>& a = answers[i];
    Question<double> rest = q;
    rest.asks = q.asks - Kinds(AnswerKind::fisher_vector);
    if (!rest.asks.empty()) f_->answer({&rest, 1}, {&a, 1});
    if (!q.asks.has(AnswerKind::fisher_vector)) continue;
    const std::size_t n = q.point.size();
    if (q.direction.size() != n || a.fisher_vector.size() != n)
      throw std::logic_error("the direction or the Fisher-vector product has not " + std::to_string(n) + " entries");
    std::vector<double> fisher(n * n, 0.0);  // several threads may ask at once
    fisher_(q.point, fisher);
    blas::multiply(fisher, q.direction, a.fisher_vector);
  }
}

}  // namespace thalweg
