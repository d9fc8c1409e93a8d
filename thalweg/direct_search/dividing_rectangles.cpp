#include "thalweg/direct_search/dividing_rectangles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace thalweg::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double surrogate_raise = 1e-6;  // Gablonsky's, of the lowest neighbour's |value|

using Id = std::uint32_t;
struct Entry {
  double key;  // the value, or the surrogate
  Id age, id;  // the lower age was inserted first
};
// For std's heaps: true where a is served after b.
constexpr auto later = [](const Entry& a, const Entry& b) {
  return a.key > b.key || (a.key == b.key && a.age > b.age);
};

class Rectangles {
 public:
  Rectangles(const DividingRules& rules, Objective<double>& f, const Bounds& bounds, std::vector<std::size_t> free)
      : rules_(rules), f_(f), bounds_(bounds), n_(bounds.lower.size()), m_(free.size()), free_(std::move(free)) {
    for (const std::size_t i : free_) {
      const double low = bounds.low(i), high = bounds.high(i), farther = std::max(std::abs(low), std::abs(high));
      half_.push_back(0.5 * high - 0.5 * low);
      // Trisections until the next centre differs from the last by less than a unit in the last place.
      const double units = half_.back() / (0.5 * (farther - std::nextafter(farther, 0.0)));
      deepest_ = std::max(deepest_, static_cast<std::size_t>(std::log(units) / std::log(3.0)));
    }
    deepest_ = std::min<std::size_t>(deepest_, 250);  // a level is a byte
    thirds_.push_back(1.0);
    for (std::size_t k = 0; k <= deepest_; ++k) {
      for (std::size_t p = 0; p < (rules_.diagonal ? m_ : 1); ++p)  // p sides are 3^−(k+1), m − p sides 3^−k
        measure_.push_back(rules_.diagonal ? 0.5 * thirds_[k] *
                                                 std::sqrt(static_cast<double>(m_ - p) + static_cast<double>(p) / 9.0)
                                           : thirds_[k]);
      thirds_.push_back(thirds_.back() / 3.0);
    }
    groups_.resize(measure_.size());
  }

  // The whole box, known by its middle.
  void begin() {
    for (std::size_t i = 0; i < n_; ++i)
      x_.push_back(bounds_.low(i) + (0.5 * bounds_.high(i) - 0.5 * bounds_.low(i)));
    grow();
    f_.values(x_, values_);
    note(0);
    insert(0);
  }

  [[nodiscard]] double best() const { return lowest_; }
  [[nodiscard]] std::span<const double> best_x() const { return std::span(x_).subspan(best_ * n_, n_); }
  // The longest side of the best point's rectangle, in units of x.
  [[nodiscard]] double best_side() const {
    double longest = 0.0;
    for (std::size_t j = 0; j < m_; ++j)
      longest = std::max(longest, half_[j] * 2.0 * thirds_[level_[best_ * m_ + j]]);
    return longest;
  }

  // One iteration. False when no rectangle is left that doubles can divide.
  bool iterate() {
    do {
      if (!choose()) return false;
    } while (cuts_.empty());
    const std::size_t first = values_.size();
    // The smallest rectangle's centres are asked first: it holds the lowest value, and a run that ends within an
    // iteration, at its target or its budget, has then looked where it is likeliest to gain.
    for (auto cut = cuts_.rbegin(); cut != cuts_.rend(); ++cut) place(*cut);
    grow();
    f_.values(std::span<const double>(x_).subspan(first * n_), std::span<double>(values_).subspan(first));
    for (std::size_t id = first; id < values_.size(); ++id) note(static_cast<Id>(id));
    for (const Cut& cut : cuts_) divide(cut);
    if (!blind_.empty()) lower_surrogates(first);
    for (const Cut& cut : cuts_) {
      for (Id id = cut.first; id < cut.first + 2 * cut.sides; ++id) insert(id);
      insert(cut.id);
    }
    return true;
  }

 private:
  struct Point {  // of a group's lowest rectangle, in the plane of the hull
    std::size_t group;
    double measure, height;
  };
  struct Cut {
    Id id, first;  // the rectangle, and its first new centre
    Id sides;      // that are trisected
  };

