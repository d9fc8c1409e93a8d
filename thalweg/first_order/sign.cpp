#include "thalweg/first_order/sign.hpp"

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class SignRule final : public detail::OptionedRule<SignRule<S>, ElementWiseRule<S>, Sign> {
 public:
  using detail::OptionedRule<SignRule<S>, ElementWiseRule<S>, Sign>::OptionedRule;
  void update_part(std::size_t, std::span<S> u, std::span<const S>) override {
    for_each_element(u.size(), [g = u.data()](std::size_t i) {
      g[i] = g[i] > S(0) ? S(1) : g[i] < S(0) ? S(-1) : g[i];
    });
  }
  [[nodiscard]] double flops(std::size_t n) const override { return static_cast<double>(n); }
  THALWEG_CLONES(SignRule)
};

}  // namespace

Description<Sign> Sign::describe() {
  Description<Sign> d("sign", "Signs of the gradient", "2.1");
  d.reference("Bernstein, Wang, Azizzadenesheli & Anandkumar (2018), ICML, Algorithm 1")
      .asks(AnswerKind::gradient)
      .cost("no state; 1 operation a parameter and step")
      .notes("Coordinate by coordinate; a zero stays zero and a NaN stays NaN.")
      .example("sign | sgd(rate=1e-3)");
  d.formula("u ← sign(u)");
  return d;
}
THALWEG_MAKES(Sign, SignRule)

}  // namespace thalweg
