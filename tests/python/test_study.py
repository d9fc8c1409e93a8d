"""Study: ask, tell, resume from a pickle, points from elsewhere, failures."""
import pickle
import unittest

import numpy as np

import thalweg


def f(x):
    return float(np.sum((np.asarray(x) - [0.3, -0.2]) ** 2) + 0.1 * np.sum(np.cos(9 * np.asarray(x))))


class Study(unittest.TestCase):
    def test_is_what_minimize_does(self):
        for method in ["nelder-mead", "cma-es", "de", "powell", "simulated-annealing"]:
            whole = thalweg.minimize(f, [0.0, 0.0], method=method, options={"max_evaluations": 120, "seed": 3})
            for n in [None, 1, 3]:
                study = thalweg.Study(method, [0.0, 0.0], max_evaluations=120, seed=3)
                while not study.stop():
                    points = study.ask(n)
                    order = np.random.default_rng(0).permutation(len(points))  # answers may come in any order
                    study.tell(points[order], [f(p) for p in points[order]])
                np.testing.assert_array_equal(study.result.x, whole.x, err_msg=method)
                self.assertEqual(study.result.nfev, whole.nfev)
                self.assertEqual(study.result.reason, whole.reason)
                self.assertEqual(study.stop(), whole.reason)

    def test_pickling_keeps_what_was_told(self):
        study = thalweg.Study("cma-es", [0.0, 0.0], max_evaluations=100, seed=1)
        for _ in range(17):
            x = study.ask(1)[0]
            study.tell(x, f(x))
        copy = pickle.loads(pickle.dumps(study))
        for s in (study, copy):
            while not s.stop():
                x = s.ask(1)[0]
                s.tell(x, f(x))
        np.testing.assert_array_equal(study.result.x, copy.result.x)
        self.assertEqual(study.result.nfev, 100)
        self.assertEqual(copy.result.nfev, 100)

    def test_points_from_elsewhere_count(self):
        study = thalweg.Study("nelder-mead", [0.0, 0.0], max_evaluations=50)
        study.tell([5.0, 5.0], -100.0)
        self.assertEqual(study.result.fun, -100.0)
        np.testing.assert_array_equal(study.result.x, [5.0, 5.0])
        self.assertEqual(pickle.loads(pickle.dumps(study)).result.fun, -100.0)
        study.tell([0.0, 0.0], f([0, 0]))  # the start: the method's first question is answered by it
        self.assertFalse(any((p == 0).all() for p in study.ask()))

    def test_failures_are_none(self):
        study = thalweg.Study("cma-es", [0.0, 0.0], max_evaluations=60, seed=2)
        k = 0
        while not study.stop():
            x = study.ask(1)[0]
            study.tell(x, None if k % 4 == 0 else f(x))
            k += 1
        self.assertEqual(k, 60)
        self.assertTrue(np.isfinite(study.result.fun))

    def test_mistakes_are_named(self):
        study = thalweg.Study("cma-es", [0.0, 0.0])
        with self.assertRaisesRegex(ValueError, "a point has 2 numbers"):
            study.tell([1.0, 2.0, 3.0], 1.0)
        with self.assertRaisesRegex(ValueError, "at least 1"):
            study.ask(0)
        with self.assertRaisesRegex(ValueError, "gradient"):
            thalweg.Study("l-bfgs", [0.0, 0.0])


if __name__ == "__main__":
    unittest.main()