  [[nodiscard]] std::size_t group(Id id) const { return rules_.diagonal ? sum_[id] : sum_[id] / m_; }
  [[nodiscard]] bool longest(Id id, std::size_t j) const { return level_[id * m_ + j] == sum_[id] / m_; }
  // The value that a group's lowest rectangle takes part with.
  [[nodiscard]] double height(std::size_t g) const {
    const double key = groups_[g].front().key;
    return key < infinity ? key : highest_ + 1.0;
  }

  void grow() {
    const std::size_t count = x_.size() / n_;
    values_.resize(count), sum_.resize(count), level_.resize(count * m_);
    key_.resize(count, -infinity);
  }
  void note(Id id) {
    const double value = values_[id];
    if (!std::isfinite(value)) return blind_.push_back(id);
    highest_ = std::max(highest_, value);
    if (value < lowest_) lowest_ = value, best_ = id;
  }
  void insert(Id id) {
    key_[id] = std::isfinite(values_[id]) ? values_[id] : surrogate(id);
    push(id);
  }
  void push(Id id) {
    std::vector<Entry>& heap = groups_[group(id)];
    smallest_ = std::max(smallest_, group(id));
    heap.push_back({key_[id], age_++, id});
    std::push_heap(heap.begin(), heap.end(), later);
  }
  static Id pop(std::vector<Entry>& heap) {
    std::pop_heap(heap.begin(), heap.end(), later);
    const Id id = heap.back().id;
    heap.pop_back();
    return id;
  }
  // A surrogate that fell left its old entry behind.
  void drop_stale(std::size_t g) {
    if (blind_.empty()) return;
    std::vector<Entry>& heap = groups_[g];
    while (!heap.empty() && (heap.front().key != key_[heap.front().id] || group(heap.front().id) != g)) pop(heap);
  }

  // The potentially optimal rectangles leave their groups and become cuts_. False when every group is empty.
  bool choose() {
    cuts_.clear();
    hull_.clear();
    for (std::size_t g = smallest_ + 1; g-- > 0;) {  // from the smallest measure up
      drop_stale(g);
      if (groups_[g].empty()) continue;
      const Point point{g, measure_[g], height(g)};
      // What is smaller and not lower is not potentially optimal for any K > 0.
      while (!hull_.empty() && hull_.back().height >= point.height) hull_.pop_back();
      while (hull_.size() >= 2) {  // on the hull are those on or below the line between their neighbours
        const Point &before = hull_[hull_.size() - 2], &last = hull_.back();
        if ((last.height - before.height) * (point.measure - before.measure) <=
            (point.height - before.height) * (last.measure - before.measure))
          break;
        hull_.pop_back();
      }
      hull_.push_back(point);
    }
    if (hull_.empty()) return false;
    const double goal = lowest_ - rules_.epsilon * std::abs(lowest_);
    for (std::size_t j = hull_.size(); j-- > 0;) {  // from the largest measure down
      const Point& point = hull_[j];
      if (j + 1 < hull_.size()) {  // the largest K that its larger neighbour allows
        const Point& up = hull_[j + 1];
        const double slope = (up.height - point.height) / (up.measure - point.measure);
        if (point.height - slope * point.measure > goal) continue;
      }
      take(point.group);
    }
    return true;
  }
  void take(std::size_t g) {
    std::vector<Entry>& heap = groups_[g];
    const double key = heap.front().key;
    do {
      const Id id = pop(heap);
      // Too small to be divided: it leaves the search.
      if (sum_[id] / m_ < deepest_) cuts_.push_back({id, 0, static_cast<Id>(m_ - sum_[id] % m_)});
      key_[id] = -infinity;
      drop_stale(g);
    } while (rules_.all_ties && key < infinity && !heap.empty() && heap.front().key == key);
  }

