#include "thalweg/first_order/normalize.hpp"

#include <cmath>

#include "thalweg/first_order/gradient_norm.hpp"
#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class NormalizeRule final : public detail::OptionedRule<NormalizeRule<S>, UpdateRule<S>, Normalize> {
 public:
  using detail::OptionedRule<NormalizeRule<S>, UpdateRule<S>, Normalize>::OptionedRule;
  using UpdateRule<S>::begin;
  void begin(std::size_t n, std::span<const ParameterBlock> blocks) override {
    ranges_.clear();
    if (this->o.over == Normalize::Over::block)
      for (const ParameterBlock& b : blocks) ranges_.push_back({b.offset, b.size()});
    if (ranges_.empty()) ranges_.push_back({0, n});
  }
  void update(std::span<S> u, std::span<const S>, std::uint64_t) override {
    for (const Range& r : ranges_) {
      const std::span<S> part = u.subspan(r.first, r.size);
      const double norm = detail::gradient_norm(std::span<const S>(part));
      if (!(norm > 0.0) || !std::isfinite(norm)) continue;
      for_each_element(part.size(), [g = part.data(), norm](std::size_t i) {
        g[i] = static_cast<S>(static_cast<double>(g[i]) / norm);
      });
    }
  }
  [[nodiscard]] double flops(std::size_t n) const override { return 3.0 * static_cast<double>(n); }
  THALWEG_CLONES(NormalizeRule)

 private:
  struct Range {
    std::size_t first, size;
  };
  std::vector<Range> ranges_;
};

}  // namespace

Description<Normalize> Normalize::describe() {
  Description<Normalize> d("normalize", "Normalisation", "2.1");
  d.reference("Nesterov (1984), Matekon 29:519; Hazan, Levy & Shalev-Shwartz (2015), NIPS 28, Algorithm 1")
      .asks(AnswerKind::gradient)
      .cost("no state; 3 operations a parameter and step")
      .notes("A zero vector stays zero. Blocks are the layers' weights and biases; without blocks, all is one.")
      .example("normalize(over=block) | sgd(rate=0.01)");
  d.formula("u ← u/‖u‖₂");
  d.option("over", &Normalize::over, {"all", "block"},
           "what is brought to length 1: the whole vector, or each block");
  return d;
}
THALWEG_MAKES(Normalize, NormalizeRule)

}  // namespace thalweg
