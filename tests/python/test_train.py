"""train and compare."""
import os
import tempfile
import unittest

import numpy as np

import thalweg
from thalweg import rules


class Train(unittest.TestCase):
    def test_digits_by_name(self):
        r = thalweg.train("digits", "64-32-10", rule=rules.adam(rate=3e-3), max_epochs=10, seed=1)
        self.assertGreater(r.test["accuracy"], 0.93)
        self.assertEqual(r.theta.dtype, np.float32)
        self.assertEqual(len(r.theta), 64 * 32 + 32 + 32 * 10 + 10)
        self.assertGreater(r.flops, 1e6)
        self.assertGreater(len(r.curve["loss"]), 5)

    def test_arrays_classes_and_targets(self):
        rng = np.random.default_rng(0)
        x = rng.normal(size=(400, 3))
        r = thalweg.train((x, (x[:, 0] * x[:, 1] > 0).astype(int)), "3-16-2", rule="adam(rate=1e-2)", max_epochs=60,
                          scalar="double")
        self.assertGreater(r.test["accuracy"], 0.85)
        self.assertEqual(r.theta.dtype, np.float64)
        r = thalweg.train((x, x @ [1.0, -2.0, 0.5]), "3-1", rule="adam(rate=1e-2)", max_epochs=100)
        np.testing.assert_allclose(r.theta[:3], [1, -2, 0.5], atol=0.05)

    def test_credit_rules_and_their_options(self):
        r = thalweg.train("digits", "64-16-10", credit="node-perturbation", credit_options={"directions": 4},
                          rule="adam(rate=3e-3)", max_epochs=2)
        self.assertEqual(r.backward_passes, 0)
        self.assertGreater(r.cosine, 0.05)

    def test_mistakes_are_named(self):
        for kwargs, what in [({"credit": "backprob"}, "backprop"), ({"rule": "adm"}, "adam"), ({"epochs": 3}, "epochs"),
                             ({"scalar": "half"}, "half")]:
            with self.assertRaisesRegex(ValueError, what):
                thalweg.train("digits", "64-10", **({"max_epochs": 1} | kwargs))
        with self.assertRaisesRegex(ValueError, "rows"):
            thalweg.train((np.zeros((3, 2)), np.zeros(4, int)), "2-2", max_epochs=1)


class Chains(unittest.TestCase):
    def test_python_text_and_toml_give_the_same_run(self):
        chain = rules.chain(rules.clip(norm=1), rules.weight_decay(decay=1e-4), rules.adam(rate=0.03),
                            rules.cosine(steps=150, end=0.1))
        written = "clip(norm=1) | weight-decay(decay=1e-4) | adam(rate=0.03) | cosine(steps=150, end=0.1)"
        self.assertEqual(chain, rules.Rule(written))
        self.assertEqual(rules.Rule(str(chain)), chain)
        lowest = [thalweg.minimize("rosenbrock:n=3", options={"rule": rule, "max_evaluations": 200, "seed": 1}).fun
                  for rule in (chain, written)]
        with tempfile.TemporaryDirectory() as folder:
            results = thalweg.compare(f"""
name = "chains"
seeds = [1]
budget = {{ evaluations = 200 }}
[[problem]]
id = "rosenbrock:n=3"
[[method]]
rule = "{written}"
""", out=os.path.join(folder, "out"))
        lowest.append(results["methods"][0]["runs"][0]["f"])
        self.assertEqual(lowest, [lowest[0]] * 3)
        self.assertLess(lowest[0], 1.0)

    def test_every_rule_and_schedule_has_its_function(self):
        for kind in ("rules", "schedules"):
            for entry in thalweg.list(kind):
                name = entry["id"].removeprefix("lr-").replace("-", "_")
                self.assertIn(name, dir(rules))
                self.assertIn(entry["id"], str(getattr(rules, name)()))

    def test_the_example_of_the_documentation_runs(self):
        example = [line.strip() for line in rules.__doc__.splitlines() if line.strip().startswith("rule = ")]
        self.assertEqual(len(example), 2)
        for line in example:
            scope = {"rules": rules}
            exec(line, scope)
            self.assertIn("adam", str(scope["rule"]))


class Compare(unittest.TestCase):
    def test_a_comparison_from_text(self):
        with tempfile.TemporaryDirectory() as folder:
            results = thalweg.compare("""
name = "small"
seeds = 2
budget = { evaluations = 200 }
[[problem]]
id = "sphere:n=3"
[[method]]
id = ["nelder-mead", "random-search"]
""", out=os.path.join(folder, "out"))
            self.assertTrue(os.path.exists(os.path.join(folder, "out", "report.html")))
            self.assertEqual(len(results["methods"]), 2)


if __name__ == "__main__":
    unittest.main()