  // Two new centres on each longest side, a third of it from the middle.
  void place(Cut& cut) {
    cut.first = static_cast<Id>(x_.size() / n_);
    x_.resize(x_.size() + 2 * cut.sides * n_);
    const double* centre = x_.data() + cut.id * n_;
    double* out = x_.data() + cut.first * n_;
    const double part = 2.0 * thirds_[sum_[cut.id] / m_ + 1];
    for (std::size_t j = 0; j < m_; ++j) {
      if (!longest(cut.id, j)) continue;
      const std::size_t i = free_[j];
      for (const double step : {half_[j] * part, -half_[j] * part}) {
        std::copy_n(centre, n_, out);
        out[i] = std::clamp(centre[i] + step, bounds_.low(i), bounds_.high(i));
        out += n_;
      }
    }
  }
  // The sides are trisected in the order of the lower of their two values (Jones et al. 1993), so that the
  // lowest values lie in the largest pieces.
  void divide(const Cut& cut) {
    order_.clear();
    Id first = cut.first;
    for (std::size_t j = 0; j < m_; ++j) {
      if (!longest(cut.id, j)) continue;
      order_.push_back({std::min(values_[first], values_[first + 1]), first, static_cast<Id>(j)});
      first += 2;
    }
    std::sort(order_.begin(), order_.end(), [](const Entry& a, const Entry& b) { return later(b, a); });
    for (const Entry& side : order_) {
      ++level_[cut.id * m_ + side.id];
      ++sum_[cut.id];
      for (const Id piece : {side.age, side.age + 1}) {
        std::copy_n(level_.data() + cut.id * m_, m_, level_.data() + piece * m_);
        sum_[piece] = sum_[cut.id];
      }
    }
  }

  // Whether the centre of `other` lies in the box of twice the sides about that of `id`.
  [[nodiscard]] bool near(Id id, Id other) const {
    for (std::size_t j = 0; j < m_; ++j) {
      const double reach = half_[j] * 2.0 * thirds_[level_[id * m_ + j]] * (1.0 + 1e-9);  // the faces belong to it
      if (std::abs(x_[other * n_ + free_[j]] - x_[id * n_ + free_[j]]) > reach) return false;
    }
    return true;
  }
  [[nodiscard]] static double raised(double value) { return value + surrogate_raise * std::abs(value); }
  [[nodiscard]] double surrogate(Id id) const {
    double lowest = infinity;
    for (std::size_t other = 0; other < values_.size(); ++other)
      if (values_[other] < lowest && near(id, static_cast<Id>(other))) lowest = values_[other];
    return lowest < infinity ? raised(lowest) : infinity;
  }
  // Of those that wait in the groups (the key of any other is −∞), beside the centres from `first` on.
  void lower_surrogates(std::size_t first) {
    for (std::size_t other = first; other < values_.size(); ++other) {
      if (!std::isfinite(values_[other])) continue;
      const double key = raised(values_[other]);
      for (const Id id : blind_)
        if (key < key_[id] && near(id, static_cast<Id>(other))) {
          key_[id] = key;
          push(id);
        }
    }
  }

  const DividingRules& rules_;
  Objective<double>& f_;
  const Bounds& bounds_;
  std::size_t n_, m_, deepest_ = 0, smallest_ = 0;
  std::vector<std::size_t> free_;                // the variables that the bounds leave room for
  std::vector<double> half_, thirds_, measure_;  // half the width of each of them; 3^−k; of each group, falling
  std::vector<double> x_, values_, key_;         // of each rectangle; key_ is −∞ for those in no group
  std::vector<std::uint8_t> level_;
  std::vector<std::uint32_t> sum_;
  std::vector<std::vector<Entry>> groups_;
  std::vector<Point> hull_;
  std::vector<Cut> cuts_;
  std::vector<Entry> order_;
  std::vector<Id> blind_;  // those without a finite value
  Id age_ = 0, best_ = 0;
  double lowest_ = infinity, highest_ = -infinity;
};

}  // namespace

void divide_rectangles(const DividingRules& rules, Objective<double>& f, Search& search) {
  const Bounds& bounds = search.bounds();
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < bounds.lower.size(); ++i)
    if (bounds.high(i) > bounds.low(i)) free.push_back(i);
  if (free.empty()) {
    const double value = f.value(search.start());
    search.iteration(search.start(), value);
    return search.finish(Status::converged, "the bounds fix every variable");
  }
  Rectangles rectangles(rules, f, bounds, std::move(free));
  rectangles.begin();
  for (;;) {
    search.iteration(rectangles.best_x(), rectangles.best());
    if (const double side = rectangles.best_side(); side <= rules.x_tolerance && std::isfinite(rectangles.best()))
      return search.finish(Status::converged, fmt::format("the best point's rectangle has no side above {:.1e} "
                                                          "(tolerance {:.1e})",
                                                          side, rules.x_tolerance));
    if (!rectangles.iterate())
      return search.finish(Status::stalled, "every rectangle is as small as rounding allows");
  }
}

}  // namespace thalweg::detail
