// What k-fac, ek-fac, prong and dbp share: they train any network here in both scalars, under every credit rule that
// tells what they need and none that does not; a checkpoint and any number of threads give the same bits.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "second_order/layers.hpp"
#include "thalweg/credit/feedback_alignment.hpp"
#include "thalweg/credit/train.hpp"
#include "thalweg/first_order/descent.hpp"
#include "thalweg/network/network_objective.hpp"
#include "thalweg/registry/registry.hpp"
#include "thalweg/second_order/k_fac.hpp"

namespace thalweg {
namespace {

using namespace layers_of_a_network;
namespace fs = std::filesystem;

const std::vector<std::string> rules = {"k-fac(statistics_period=3, inverse_period=6)",
                                        "ek-fac(statistics_period=3, inverse_period=6)",
                                        "prong(rate=0.3, statistics_period=3, period=6)", "dbp(rate=0.5, period=3)"};

template <class S>
Split<S> clouds(bool classes = true) {
  DataSet<S> d;
  d.id = "clouds", d.samples = 300, d.features = 2;
  (classes ? d.classes : d.outputs) = 3;
  Generator random(Stream(1, Purpose("test.clouds")));
  for (std::size_t i = 0; i < d.samples; ++i) {
    const auto k = static_cast<std::int32_t>(i % 3);
    const double angle = 2.0 * M_PI * k / 3.0;
    for (const double centre : {2.0 * std::cos(angle), 2.0 * std::sin(angle)})
      d.inputs.push_back(static_cast<S>(centre + 0.5 * random.normal()));
    if (classes) d.labels.push_back(k);
    for (std::int32_t j = 0; j < 3 && !classes; ++j) d.targets.push_back(j == k ? S(1) : S(0));
  }
  return split(d, {.seed = 2});
}

template <class S>
class LayerRules : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(LayerRules, Scalars);

TYPED_TEST(LayerRules, TrainNetworksOfEveryActivationAndLoss) {
  using S = TypeParam;
  for (const std::string& rule : rules)
    for (const std::string& activation : example::activations)
      for (const bool classes : {true, false}) {
        const auto data = clouds<S>(classes);
        const auto fit = train<S>(network("2-9-7-3:" + activation), data, registry::make_credit("backprop"),
                                  parse_rule("clip(norm=10) | " + rule + " | lr-cosine(steps=80)"),
                                  {.batch = 30, .max_epochs = 10.0, .seed = 3, .diagnostics = false});
        EXPECT_LT(fit.train.loss, 0.75 * fit.curve.loss.front()) << rule << " " << activation << " " << classes;
      }
}

// Under minimize: the descent loop asks the objective for the layers.
TYPED_TEST(LayerRules, DescendOnANetworkObjective) {
  using S = TypeParam;
  const auto data = clouds<S>();
  const Network net = network("2-9-3:tanh");
  const auto start = net.template initial<S>(4);
  std::vector<std::string> all = rules;
  for (const std::string kronecker : {"k-fac", "ek-fac"})
    all.push_back(kronecker + "(statistics_period=3, inverse_period=6, fisher=empirical)");
  for (const std::string& rule : all) {
    const bool drawn =
        rule.find("k-fac(statistics_period=3, inverse_period=6)") != std::string::npos;  // fisher=model
    const auto descend = [&](std::size_t batch) {
      NetworkObjective<S> f(net, Loss::cross_entropy, data.train, {.batch = batch, .seed = 7});
      return run<S>(f, start, method_of<S>(descent(parse_rule("clip(norm=10) | " + rule))),
                    BasicLimits<S>{.max_iterations = 60});
    };
    NetworkObjective<S> f(net, Loss::cross_entropy, data.train, {.batch = 1000});
    const auto whole = descend(1000), batches = descend(20);
    const double before = f.value(start);
    EXPECT_LT(f.value(whole.recommended), 0.5 * before) << rule;
    EXPECT_LT(f.value(batches.recommended), 0.5 * before) << rule;
    EXPECT_EQ(batches.recommended, descend(20).recommended) << rule;
    EXPECT_EQ(batches.ledger.of(drawn ? AnswerKind::model_statistics : AnswerKind::layer_statistics), 21u)
        << rule;  // every third of 61 questions
    Plan<S> plan(net, Loss::cross_entropy, 20);
    EXPECT_GT(batches.ledger.flops, 60 * (plan.flops_forward(20) + plan.flops_backward(20))) << rule;
  }
}

TEST(LayerRules, AnObjectiveWithoutLayersIsNamed) {
  FunctionObjective f(2, [](std::span<const double> x, std::span<double> g) {
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = x[i];
    return 0.5 * (x[0] * x[0] + x[1] * x[1]);
  });
  try {
    minimize(f, std::vector<double>{1.0, 2.0}, descent(parse_rule("clip | k-fac")));
    FAIL();
  } catch (const MissingAnswer& e) {
    const std::string text = e.what();
    EXPECT_NE(text.find("clip | k-fac asks model_statistics"), std::string::npos) << text;
    EXPECT_NE(text.find("NetworkObjective"), std::string::npos) << text;
  }
}

TEST(LayerRules, ThreadsAndCheckpointsGiveTheSameBits) {
  const auto data = clouds<float>();
  const fs::path folder = fs::temp_directory_path() / ("thalweg-layers-" + std::to_string(::getpid()));
  for (const std::string& text : rules) {
    const Rule rule = parse_rule(text);
    TrainOptions options{.batch = 48, .max_epochs = 9.0, .seed = 5};
    const auto run = [&](int threads) {
      options.threads = threads;
      return train<float>(network("2-40-17-3"), data, registry::make_credit("backprop"), rule, options);
    };
    const auto whole = run(1);
    for (const int threads : {1, 2, 4}) EXPECT_EQ(run(threads).theta, whole.theta) << text << ", " << threads;
    options.checkpoint = (folder / text.substr(0, 3)).string();
    int reports = 0;
    options.callback = [&](const TrainProgress&) { return ++reports == 14 ? Control::stop : Control::proceed; };
    EXPECT_LT(run(1).steps, whole.steps);
    options.callback = {};
    options.resume = true;
    const auto rest = run(2);
    EXPECT_EQ(rest.theta, whole.theta) << text;
    EXPECT_EQ(rest.work.flops, whole.work.flops) << text;
  }
  fs::remove_all(folder);
}

TEST(LayerRules, WorkUnderCreditThatTellsWhatTheyNeedAndRefuseTheRest) {
  const auto data = clouds<float>();
  const auto error = [&](const std::string& credit, const std::string& rule) -> std::string {
    try {
      const auto fit = train<float>(network("2-9-3"), data, registry::make_credit(credit), parse_rule(rule),
                                    {.max_epochs = 30.0, .seed = 3, .diagnostics = false});
      EXPECT_GT(fit.test.accuracy, 0.8) << credit << " " << rule;
    } catch (const InvalidArgument& e) {
      return e.what();
    }
    return "";
  };
  for (const char* rule : {"k-fac", "ek-fac", "prong", "dbp", "k-fac(fisher=empirical)"}) {
    EXPECT_EQ(error("backprop", rule), "") << rule;
    EXPECT_EQ(error("feedback-alignment", rule), "") << rule;
    const std::string refused = error("weight-perturbation", rule);
    EXPECT_NE(refused.find(rule), std::string::npos) << refused;
    EXPECT_NE(refused.find("the credit rule weight-perturbation does not tell; use --credit backprop"),
              std::string::npos)
        << refused;
    EXPECT_NE(error("spsa", rule), "") << rule;
    EXPECT_NE(error("forward-gradient", std::string("clip | ") + rule), "") << rule;
  }
  EXPECT_EQ(error("node-perturbation", "prong"), "");
  EXPECT_EQ(error("node-perturbation", "dbp"), "");
  EXPECT_NE(error("node-perturbation", "k-fac").find("output gradients"), std::string::npos);
  EXPECT_NE(error("backprop", "k-fac | ek-fac(fisher=empirical)").find("the same fisher"), std::string::npos);
}

// Clipping, by value too, and normalisation before such a rule are the one after the other, to the bit.
TYPED_TEST(LayerRules, ClippingAndNormalisationComposeWithThem) {
  using S = TypeParam;
  for (const std::string& text : rules)
    for (const std::string before : {"clip(norm=0.5)", "clip-value(value=0.1)", "normalize"}) {
      Bench<S> a("4-5-3:tanh", 12), b("4-5-3:tanh", 12);
      const auto chained = parse_rule(before + " | " + text).template make<S>();
      const auto alone = parse_rule(text).template make<S>(), clipping = parse_rule(before).template make<S>();
      chained->begin(a.task.theta.size(), a.blocks());
      alone->begin(b.task.theta.size(), b.blocks()), clipping->begin(b.task.theta.size(), b.blocks());
      EXPECT_EQ(chained->needs(), alone->needs());
      for (std::uint64_t t = 1; t <= 8; ++t) {
        a.step(*chained, t);
        EXPECT_EQ(chained->needs_at(t), alone->needs_at(t));
        b.look(t, alone->needs_at(t));
        if (alone->needs_at(t) != LayerDetail::none) alone->observe(b.layers, t);
        clipping->update(b.gradient, b.task.theta, t);
        alone->apply(b.task.theta, b.gradient, t);
      }
      EXPECT_EQ(a.task.theta, b.task.theta) << before << " | " << text;
    }
}

// The rules that know of a layer no more than its shape take any credit rule's gradient.
TEST(LayerRules, RulesOfMatricesTrainNetworksUnderEveryCredit) {
  const auto data = clouds<float>();
  for (const char* rule : {"muon(rate=0.02)", "shampoo(rate=0.3)", "soap(rate=1e-2)"})
    for (const auto& credit : registry::credit_rules()) {
      const auto run = [&](int threads) {
        return train<float>(network("2-9-3"), data, registry::make_credit(credit.entry.id),
                            parse_rule(std::string("clip(norm=10) | ") + rule),
                            {.batch = 48, .max_epochs = 25.0, .seed = 3, .threads = threads, .diagnostics = false});
      };
      const auto fit = run(1);
      EXPECT_FALSE(fit.diverged) << rule << " under " << credit.entry.id;
      // Fixed feedback points downhill on the mean at best, and Muon takes all its directions for equally long.
      if (credit.entry.id != "feedback-alignment") {
        EXPECT_GT(fit.test.accuracy, 0.6) << rule << " under " << credit.entry.id;  // of chance ⅓
      }
      EXPECT_EQ(run(3).theta, fit.theta) << rule << " under " << credit.entry.id;
    }
}

TEST(LayerRules, BlocksThatAreNotLayersAreNamed) {
  for (const std::string& text : rules) {
    const auto rule = parse_rule(text).make<double>();
    const auto error = [&](std::size_t n, const std::vector<ParameterBlock>& blocks) -> std::string {
      try {
        rule->begin(n, blocks);
      } catch (const InvalidArgument& e) {
        return e.what();
      }
      return "";
    };
    EXPECT_EQ(error(8, {{"w", 0, 3, 2}, {"b", 6, 2, 1}}), "");
    EXPECT_NE(error(8, {}).find("no parameter blocks"), std::string::npos);
    EXPECT_NE(error(6, {{"w", 0, 3, 2}}).find("weights w have no bias"), std::string::npos);
    EXPECT_NE(error(9, {{"w", 0, 3, 2}, {"b", 6, 3, 1}}).find("block b is not the bias of w"), std::string::npos);
    EXPECT_NE(error(9, {{"w", 0, 3, 2}, {"b", 6, 2, 1}}).find("cover 8 of 9"), std::string::npos);
    EXPECT_NE(error(9, {{"w", 1, 3, 2}, {"b", 7, 2, 1}}).find("does not begin"), std::string::npos);
    rule->begin(8, std::vector<ParameterBlock>{{"w", 0, 3, 2}, {"b", 6, 2, 1}});
    EXPECT_THROW(rule->observe({}, 1), std::logic_error);
  }
}

// What a step executes is charged: the pass for drawn targets, the observation, the inversion.
TEST(LayerRules, EveryOperationIsCharged) {
  const auto data = clouds<float>();
  const auto flops = [&](const std::string& rule, double steps) {
    return train<float>(network("2-9-3"), data, registry::make_credit("backprop"), parse_rule(rule),
                        {.batch = 30, .max_samples = static_cast<std::uint64_t>(30 * steps), .diagnostics = false})
        .work.flops;
  };
  Plan<float> plan(network("2-9-3"), Loss::cross_entropy, 30);
  const double pass = plan.flops_forward(30) + plan.flops_backward(30), drawn = plan.flops_model_deltas(30);
  const double observation =
      2 * 30 * (2 * 2 + 9 * 9 + 9 * 9 + 3 * 3) + 30 * (2 + 9) + 3 * (2 * 3 + 9 * 9 + 9 * 10 + 3 * 3);
  const double inversion = 7.0 / 3.0 * (3 * 3 * 3 + 9 * 9 * 9 + 10 * 10 * 10 + 3 * 3 * 3);
  const double step = 2 * (3 * 3 * 9 + 3 * 9 * 9 + 10 * 10 * 3 + 10 * 3 * 3) + 3 * 57;
  EXPECT_NEAR(flops("k-fac", 1), pass + drawn + observation + inversion + step, 1e-6);
  EXPECT_NEAR(flops("k-fac", 2) - flops("k-fac", 1), pass + step, 1e-6);  // no observation at step 2
  EXPECT_NEAR(flops("k-fac(fisher=empirical)", 1), flops("k-fac", 1) - drawn, 1e-6);
  for (const std::string& rule : rules) EXPECT_GT(flops(rule, 1), pass + 100) << rule;
}

}  // namespace
}  // namespace thalweg
