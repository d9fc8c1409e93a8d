#include "thalweg/credit/train.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "thalweg/credit/backprop.hpp"
#include "thalweg/credit/checkpoint.hpp"
#include "thalweg/network/minibatches.hpp"

namespace thalweg {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t scoring_batch = 256;
constexpr std::uint64_t diagnostic_steps = std::uint64_t{1} << 62;  // steps no training reaches: noise of their own
constexpr int diagnostic_moments = 10, diagnostic_repeats = 4;

template <class S>
bool all_finite(std::span<const S> values) {
  return std::all_of(values.begin(), values.end(), [](S v) { return std::isfinite(v); });
}

double dot(auto a, auto b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

template <class S>
Score score(Plan<S>& plan, Pass<S>& pass, std::span<const S> theta, const DataSet<S>& data) {
  if (data.samples == 0) return {};
  const Minibatches<S> rows(data, scoring_batch, 0);
  double loss = 0.0;
  std::size_t right = 0;
  for (std::size_t first = 0; first < data.samples; first += plan.maximum_batch()) {
    const Batch<S> batch = rows.rows(first, std::min(plan.maximum_batch(), data.samples - first));
    loss += plan.forward(theta, batch, pass) * static_cast<double>(batch.size);
    if (!data.labels.empty()) right += correct(pass.outputs(), batch.labels, plan.network().outputs());
  }
  const auto n = static_cast<double>(data.samples);
  return {loss / n, data.labels.empty() ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(right) / n};
}

// The batch, cut to what is left of the budget of samples.
template <class S>
Batch<S> first_rows(Batch<S> batch, std::uint64_t left) {
  if (batch.size <= left) return batch;
  const auto keep = static_cast<std::size_t>(left);
  batch.inputs = batch.inputs.first(batch.inputs.size() / batch.size * keep);
  batch.targets = batch.targets.first(batch.targets.size() / batch.size * keep);
  if (!batch.labels.empty()) batch.labels = batch.labels.first(keep);
  batch.size = keep;
  return batch;
}

std::string cannot_tell(const std::string& rule, const std::string& credit, LayerDetail needs) {
  const bool inputs = needs == LayerDetail::inputs;
  return "rule " + rule + " needs the inputs " + (inputs ? "" : "and output gradients ") +
         "of each layer, which the credit rule " + credit + " does not tell; use --credit backprop" +
         (inputs ? ", feedback-alignment or node-perturbation" : " or feedback-alignment") +
         ", or a rule of the gradient alone (adam)";
}

// One training run: its state, what ends it, what it measures.
template <class S>
class Training {
 public:
  Training(const Network& network, const Split<S>& data, const Credit& credit, const thalweg::Rule& rule,
           const TrainOptions& options)
      : options_(options),
        data_(data),
        loss_(options.loss.value_or(data.train.classes > 0 ? Loss::cross_entropy : Loss::squared_error)),
        batches_((check(network, data, options), data.train), options.batch, options.seed),
        plan_(network, loss_, batches_.size(), options.threads),
        scoring_(network, loss_, scoring_batch, options.threads),
        scoring_pass_(scoring_.pass()),
        credit_(credit.make<S>()),
        rule_(rule.make<S>()) {
    result_.credit = credit.id();
    result_.rule = rule.text();
    result_.model = network.text();
    result_.data = data.train.id;
    result_.seed = options.seed;
    result_.theta = network.initial<S>(options.seed, options.initialisation);
    gradient_.resize(result_.theta.size());
    if (!credit_->tells(rule_->needs())) throw InvalidArgument(cannot_tell(rule.text(), credit.id(), rule_->needs()));
    credit_->begin(plan_, options.seed);
    rule_->begin(gradient_.size(), blocks(network));
    set_budget();
    if (options.resume) restore();
  }

  TrainResult<S> run() {
    began_ = Clock::now();
    if (result_.steps == 0) measure();
    const double rule_flops = rule_->flops(gradient_.size());
    while (result_.status == Status::stalled && !budget_met()) {
      const std::uint64_t step = result_.steps + 1;
      const Batch<S> batch = first_rows(batches_.at(step), max_samples_ - result_.samples);
      const LayerDetail detail = rule_->needs_at(step);
      const double loss = detail == LayerDetail::none
                              ? credit_->step(result_.theta, batch, step, gradient_, *rule_, result_.work)
                              : credit_->gradient(result_.theta, batch, step, gradient_, result_.work);
      if (!std::isfinite(loss)) {
        diverge();
        break;
      }
      if (detail != LayerDetail::none) {
        credit_->layers(result_.theta, batch, step, detail, layers_, result_.work);
        result_.work.flops += rule_->observe(layers_, step);
        rule_->apply(result_.theta, gradient_, step);
      }
      result_.work.flops += rule_flops;
      result_.steps = step;
      result_.samples += batch.size;
      batch_loss_ += loss, ++batch_losses_;
      flops_of_a_step_ = std::max(flops_of_a_step_, result_.work.flops - flops_before_);
      flops_before_ = result_.work.flops;
      if (fraction() >= next_measurement_) measure();
      if (options_.interrupt != nullptr && options_.interrupt->load(std::memory_order_relaxed))
        end(Status::interrupted, "interrupted from outside after " + std::to_string(step) + " steps");
      if (!options_.checkpoint.empty() && seconds() - last_save_ > options_.checkpoint_seconds) save();
    }
    result_.seconds = seconds();
    if (!result_.diverged && (result_.curve.samples.empty() || result_.curve.samples.back() != result_.samples))
      measure();
    conclude();
    return std::move(result_);
  }

 private:
  static void check(const Network& network, const Split<S>& data, const TrainOptions& o) {
    const DataSet<S>& d = data.train;
    const auto need = [](bool right, const std::string& message) {
      if (!right) throw InvalidArgument(message);
    };
    need(d.samples > 0, "data " + d.id + " has no training samples");
    need(network.inputs() == d.features, "model " + network.text() + " takes " + std::to_string(network.inputs()) +
                                             " inputs; data " + d.id + " has " + std::to_string(d.features));
    const std::size_t outputs = d.classes > 0 ? d.classes : d.outputs;
    need(network.outputs() == outputs, "model " + network.text() + " has " + std::to_string(network.outputs()) +
                                           " outputs; data " + d.id + " has " + std::to_string(outputs) +
                                           (d.classes > 0 ? " classes" : " targets"));
    need(o.batch >= 1, "batch is 0; it must be ≥ 1");
    need(o.threads >= 1, "threads is " + std::to_string(o.threads) + "; it must be ≥ 1");
    need(o.measurements >= 1, "measurements is " + std::to_string(o.measurements) + "; it must be ≥ 1");
    need(o.max_epochs || o.max_samples || o.max_flops || o.max_seconds,
         "no budget: give max_epochs, max_samples, max_flops or max_seconds");
    const auto positive = [&](const char* what, std::optional<double> v) {
      need(!v || *v > 0.0, std::string(what) + " is " + detail::format(v.value_or(0.0)) + "; it must be > 0");
    };
    positive("max_epochs", o.max_epochs);
    positive("max_flops", o.max_flops);
    positive("max_seconds", o.max_seconds);
    const bool classes = o.loss.value_or(Loss::cross_entropy) == Loss::cross_entropy;
    need(!o.loss || classes == (d.classes > 0), "loss " + std::string(name(o.loss.value_or(Loss::cross_entropy))) +
                                                    " needs " + (classes ? "classes" : "targets") + ", which data " +
                                                    d.id + " has not");
  }

  static std::vector<ParameterBlock> blocks(const Network& network) {
    std::vector<ParameterBlock> list;
    for (const LayerView& layer : network.layers()) {
      list.push_back({layer.name + ".weights", layer.weights, layer.in, layer.out});
      list.push_back({layer.name + ".bias", layer.bias, layer.out, 1});
    }
    return list;
  }

  void set_budget() {
    max_samples_ = options_.max_samples.value_or(std::numeric_limits<std::uint64_t>::max());
    if (options_.max_epochs) {
      const double samples = *options_.max_epochs * static_cast<double>(data_.train.samples);
      max_samples_ = std::min(max_samples_, static_cast<std::uint64_t>(std::llround(samples)));
    }
  }

  // How much of the budget that ends first is used.
  [[nodiscard]] double fraction() const {
    double used = 0.0;
    if (max_samples_ != std::numeric_limits<std::uint64_t>::max())
      used = static_cast<double>(result_.samples) / static_cast<double>(max_samples_);
    if (options_.max_flops) used = std::max(used, result_.work.flops / *options_.max_flops);
    if (options_.max_seconds) used = std::max(used, seconds() / *options_.max_seconds);
    return std::min(used, 1.0);
  }

  bool budget_met() {
    if (result_.samples >= max_samples_)
      end(Status::iteration_budget, "used the budget of " + std::to_string(max_samples_) + " samples");
    else if (options_.max_flops && result_.work.flops + flops_of_a_step_ > *options_.max_flops)
      end(Status::flop_budget, "used the budget of " + detail::format(*options_.max_flops) + " FLOPs");
    else if (options_.max_seconds && seconds() >= *options_.max_seconds)
      end(Status::time_budget, "used the budget of " + detail::format(*options_.max_seconds) + " s");
    return result_.status != Status::stalled;
  }

  void end(Status status, std::string message) {
    if (result_.status != Status::stalled) return;
    result_.status = status;
    result_.message = std::move(message);
  }

  void diverge() {
    result_.diverged = true;
    end(Status::numerical_failure, "diverged after " + std::to_string(result_.steps) +
                                       " steps: the loss is not finite; lower the rate or clip the gradient");
  }

  // A point of the learning curve, and the gradient's diagnostics; off the clock.
  void measure() {
    const auto paused = Clock::now();
    const Score now = score(scoring_, scoring_pass_, std::span<const S>(result_.theta),
                            data_.validation.samples > 0 ? data_.validation : data_.train);
    Curve& curve = result_.curve;
    const double spent = std::chrono::duration<double>(paused - began_).count() + seconds_before_ - off_clock_;
    curve.samples.push_back(result_.samples);
    curve.flops.push_back(result_.work.flops);
    curve.seconds.push_back(spent);
    curve.loss.push_back(now.loss);
    curve.accuracy.push_back(now.accuracy);
    if (!std::isfinite(now.loss) || !all_finite(std::span<const S>(result_.theta))) {
      diverge();
    } else if (options_.diagnostics && fraction() >= next_diagnostic_) {
      diagnose();
      next_diagnostic_ += 1.0 / diagnostic_moments;
    }
    const double used = fraction();
    while (next_measurement_ <= used) next_measurement_ += 1.0 / options_.measurements;
    if (options_.callback && result_.status == Status::stalled) {
      const TrainProgress progress{
          result_.steps, result_.samples,
          used,          batch_losses_ > 0 ? batch_loss_ / static_cast<double>(batch_losses_) : now.loss,
          now,           result_.work.flops,
          spent};
      if (options_.callback(progress) == Control::stop)
        end(Status::stopped_by_callback,
            "the callback asked to stop after " + std::to_string(result_.steps) + " steps");
    }
    batch_loss_ = 0.0, batch_losses_ = 0;
    off_clock_ += std::chrono::duration<double>(Clock::now() - paused).count();
  }

  // cos(ĝ, g) and E‖ĝ − Eĝ‖²/‖g‖² over repeated draws on the minibatch that comes next.
  void diagnose() {
    if (!truth_rule_) {
      truth_rule_ = Backprop{}.make<S>();
      truth_rule_->begin(plan_, options_.seed);
      truth_.resize(gradient_.size());
      draws_.resize(diagnostic_repeats, std::vector<S>(gradient_.size()));
    }
    CreditWork uncounted;
    const Batch<S> batch = batches_.at(result_.steps + 1);
    truth_rule_->gradient(result_.theta, batch, 1, truth_, uncounted);
    const double norm2 = dot(truth_, truth_);
    if (!(norm2 > 0.0) || !std::isfinite(norm2)) return;
    std::vector<double> mean(gradient_.size(), 0.0);
    double cosine = 0.0;
    for (auto& draw : draws_) {
      credit_->gradient(result_.theta, batch, diagnostic_steps + diagnostic_draw_++, draw, uncounted);
      const double size2 = dot(draw, draw);
      if (size2 > 0.0) cosine += dot(draw, truth_) / std::sqrt(size2 * norm2) / diagnostic_repeats;
      for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += static_cast<double>(draw[i]) / diagnostic_repeats;
    }
    double variance = 0.0;
    for (const auto& draw : draws_)
      for (std::size_t i = 0; i < mean.size(); ++i) {
        const double d = static_cast<double>(draw[i]) - mean[i];
        variance += d * d / (diagnostic_repeats - 1);
      }
    cosines_ += cosine, variances_ += variance / norm2, ++diagnoses_;
  }

  void conclude() {
    if (diagnoses_ > 0) result_.cosine = cosines_ / diagnoses_, result_.variance = variances_ / diagnoses_;
    const std::span<const S> recommended = rule_->recommended(result_.theta);
    if (!result_.diverged && !options_.checkpoint.empty()) save();
    const std::vector<S> bet(recommended.begin(), recommended.end());
    result_.train = score(scoring_, scoring_pass_, std::span<const S>(bet), data_.train);
    result_.validation = score(scoring_, scoring_pass_, std::span<const S>(bet), data_.validation);
    result_.test = score(scoring_, scoring_pass_, std::span<const S>(bet), data_.test);
    result_.theta = bet;
  }

  [[nodiscard]] double seconds() const {
    return seconds_before_ + std::chrono::duration<double>(Clock::now() - began_).count() - off_clock_;
  }

  [[nodiscard]] std::string file() const { return options_.checkpoint + "/checkpoint.safetensors"; }

  void save() {
    const auto paused = Clock::now();
    std::filesystem::create_directories(options_.checkpoint);
    Checkpoint<S> checkpoint;
    checkpoint.arrays.emplace_back("theta", result_.theta);
    for (auto* states : {&rule_states_, &credit_states_}) states->clear();
    rule_states_ = rule_->state();
    credit_states_ = credit_->state();
    for (const auto& s : rule_states_)
      checkpoint.arrays.emplace_back("rule." + s.name, std::vector<S>(s.values.begin(), s.values.end()));
    for (const auto& s : credit_states_)
      checkpoint.arrays.emplace_back("credit." + s.name, std::vector<S>(s.values.begin(), s.values.end()));
    const Curve& c = result_.curve;
    checkpoint.metadata = {
        {"run", identity()},
        {"progress", nlohmann::json{{"steps", result_.steps},
                                    {"samples", result_.samples},
                                    {"flops", result_.work.flops},
                                    {"forward_passes", result_.work.forward_passes},
                                    {"backward_passes", result_.work.backward_passes},
                                    {"seconds", seconds()},
                                    {"next_measurement", next_measurement_},
                                    {"next_diagnostic", next_diagnostic_},
                                    {"diagnoses", {cosines_, variances_, diagnoses_, diagnostic_draw_}},
                                    {"step_flops", {flops_before_, flops_of_a_step_}},
                                    {"curve", {c.samples, c.flops, c.seconds, c.loss, c.accuracy}}}
                         .dump()}};
    save_checkpoint(file(), checkpoint);
    result_.checkpoint = file();
    off_clock_ += std::chrono::duration<double>(Clock::now() - paused).count();
    last_save_ = seconds();
  }

  // What a checkpoint must agree on with the run that goes on from it.
  [[nodiscard]] std::string identity() const {
    return nlohmann::json{{"credit", result_.credit}, {"rule", result_.rule},          {"model", result_.model},
                          {"data", result_.data},     {"seed", result_.seed},          {"batch", batches_.size()},
                          {"loss", name(loss_)},      {"samples", data_.train.samples}}
        .dump();
  }

  void restore() {
    if (options_.checkpoint.empty()) throw InvalidArgument("resume needs the checkpoint's folder");
    const Checkpoint<S> checkpoint = load_checkpoint<S>(file());
    const auto run = checkpoint.metadata.find("run"), progress = checkpoint.metadata.find("progress");
    if (run == checkpoint.metadata.end() || progress == checkpoint.metadata.end())
      throw InvalidArgument("checkpoint " + file() + " was not written by train");
    if (run->second != identity())
      throw InvalidArgument("checkpoint " + file() + " is of another run: " + run->second + "; this one is " +
                            identity());
    const auto copy = [&](const std::string& array, std::span<S> to) {
      const auto from = checkpoint.array(file(), array, to.size());
      std::copy(from.begin(), from.end(), to.begin());
    };
    copy("theta", result_.theta);
    for (const auto& s : rule_->state()) copy("rule." + s.name, s.values);
    for (const auto& s : credit_->state()) copy("credit." + s.name, s.values);
    const auto p = nlohmann::json::parse(progress->second);
    result_.steps = p.at("steps"), result_.samples = p.at("samples");
    result_.work = {p.at("flops"), p.at("forward_passes"), p.at("backward_passes")};
    seconds_before_ = last_save_ = p.at("seconds");
    next_measurement_ = p.at("next_measurement"), next_diagnostic_ = p.at("next_diagnostic");
    cosines_ = p.at("diagnoses").at(0), variances_ = p.at("diagnoses").at(1), diagnoses_ = p.at("diagnoses").at(2);
    diagnostic_draw_ = p.at("diagnoses").at(3);
    flops_before_ = p.at("step_flops").at(0), flops_of_a_step_ = p.at("step_flops").at(1);
    const auto numbers = [&](std::size_t i) {
      std::vector<double> values;
      for (const auto& v : p.at("curve").at(i))
        values.push_back(v.is_null() ? std::nan("") : v.template get<double>());
      return values;
    };
    result_.curve = {p.at("curve").at(0).template get<std::vector<std::uint64_t>>(), numbers(1), numbers(2),
                     numbers(3), numbers(4)};
  }

  const TrainOptions& options_;
  const Split<S>& data_;
  Loss loss_;
  Minibatches<S> batches_;
  Plan<S> plan_, scoring_;
  Pass<S> scoring_pass_;
  std::unique_ptr<CreditRule<S>> credit_, truth_rule_;
  std::unique_ptr<UpdateRule<S>> rule_;
  TrainResult<S> result_;
  std::vector<S> gradient_, truth_;
  std::vector<LayerStatistics<S>> layers_;
  std::vector<std::vector<S>> draws_;
  std::vector<RuleState<S>> rule_states_, credit_states_;
  std::uint64_t max_samples_ = 0, diagnostic_draw_ = 0;
  double next_measurement_ = 0.0, next_diagnostic_ = 0.0;
  double batch_loss_ = 0.0;
  std::uint64_t batch_losses_ = 0;
  double flops_before_ = 0.0, flops_of_a_step_ = 0.0;
  double cosines_ = 0.0, variances_ = 0.0;
  int diagnoses_ = 0;
  Clock::time_point began_ = Clock::now();
  double seconds_before_ = 0.0, off_clock_ = 0.0, last_save_ = 0.0;
};

}  // namespace

template <class S>
TrainResult<S> train(const Network& network, const Split<S>& data, const Credit& credit, const Rule& rule,
                     const TrainOptions& options) {
  return Training<S>(network, data, credit, rule, options).run();
}

template <class S>
Score score(const Network& network, Loss loss, std::span<const S> theta, const DataSet<S>& data) {
  Plan<S> plan(network, loss, scoring_batch);
  Pass<S> pass = plan.pass();
  return score(plan, pass, theta, data);
}

template TrainResult<float> train(const Network&, const Split<float>&, const Credit&, const Rule&,
                                  const TrainOptions&);
template TrainResult<double> train(const Network&, const Split<double>&, const Credit&, const Rule&,
                                   const TrainOptions&);
template Score score(const Network&, Loss, std::span<const float>, const DataSet<float>&);
template Score score(const Network&, Loss, std::span<const double>, const DataSet<double>&);

}  // namespace thalweg
