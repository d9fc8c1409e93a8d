#include "thalweg/experiment/comparison.hpp"

#include <gtest/gtest.h>

#include "complaint.hpp"

namespace thalweg {
namespace {

std::string refusal(const std::string& toml) {
  return complaint([&] { static_cast<void>(parse_comparison(toml, "c.toml")); });
}

const std::string head = "name = \"c\"\nbudget = { evaluations = 100 }\n";
const std::string problem = "[[problem]]\nid = \"sphere\"\n";
const std::string method = "[[method]]\nid = \"nelder-mead\"\n";

TEST(Comparison, ReadsProblems) {
  const Comparison c = parse_comparison(R"(
name = "orders"
out = "somewhere"
seeds = [3, 14]
budget = { evaluations = 1e3, seconds = 2.5, answers = { gradient = 50, hessian_vector = 7 } }
tuning = { seeds = 2, budget = 0.5 }
resume = true
[[problem]]
id = "rosenbrock:n=10"
x0 = [1, 2.5]
target = -1
[[problem]]
id = "beale"
[[method]]
id = "cma-es"
set = { sigma = 0.5, active = true, weights = [1, 2.5], kind = "full" }
label = "CMA-ES"
[[method]]
estimator = "spsa"
rule = "clip | adam"
tune = { "rule.rate" = [0.1, 0.01], "estimator.scale" = [1e-3] }
)");
  EXPECT_EQ(c.name, "orders");
  EXPECT_EQ(c.out, "somewhere");
  EXPECT_EQ(c.seeds, (std::vector<std::uint64_t>{3, 14}));
  EXPECT_EQ(c.tuning_seeds(), (std::vector<std::uint64_t>{15, 16}));
  EXPECT_EQ(c.budget.evaluations, 1000u);
  EXPECT_EQ(c.budget.seconds, 2.5);
  EXPECT_EQ(c.budget.answers.at(AnswerKind::gradient), 50u);
  EXPECT_EQ(c.budget.answers.at(AnswerKind::hessian_vector), 7u);
  EXPECT_TRUE(c.resume);
  EXPECT_FALSE(c.training());
  ASSERT_EQ(c.problems.size(), 2u);
  EXPECT_EQ(c.problems[0].x0, (std::vector<double>{1, 2.5}));
  EXPECT_EQ(c.problems[0].target, -1.0);
  ASSERT_EQ(c.methods.size(), 2u);
  EXPECT_EQ(c.methods[0].label, "CMA-ES");
  Settings set = c.methods[0].set;
  std::sort(set.begin(), set.end());
  EXPECT_EQ(set, (Settings{{"active", "true"}, {"kind", "full"}, {"sigma", "0.5"}, {"weights", "1,2.5"}}));
  EXPECT_EQ(c.methods[1].label, "spsa · clip | adam");
  ASSERT_EQ(c.methods[1].grid().size(), 2u);
  EXPECT_EQ(c.methods[1].grid()[1].size(), 2u);
  EXPECT_EQ(c.methods[0].grid(), std::vector<Settings>(1));
}

TEST(Comparison, ReadsATaskWithCombinations) {
  const Comparison c = parse_comparison(R"(
name = "credit"
budget = { flops = 1e9 }
[task]
data = "digits"
model = "64-32-10"
batch = 16
validation = 0.1
[[method]]
credit = ["backprop", "feedback-alignment"]
rule = ["sgd", "adam"]
tune = { "rule.rate" = [0.01, 0.1] }
)");
  EXPECT_EQ(c.out, "runs/credit");
  EXPECT_EQ(c.seeds.size(), 5u);  // the default
  ASSERT_TRUE(c.task.has_value());
  EXPECT_EQ(c.task->batch, 16u);
  EXPECT_EQ(c.task->validation, 0.1);
  EXPECT_EQ(c.task->scalar, "float");
  ASSERT_EQ(c.methods.size(), 4u);
  EXPECT_EQ(c.methods[1].label, "backprop · adam");
  EXPECT_EQ(c.methods[2].label, "feedback-alignment · sgd");
  EXPECT_EQ(c.methods[3].tune.size(), 1u);
}

TEST(Comparison, UnknownKeysAreErrorsWithTheNearestName) {
  EXPECT_TRUE(says(refusal(head + "sedes = 3\n" + problem + method), {"c.toml, line 3", "`sedes`", "`seeds`"}));
  EXPECT_TRUE(says(refusal(head + problem + method + "lable = \"x\"\n"),
                   {"line 7", "`method.lable`", "did you mean `label`"}));
  EXPECT_TRUE(says(refusal(head + "[[problem]]\nidd = \"sphere\"\nid = \"sphere\"\n" + method), {"problem.idd"}));
  EXPECT_TRUE(says(refusal("name = \"c\"\nbudget = { evaluation = 1 }\n" + problem + method),
                   {"line 2", "`budget.evaluation`", "`evaluations`"}));
  EXPECT_TRUE(says(refusal("name = \"c\"\nbudget = { answers = { gradients = 1 } }\n" + problem + method),
                   {"`budget.answers.gradients`", "`gradient`"}));
  EXPECT_TRUE(
      says(refusal("name = \"c\"\nbudget = { flops = 1 }\n[task]\ndata = \"d\"\nmodel = \"m\"\nbatches = 3\n" +
                   std::string("[[method]]\ncredit = \"b\"\nrule = \"sgd\"\n")),
           {"line 6", "`task.batches`", "`batch`"}));
  EXPECT_TRUE(says(refusal(head + "xyzzy = 3\n" + problem + method), {"the keys here are name, out, seeds"}));
}

TEST(Comparison, WrongValuesNameWhatWouldBeRight) {
  EXPECT_TRUE(says(refusal(head + "seeds = 0\n" + problem + method), {"`seeds` is 0", "≥ 1"}));
  EXPECT_TRUE(says(refusal(head + "seeds = 2.5\n" + problem + method), {"`seeds` is 2.5", "whole number"}));
  EXPECT_TRUE(says(refusal(head + "seeds = [1, 1]\n" + problem + method), {"holds 1 twice"}));
  EXPECT_TRUE(says(refusal(head + "seeds = [-1]\n" + problem + method), {"whole number ≥ 0"}));
  EXPECT_TRUE(says(refusal(head + "seeds = 1e9\n" + problem + method), {"at most 10000"}));
  EXPECT_TRUE(says(refusal(head + "resume = 1\n" + problem + method), {"`resume` is 1", "true or false"}));
  EXPECT_TRUE(says(refusal(head + "tuning = { budget = 1.5 }\n" + problem + method), {"(0, 1]"}));
  EXPECT_TRUE(says(refusal("name = 3\n" + problem + method), {"`name` is 3; expected text"}));
  EXPECT_TRUE(says(refusal("name = \"c\"\nbudget = { flops = -1 }\n" + problem + method), {"-1", "> 0"}));
  EXPECT_TRUE(says(refusal("name = \"c\"\nbudget = { flops = inf }\n" + problem + method), {"inf", "finite"}));
  EXPECT_TRUE(says(refusal("name = \"c\"\nbudget = 5\n" + problem + method), {"`budget` is 5", "a table"}));
  EXPECT_TRUE(says(refusal(head + "[[problem]]\nid = \"sphere\"\nx0 = [1, \"a\"]\n" + method), {"problem.x0"}));
  EXPECT_TRUE(says(refusal(head + problem + "[[method]]\nid = \"x\"\ntune = { a = 3 }\n"), {"list of values"}));
  EXPECT_TRUE(says(refusal(head + problem + "[[method]]\nid = \"x\"\ntune = { a = [3, 3] }\n"), {"tries 3 twice"}));
  EXPECT_TRUE(says(refusal(head + problem + "[[method]]\nid = \"x\"\nset = { a = 1 }\ntune = { a = [3] }\n"),
                   {"both set and tuned"}));
  EXPECT_TRUE(says(refusal("name = \"c\"\nbudget = {"), {"c.toml, line 2"}));  // not TOML
}

TEST(Comparison, MissingAndContradictingPartsAreNamed) {
  EXPECT_TRUE(says(refusal("budget = { flops = 1 }\n" + problem + method), {"`name` is missing"}));
  EXPECT_TRUE(says(refusal("name = \"c\"\n" + problem + method), {"`budget` is missing", "evaluations = 1000"}));
  EXPECT_TRUE(says(refusal("name = \"c\"\nbudgt = { flops = 1 }\n" + problem + method),
                   {"line 2", "unknown key `budgt`; did you mean `budget`?"}));
  EXPECT_TRUE(says(refusal("name = \"c\"\nbudget = {}\n" + problem + method), {"`budget` is empty"}));
  EXPECT_TRUE(says(refusal(head + method), {"neither [task] nor [[problem]]"}));
  EXPECT_TRUE(says(refusal(head + problem), {"no [[method]]"}));
  EXPECT_TRUE(says(refusal(head + problem + "[task]\ndata = \"digits\"\nmodel = \"64-10\"\n" + method), {"both"}));
  EXPECT_TRUE(says(refusal(head + "[task]\nmodel = \"64-10\"\n" + method), {"needs `data`"}));
  EXPECT_TRUE(says(refusal(head + problem + "[[method]]\nset = {}\n"), {"needs `id`"}));
  EXPECT_TRUE(says(refusal(head + problem + "[[method]]\ncredit = \"backprop\"\n"), {"`credit` is for a [task]"}));
  EXPECT_TRUE(says(refusal(head + problem + method + method), {"two methods are called \"nelder-mead\""}));
  EXPECT_TRUE(says(refusal(head + problem + "[[method]]\nid = [\"a\", \"b\"]\nlabel = \"x\"\n"), {"one `label`"}));
  EXPECT_TRUE(says(refusal("name = \"c\"\nbudget = { epochs = 1 }\n" + problem + method), {"budgeted by"}));
  const std::string task =
      "[task]\ndata = \"digits\"\nmodel = \"64-10\"\n[[method]]\ncredit = \"b\"\nrule = \"sgd\"\n";
  EXPECT_TRUE(says(refusal(head + task), {"budgeted by flops"}));
}

TEST(RunBudget, ScalesEveryCap) {
  RunBudget b;
  b.flops = 10.0, b.samples = 3, b.answers[AnswerKind::value] = 100;
  const RunBudget half = b.scaled(0.1);
  EXPECT_DOUBLE_EQ(*half.flops, 1.0);
  EXPECT_EQ(*half.samples, 1u);  // never none at all
  EXPECT_EQ(half.answers.at(AnswerKind::value), 10u);
  EXPECT_FALSE(half.seconds.has_value());
}

}  // namespace
}  // namespace thalweg
