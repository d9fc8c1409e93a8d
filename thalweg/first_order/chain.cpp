// Chains of rules, and the parser of their shorthand.
#include <algorithm>
#include <cctype>

#include "thalweg/first_order/rule.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

// One after another. Factors at the end (schedules) are multiplied into one number and given to the last rule that is
// not a factor, whose apply takes the step in its own pass.
template <class S>
class ChainRule final : public UpdateRule<S> {
 public:
  explicit ChainRule(std::vector<std::unique_ptr<UpdateRule<S>>> links) : links_(std::move(links)) { arrange(); }
  ChainRule(const ChainRule& other) : UpdateRule<S>(other) {
    for (const auto& link : other.links_) links_.push_back(link->clone());
    arrange();
  }
  ChainRule& operator=(const ChainRule&) = delete;

  using UpdateRule<S>::begin;
  using UpdateRule<S>::apply;
  void begin(std::size_t n, std::span<const ParameterBlock> blocks) override {
    for (auto& link : links_) link->begin(n, blocks);
  }
  [[nodiscard]] LayerDetail needs() const override {
    LayerDetail most = LayerDetail::none;
    for (const auto& link : links_) most = std::max(most, link->needs());
    return most;
  }
  [[nodiscard]] LayerDetail needs_at(std::uint64_t t) const override {
    LayerDetail most = LayerDetail::none;
    for (const auto& link : links_) most = std::max(most, link->needs_at(t));
    return most;
  }
  double observe(std::span<const LayerStatistics<S>> layers, std::uint64_t t) override {
    double flops = 0.0;
    for (auto& link : links_)
      if (link->needs_at(t) != LayerDetail::none) flops += link->observe(layers, t);
    return flops;
  }
  void update(std::span<S> u, std::span<const S> theta, std::uint64_t t) override {
    for (auto& link : links_) link->update(u, theta, t);
  }
  void apply(std::span<S> theta, std::span<S> gradient, std::uint64_t t, S scale) override {
    for (std::size_t i = 0; i < last_; ++i) links_[i]->update(gradient, theta, t);
    links_[last_]->apply(theta, gradient, t, S(tail_factor(t)) * scale);
  }
  [[nodiscard]] bool element_wise() const override {
    return std::all_of(links_.begin(), links_.end(), [](const auto& link) { return link->element_wise(); });
  }
  void prepare(std::uint64_t t) override {
    for (auto& link : links_) link->prepare(t);
    tail_ = S(tail_factor(t));
  }
  void update_part(std::size_t first, std::span<S> u, std::span<const S> theta) override {
    for (auto& link : links_) link->update_part(first, u, theta);
  }
  void apply_part(std::size_t first, std::span<S> theta, std::span<S> gradient, S scale) override {
    for (std::size_t i = 0; i < last_; ++i) links_[i]->update_part(first, gradient, theta);
    links_[last_]->apply_part(first, theta, gradient, tail_ * scale);
  }
  [[nodiscard]] bool scales() const override {
    return std::all_of(links_.begin(), links_.end(), [](const auto& link) { return link->scales(); });
  }
  [[nodiscard]] double factor(std::uint64_t t) const override {
    double product = 1.0;
    for (const auto& link : links_) product *= link->factor(t);
    return product;
  }
  [[nodiscard]] std::span<const S> recommended(std::span<const S> theta) const override {
    for (const auto& link : links_) theta = link->recommended(theta);
    return theta;
  }
  [[nodiscard]] std::vector<RuleState<S>> state() override {
    std::vector<RuleState<S>> all;
    for (std::size_t i = 0; i < links_.size(); ++i)
      for (RuleState<S>& piece : links_[i]->state()) {
        piece.name = std::to_string(i) + "." + piece.name;
        all.push_back(std::move(piece));
      }
    return all;
  }
  [[nodiscard]] double flops(std::size_t n) const override {
    double sum = 0.0;
    for (std::size_t i = 0; i <= last_; ++i) sum += links_[i]->flops(n);
    return sum;
  }
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> clone() const override { return std::make_unique<ChainRule>(*this); }
  [[nodiscard]] std::string text() const override {
    std::string all;
    for (const auto& link : links_) all += (all.empty() ? "" : " | ") + link->text();
    return all;
  }

 private:
  void arrange() {
    last_ = links_.size() - 1;
    while (last_ > 0 && links_[last_]->scales()) --last_;
  }
  [[nodiscard]] double tail_factor(std::uint64_t t) const {
    double product = 1.0;
    for (std::size_t i = last_ + 1; i < links_.size(); ++i) product *= links_[i]->factor(t);
    return product;
  }
  std::vector<std::unique_ptr<UpdateRule<S>>> links_;
  std::size_t last_ = 0;  // the link that takes the step; those after it are factors
  S tail_ = S(1);
};

