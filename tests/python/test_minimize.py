"""thalweg.minimize and thalweg.scipy: SciPy's shapes, every option reaching its method, errors that name what is wrong."""
import os
import signal
import threading
import time
import unittest

import numpy as np
from scipy import optimize

import thalweg
from thalweg import rules


def rosenbrock(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def gradient(x):
    return np.array([-400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]), 200 * (x[1] - x[0] ** 2)])


class Minimize(unittest.TestCase):
    def test_every_order(self):
        for method, more in [("nelder-mead", {}), ("l-bfgs", {"jac": gradient}), ("bfgs", {"jac": gradient}),
                             ("newton", {"jac": gradient, "hess": optimize.rosen_hess}),
                             ("newton-cg", {"jac": gradient, "hessp": optimize.rosen_hess_prod})]:
            calls = []
            r = thalweg.minimize(lambda x: calls.append(1) or rosenbrock(x), [-1.2, 1], method=method, **more)
            self.assertTrue(r.success, f"{method}: {r.message}")
            self.assertEqual((r.status, r.reason), (0, "converged"))
            np.testing.assert_allclose(r.x, [1, 1], atol=1e-4)
            self.assertEqual(r.nfev, len(calls), method)
            self.assertEqual(r.method, method)

    def test_what_scipy_gives_is_understood(self):
        r = thalweg.minimize(lambda x: (rosenbrock(x), gradient(x)), [-1.2, 1], jac=True)
        self.assertIn("l-bfgs was chosen", r.message)
        r = thalweg.minimize(lambda x, a, b: (x[0] - a) ** 2 + (x[1] - b) ** 2, [0, 0], args=(3, 4), method="powell")
        np.testing.assert_allclose(r.x, [3, 4], atol=1e-4)
        box = optimize.Bounds([0, 0], [0.5, 2])
        r = thalweg.minimize(rosenbrock, [0.2, 1], method="nelder-mead", bounds=box)
        self.assertLessEqual(r.x[0], 0.5)
        same = thalweg.minimize(rosenbrock, [0.2, 1], method="nelder-mead", bounds=[(0, 0.5), (0, 2)])
        np.testing.assert_array_equal(r.x, same.x)
        r = thalweg.minimize(rosenbrock, [-1.2, 1], method="nelder-mead", options={"maxfev": 17})
        self.assertEqual((r.nfev, r.reason, r.success), (17, "evaluation_budget", False))

    def test_rules_and_estimators(self):
        chain = rules.chain(rules.clip(norm=10), rules.adam(rate=0.02))
        r = thalweg.minimize(rosenbrock, [-1.2, 1], jac=gradient, options={"rule": chain, "max_iterations": 3000})
        np.testing.assert_allclose(r.recommended, [1, 1], atol=1e-2)
        same = thalweg.minimize(rosenbrock, [-1.2, 1], jac=gradient,
                                options={"rule": "clip(norm=10) | adam(rate=0.02)", "max_iterations": 3000})
        np.testing.assert_array_equal(r.recommended, same.recommended)
        self.assertEqual(rules.clip(norm=10) | rules.adam(rate=0.02), chain)
        r = thalweg.minimize(rosenbrock, [-1.2, 1], method="l-bfgs", options={"estimator": "fd-central"})
        np.testing.assert_allclose(r.x, [1, 1], atol=1e-3)
        self.assertEqual(r.evaluations["gradient"], 0)  # charged in values

    def test_problems_by_name_and_seeds(self):
        a = thalweg.minimize("ackley:n=3", method="cma-es", options={"seed": 5, "max_evaluations": 400})
        b = thalweg.minimize("ackley:n=3", method="cma-es", options={"seed": 5, "max_evaluations": 400})
        c = thalweg.minimize("ackley:n=3", method="cma-es", options={"seed": 6, "max_evaluations": 400})
        np.testing.assert_array_equal(a.x, b.x)
        self.assertFalse(np.array_equal(a.x, c.x))
        self.assertEqual(a.seed, 5)

    def test_callbacks_exceptions_and_interrupts(self):
        seen = []
        r = thalweg.minimize(rosenbrock, [-1.2, 1], method="nelder-mead",
                             callback=lambda now: seen.append(now.nit) or now.nit == 3)
        self.assertEqual((seen, r.reason), ([1, 2, 3], "stopped_by_callback"))

        class Mine(Exception):
            pass

        def fails(x):
            raise Mine("of the simulator")

        with self.assertRaisesRegex(Mine, "of the simulator"):
            thalweg.minimize(fails, [1.0, 2.0], method="cma-es")
        threading.Thread(target=lambda: (time.sleep(0.3), os.kill(os.getpid(), signal.SIGINT))).start()
        with self.assertRaises(KeyboardInterrupt):
            thalweg.minimize(lambda x: time.sleep(0.001) or rosenbrock(x), [-1.2, 1], method="random-search",
                             options={"max_evaluations": 10**6})

    def test_workers_get_whole_batches(self):
        sizes = []

        def workers(f, points):
            sizes.append(len(points))
            return map(f, points)

        r = thalweg.minimize(rosenbrock, [-1.2, 1], method="cma-es",
                             options={"workers": workers, "max_evaluations": 60})
        self.assertGreater(max(sizes), 3)
        alone = thalweg.minimize(rosenbrock, [-1.2, 1], method="cma-es", options={"max_evaluations": 60})
        np.testing.assert_array_equal(r.x, alone.x)

    def test_mistakes_are_named(self):
        for options, what in [({"memroy": 3}, "memroy"), ({"memory": 0}, "memory"), ({"maxiter": 3, "max_iterations": 4},
                                                                                    "max_iterations")]:
            with self.assertRaisesRegex(ValueError, what):
                thalweg.minimize(rosenbrock, [0, 0], method="l-bfgs", jac=gradient, options=options)
        with self.assertRaisesRegex(ValueError, "gradient"):
            thalweg.minimize(rosenbrock, [0, 0], method="l-bfgs")
        with self.assertRaisesRegex(ValueError, "unknown option `max_evals`.*also takes max_evaluations"):
            thalweg.minimize(rosenbrock, [1, 2], options={"max_evals": 5})
        with self.assertRaisesRegex(ValueError, "did you mean `nelder-mead`"):
            thalweg.minimize(rosenbrock, [0, 0], method="nelder-mad")
        with self.assertRaisesRegex(ValueError, "fun returned None.*return"):
            thalweg.minimize(lambda x: None, [0, 0], method="nelder-mead")
        with self.assertRaisesRegex(ValueError, "jac returned None"):
            thalweg.minimize(rosenbrock, [0, 0], method="l-bfgs", jac=lambda x: None)
        with self.assertRaisesRegex(ValueError, "returned 3 numbers; 2"):
            thalweg.minimize(rosenbrock, [0, 0], method="l-bfgs", jac=lambda x: np.zeros(3))
        with self.assertRaisesRegex(ValueError, "2 pairs"):
            thalweg.minimize(rosenbrock, [0, 0], method="nelder-mead", bounds=[(0, 1)])
        for name, wrong in [("max_evaluations", -3), ("max_evaluations", "5"), ("max_evaluations", 5.5), ("seed", -1),
                            ("max_seconds", "1"), ("x_tolerance", [1]), ("max_answers", {"value": 2.5})]:
            with self.assertRaisesRegex(ValueError, f"option `{name}.* is .*; it must be a"):
                thalweg.minimize(rosenbrock, [0, 0], method="mads", options={name: wrong})
        for name, what in [("target", "target is nan"), ("f_tolerance", "tolerance of f is nan")]:
            with self.assertRaisesRegex(ValueError, what):
                thalweg.minimize(rosenbrock, [0, 0], method="mads", options={name: np.nan})
        with self.assertRaisesRegex(ValueError, "tolerance of .* is -1"):
            thalweg.minimize(rosenbrock, [0, 0], method="mads", tol=-1)
        with self.assertRaises(AttributeError):
            rules.no_such_rule

    def test_whole_numbers_of_any_type_are_counts(self):
        for count in (40, 4e1, np.int32(40), np.float32(40)):
            self.assertEqual(thalweg.minimize(rosenbrock, [0, 0], method="mads",
                                              options={"max_evaluations": count}).nfev, 40)

    def test_every_method_is_a_scipy_method(self):
        for name in dir(thalweg.scipy):
            getattr(thalweg.scipy, name)
        ours = optimize.minimize(rosenbrock, [-1.2, 1], method=thalweg.scipy.l_bfgs, jac=gradient)
        self.assertIsInstance(ours, optimize.OptimizeResult)
        np.testing.assert_allclose(ours.x, [1, 1], atol=1e-6)
        ours = optimize.minimize(rosenbrock, [-1.2, 1], method=thalweg.scipy.nelder_mead, options={"maxiter": 5})
        self.assertEqual((ours.nit, ours.reason), (5, "iteration_budget"))

    def test_the_registry_shows(self):
        self.assertIn("cma-es", [e["id"] for e in thalweg.list("methods")])
        self.assertIn("population", repr(thalweg.show("cma-es")))
        self.assertIn("nelder-mead", repr(thalweg.list("methods")))
        self.assertEqual([e["id"] for e in thalweg.list("differentiation")], ["ad-forward", "ad-reverse", "ad-taylor"])


if __name__ == "__main__":
    unittest.main()
