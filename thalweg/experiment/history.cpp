#include "thalweg/experiment/history.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace thalweg {

namespace {
constexpr Purpose fresh("recorder.sample"), named("recorder.named-sample");
}

void History::add(double at, double value) {
  end = at;
  if (!std::isfinite(value) || (!f.empty() && !(value < f.back()))) return;
  if (!evaluations.empty() && evaluations.back() == at) {
    f.back() = value;
    return;
  }
  evaluations.push_back(at);
  f.push_back(value);
  if (f.size() >= full_) compress();
}

// Drops improvements that the next one follows within 0.1 %: a value between is then found late by that at most.
void History::compress() {
  constexpr double resolution = 1.001;
  std::size_t kept = 1;
  for (std::size_t i = 1; i < f.size(); ++i) {
    const bool last = i + 1 == f.size();
    if (!last && evaluations[i + 1] <= resolution * evaluations[kept - 1]) continue;
    evaluations[kept] = evaluations[i], f[kept] = f[i];
    ++kept;
  }
  evaluations.resize(kept);
  f.resize(kept);
  full_ = std::max(full_, 2 * kept);
}

double History::hitting_time(double target) const {
  const auto at = std::ranges::partition_point(f, [target](double v) { return v > target; });
  return at == f.end() ? std::numeric_limits<double>::infinity()
                       : evaluations[static_cast<std::size_t>(at - f.begin())];
}

double History::lowest(double budget) const {
  const auto after = std::ranges::upper_bound(evaluations, budget);
  return after == evaluations.begin() ? std::numeric_limits<double>::infinity()
                                      : f[static_cast<std::size_t>(after - evaluations.begin()) - 1];
}

History History::thinned(std::size_t most) const {
  History out;
  out.end = end;
  const std::size_t size = f.size(), points = std::min(size, most);
  for (std::size_t k = 0; k < points; ++k) {
    const std::size_t i = points < 2 ? 0 : k * (size - 1) / (points - 1);
    out.evaluations.push_back(evaluations[i]);
    out.f.push_back(f[i]);
  }
  return out;
}

Recorder::Recorder(std::shared_ptr<Objective<double>> base, std::shared_ptr<Objective<double>> noiseless,
                   std::uint64_t seed)
    : base_(std::move(base)), noiseless_(std::move(noiseless)), offers_(base_->offers()), seed_(seed) {}

void Recorder::answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) {
  for (std::size_t i = 0; i < questions.size(); ++i) {
    Question<double> q = questions[i];
    if (offers_.stochastic)
      q.sample = {
          Generator({seed_, q.sample.whole() ? fresh : named, q.sample.whole() ? ++samples_ : q.sample.id}).bits64() |
          1U};  // never 0, which stands for no sample
    base_->answer(std::span(&q, 1), answers.subspan(i, 1));
    count_ += static_cast<std::uint64_t>(std::popcount(q.asks.bits()));
    const bool scored = q.asks.has(AnswerKind::value) && q.perturbation.noise == Noise::none && q.fidelity == 1.0 &&
                        !answers[i].failed;
    const double value = !scored      ? std::numeric_limits<double>::infinity()
                         : noiseless_ ? noiseless_->value(q.point)
                                      : answers[i].value;
    history_.add(static_cast<double>(count_), value);
  }
}

}  // namespace thalweg
