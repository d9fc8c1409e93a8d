#include "thalweg/network/network_objective.hpp"

#include <algorithm>
#include <string>

#include "thalweg/core/noise.hpp"
#include "thalweg/core/options.hpp"
#include "thalweg/network/low_rank.hpp"

namespace thalweg {
namespace {

constexpr std::size_t piece = 256;  // samples at once of the whole set: enough for the matrix kernels

template <class S>
void accumulate(std::span<S> sum, double share, std::span<const S> part, bool first) {
  const S s = static_cast<S>(share);
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = first ? s * part[i] : sum[i] + s * part[i];
}

}  // namespace

template <class S>
NetworkObjective<S>::NetworkObjective(const Network& network, Loss loss, const DataSet<S>& data,
                                      const NetworkObjectiveOptions& options)
    : data_(&data),
      minibatches_(data, options.batch, options.seed),
      plan_(network, loss, std::max(minibatches_.size(), std::min(piece, data.samples)), options.threads),
      pass_(plan_.pass()) {
  check_batch(loss, minibatches_.rows(0, data.samples), network.inputs(), network.outputs());
}

template <class S>
Offers NetworkObjective<S>::offers() const {
  Offers offers;
  for (AnswerKind kind : {AnswerKind::gradient, AnswerKind::directional, AnswerKind::hessian_vector,
                          AnswerKind::layer_statistics, AnswerKind::model_statistics, AnswerKind::fisher_vector})
    offers.add(kind);
  offers.stochastic = minibatches_.size() < data_->samples;
  offers.samples = data_->samples;
  return offers;
}

template <class S>
template <class F>
void NetworkObjective<S>::by_pieces(SampleKey key, F&& f) {
  if (!key.whole()) return f(minibatches_.at(key.id), 1.0);
  const std::size_t step = plan_.maximum_batch();
  for (std::size_t first = 0; first < data_->samples; first += step) {
    const std::size_t size = std::min(step, data_->samples - first);
    f(minibatches_.rows(first, size), static_cast<double>(size) / static_cast<double>(data_->samples));
  }
}

template <class S>
void NetworkObjective<S>::one(const Question<S>& q, Answer<S>& a) {
  const std::size_t n = dimension();
  std::span<const S> theta = q.point;
  if (q.perturbation.noise != Noise::none) {
    moved_.assign(q.point.begin(), q.point.end());
    const Perturbation& p = q.perturbation;
    if (p.rank > 0) {
      LowRank<S> directions(n, matrices(), p.rank);
      directions.add(moved_, static_cast<S>(p.scale), p.noise, p.stream);
      a.flops += directions.flops(p.noise);
    } else {
      add_noise<S>(moved_, static_cast<S>(p.scale), p.noise, p.stream);
      a.flops += static_cast<double>(n) * flops_per_noise(p.noise);
    }
    theta = moved_;
  }
  const bool product = q.asks.has(AnswerKind::hessian_vector), directional = q.asks.has(AnswerKind::directional);
  const bool drawn = q.asks.has(AnswerKind::model_statistics), of_data = q.asks.has(AnswerKind::layer_statistics);
  const bool statistics = drawn || of_data;
  const bool gradient = q.asks.has(AnswerKind::gradient), fisher = q.asks.has(AnswerKind::fisher_vector);
  const Kinds known{AnswerKind::value,           AnswerKind::gradient,         AnswerKind::hessian_vector,
                    AnswerKind::directional,     AnswerKind::layer_statistics, AnswerKind::fisher_vector,
                    AnswerKind::model_statistics};
  if (!known.has_all(q.asks)) throw MissingAnswer("a network does not answer " + to_string(q.asks - known));
  if (statistics && q.sample.whole() && data_->samples > plan_.maximum_batch())
    throw InvalidArgument("layer statistics are of one batch: ask with a sample key, or with a batch of all " +
                          std::to_string(data_->samples) + " samples");
  if (drawn && of_data)
    throw InvalidArgument("layer_statistics and model_statistics share the answer's storage: ask them apart");
  const auto make = [n](std::vector<S>& v) {
    if (v.size() != n) v.resize(n);
    return std::span<S>(v);
  };
  // Kinds that need a backward pass write a gradient; pieces of the whole are summed from storage of our own.
  double value = 0.0, along = 0.0;
  bool first = true;
  by_pieces(q.sample, [&](const Batch<S>& batch, double share) {
    const bool alone = share == 1.0;
    const std::span<S> g = gradient && alone ? a.gradient : (gradient || of_data ? make(part_) : std::span<S>{});
    double loss = 0.0;
    if (directional) {
      Tangent<S> tangent;
      tangent.weights = q.direction;
      loss = plan_.jvp(theta, batch, pass_, tangent);
      double mean = 0.0;
      for (double d : pass_.directional()) mean += d;
      along += share * mean / static_cast<double>(batch.size);
      loss = 0.0;
      for (double l : pass_.losses()) loss += l;
      loss /= static_cast<double>(batch.size);
      a.flops += plan_.flops_jvp(batch.size);
    }
    if (product) {
      const std::span<S> out = alone ? a.hessian_vector : make(part_product_);
      loss = plan_.hessian_vector(theta, batch, pass_, q.direction, out, g);
      if (!alone) accumulate<S>(a.hessian_vector, share, out, first);
      a.flops += plan_.flops_hessian_vector(batch.size);
    } else if (!g.empty()) {
      loss = plan_.forward(theta, batch, pass_);
      plan_.backward(theta, batch, pass_, g);
      a.flops += plan_.flops_forward(batch.size) + plan_.flops_backward(batch.size);
    } else if (!directional) {
      loss = plan_.forward(theta, batch, pass_);
      a.flops += plan_.flops_forward(batch.size);
    }
    if (gradient && !alone) accumulate<S>(a.gradient, share, g, first);
    if (fisher) {
      const std::span<S> out = alone ? a.fisher_vector : make(part_product_);
      plan_.fisher_vector(theta, batch, pass_, q.direction, out);
      if (!alone) accumulate<S>(a.fisher_vector, share, out, first);
      a.flops += plan_.flops_fisher_vector(batch.size);
    }
    value += share * loss;
    first = false;
  });
  if (q.asks.has(AnswerKind::value)) a.value = value;
  if (directional) a.directional = along;
  if (drawn) {
    plan_.model_deltas(theta, pass_, q.perturbation.stream);
    a.flops += plan_.flops_model_deltas(pass_.size());
  }
  if (statistics && a.layers != nullptr)
    plan_.layers(pass_, drawn ? LayerDetail::model_gradients : LayerDetail::output_gradients, *a.layers);
  a.quality = Quality::exact;
}

// Values of perturbed copies of one point on one sample.
template <class S>
void NetworkObjective<S>::many(std::span<const Question<S>> questions, std::span<Answer<S>> answers) {
  perturbations_.clear();
  for (const Question<S>& q : questions) perturbations_.push_back(q.perturbation);
  if (losses_.size() < questions.size()) losses_.resize(questions.size());
  const std::span<double> losses = std::span(losses_).first(questions.size());
  for (Answer<S>& a : answers) a.value = 0.0, a.quality = Quality::exact;
  by_pieces(questions.front().sample, [&](const Batch<S>& batch, double share) {
    const double flops = plan_.perturbed_losses(questions.front().point, batch, perturbations_, losses) /
                         static_cast<double>(questions.size());
    for (std::size_t i = 0; i < answers.size(); ++i) answers[i].value += share * losses[i], answers[i].flops += flops;
  });
}

template <class S>
void NetworkObjective<S>::answer(std::span<const Question<S>> questions, std::span<Answer<S>> answers) {
  const auto plain_value = [](const Question<S>& q) {
    return q.asks == Kinds(AnswerKind::value) && q.perturbation.noise != Noise::none;
  };
  for (std::size_t i = 0; i < questions.size();) {
    std::size_t end = i + 1;
    if (plain_value(questions[i])) {
      while (end < questions.size() && plain_value(questions[end]) && questions[end].sample == questions[i].sample &&
             questions[end].point.data() == questions[i].point.data())
        ++end;
      many(questions.subspan(i, end - i), answers.subspan(i, end - i));
    } else {
      one(questions[i], answers[i]);
    }
    i = end;
  }
}

template class NetworkObjective<float>;
template class NetworkObjective<double>;

}  // namespace thalweg
