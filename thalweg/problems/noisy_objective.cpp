#include "thalweg/problems/noisy_objective.hpp"

#include <bit>

namespace thalweg::problems {

namespace {
// The bits of a point in one number (−0 counts as 0): Philox as a compression function, one block an entry.
std::uint64_t digest(std::span<const double> x) {
  std::uint64_t sum = x.size();
  for (const double xi : x) {
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(xi == 0.0 ? 0.0 : xi);
    const PhiloxBlock block =
        philox({static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32), 0x706f696eu, 0x74u},
               {static_cast<std::uint32_t>(sum), static_cast<std::uint32_t>(sum >> 32)});
    sum = static_cast<std::uint64_t>(block[1]) << 32 | block[0];
  }
  return sum;
}
}  // namespace

Offers NoisyObjective::offers() const {
  Offers offers;
  offers.stochastic = true;
  return offers;
}

void NoisyObjective::answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) {
  for (std::size_t i = 0; i < questions.size(); ++i)
    answers[i].value = value(questions[i].point, questions[i].sample);
}

double NoisyObjective::value(std::span<const double> x, SampleKey sample) {
  const Stream stream = sample.whole() ? Stream(seed_, Purpose("problems.noise.point"), digest(x))
                                       : Stream(seed_, Purpose("problems.noise.sample"), sample.id);
  Generator noise(stream);
  return value_(x, noise);
}

}  // namespace thalweg::problems
