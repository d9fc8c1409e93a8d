#include "thalweg/first_order/clip.hpp"

#include <cmath>

#include "thalweg/first_order/gradient_norm.hpp"
#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class ClipRule final : public detail::OptionedRule<ClipRule<S>, UpdateRule<S>, Clip> {
 public:
  using detail::OptionedRule<ClipRule<S>, UpdateRule<S>, Clip>::OptionedRule;
  using UpdateRule<S>::begin;
  void begin(std::size_t, std::span<const ParameterBlock>) override {}
  void update(std::span<S> u, std::span<const S>, std::uint64_t) override {
    const double norm = detail::gradient_norm(std::span<const S>(u));
    if (!(norm > this->o.norm) || !std::isfinite(norm)) return;
    // In double even for float, so that an entry is rounded once.
    for_each_element(u.size(), [g = u.data(), c = this->o.norm / norm](std::size_t i) {
      g[i] = static_cast<S>(static_cast<double>(g[i]) * c);
    });
  }
  [[nodiscard]] double flops(std::size_t n) const override { return 3.0 * static_cast<double>(n); }
  THALWEG_CLONES(ClipRule)
};

}  // namespace

Description<Clip> Clip::describe() {
  Description<Clip> d("clip", "Clipping by norm", "2.1");
  d.reference("Pascanu, Mikolov & Bengio (2013), ICML, Algorithm 1")
      .asks(AnswerKind::gradient)
      .cost("no state; 3 operations a parameter and step")
      .notes(
          "Over all parameters together. The bound holds to 4 ulp, the direction is kept, a vector within it is "
          "bit-unchanged. PyTorch's clip_grad_norm_ divides by the norm + 1e-6 instead.")
      .example("clip(norm=1) | adam(rate=1e-3)");
  d.formula("u ← u·min(1, c/‖u‖₂)");
  d.option("norm", &Clip::norm, "c: the longest the vector may be").above(0.0);
  return d;
}
THALWEG_MAKES(Clip, ClipRule)

}  // namespace thalweg