template <class S>
std::unique_ptr<UpdateRule<S>> make_chain(const std::vector<Rule>& rules) {
  std::vector<std::unique_ptr<UpdateRule<S>>> links;
  const UpdateRule<S>* of_loss = nullptr;
  const UpdateRule<S>* of_model = nullptr;
  for (const Rule& rule : rules) {
    links.push_back(rule.make<S>());
    if (links.back()->needs() == LayerDetail::output_gradients) of_loss = links.back().get();
    if (links.back()->needs() == LayerDetail::model_gradients) of_model = links.back().get();
  }
  if (of_loss != nullptr && of_model != nullptr)
    throw InvalidArgument("chain: " + of_loss->text() + " needs output gradients of the loss, " + of_model->text() +
                          " those of targets drawn from the model; give both the same fisher");
  return std::make_unique<ChainRule<S>>(std::move(links));
}

// chain := link ('|' link)*;  link := name [ '(' [ name '=' value (',' name '=' value)* ] ')' ]
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Rule parse() {
    std::vector<Rule> links;
    do links.push_back(link());
    while (take('|'));
    if (at_ < text_.size()) fail("expected `|` or the end");
    return links.size() == 1 ? std::move(links.front()) : chain(std::move(links));
  }

 private:
  Rule link() {
    const std::size_t start = skip_blanks();
    const std::string id = word("a rule's name, such as adam");
    const registry::RuleItem& item = find(id, start);
    Settings settings;
    if (take('(') && !take(')')) {
      do settings.push_back(option(item.entry));
      while (take(','));
      if (!take(')')) fail("expected `,` or `)`");
    }
    try {
      Rule made(
          shorthand_of(item, settings), [&item, settings] { return item.make(settings); },
          [&item, settings] { return item.make_float(settings); });
      static_cast<void>(made.make<double>());  // checks every value now
      return made;
    } catch (const InvalidArgument& e) {
      throw InvalidArgument(where(start) + e.what());
    }
  }

  std::pair<std::string, std::string> option(const Entry& entry) {
    const std::size_t start = skip_blanks();
    std::string name = word("an option's name");
    const auto known = [&entry](std::string_view n) {
      return std::any_of(entry.options.begin(), entry.options.end(),
                         [n](const OptionInfo& o) { return o.name == n; });
    };
    if (!known(name)) {
      std::string swapped = name;
      std::replace(swapped.begin(), swapped.end(), '-', '_');
      if (!known(swapped)) {
        try {
          throw_unknown_option(entry, name);
        } catch (const InvalidArgument& e) {
          throw InvalidArgument(where(start) + e.what());
        }
      }
      name = std::move(swapped);
    }
    if (!take('=')) fail("expected `=` after `" + name + "`");
    const std::size_t from = skip_blanks();
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ')' && text_[at_] != '|') ++at_;
    std::size_t to = at_;
    while (to > from && std::isspace(static_cast<unsigned char>(text_[to - 1])) != 0) --to;
    if (to == from) fail("expected a value for `" + name + "`");
    return {std::move(name), std::string(text_.substr(from, to - from))};
  }

  const registry::RuleItem& find(const std::string& id, std::size_t start) const {
    std::vector<std::string> names;
    for (const registry::RuleItem& item : registry::rules()) {
      const std::string& known = item.entry.id;
      if (known == id || known == "lr-" + id) return item;
      names.push_back(known);
      if (known.starts_with("lr-")) names.push_back(known.substr(3));
    }
    const std::string guess = nearest(id, names);
    throw InvalidArgument(where(start) + "unknown rule `" + id + "`" +
                          (guess.empty() ? "; `thalweg list rules` and `thalweg list schedules` show what there is"
                                         : "; did you mean `" + guess + "`?"));
  }

  static std::string shorthand_of(const registry::RuleItem& item, const Settings& settings) {
    return item.make(settings)->text();
  }

  std::string word(const std::string& what) {
    const std::size_t from = skip_blanks();
    const auto inside = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
    };
    while (at_ < text_.size() && inside(text_[at_])) ++at_;
    if (at_ == from) fail("expected " + what);
    return std::string(text_.substr(from, at_ - from));
  }
  bool take(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::size_t skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    return at_;
  }
  [[nodiscard]] std::string where(std::size_t position) const {
    return "rule \"" + std::string(text_) + "\", position " + std::to_string(position + 1) + ": ";
  }
  [[noreturn]] void fail(const std::string& what) {
    const std::size_t position = skip_blanks();
    const std::string found = position < text_.size() ? "`" + std::string(1, text_[position]) + "`" : "the end";
    throw InvalidArgument(where(position) + what + ", found " + found);
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Rule chain(std::vector<Rule> rules) {
  if (rules.empty()) throw InvalidArgument("chain: no rule given; a chain has at least one, such as sgd()");
  std::string text;
  for (const Rule& rule : rules) text += (text.empty() ? "" : " | ") + rule.text();
  return {text, [rules] { return make_chain<double>(rules); }, [rules] { return make_chain<float>(rules); }};
}

Rule parse_rule(std::string_view text) { return Parser(text).parse(); }

}  // namespace thalweg
