"""least_squares and curve_fit beside SciPy's."""
import unittest

import numpy as np
from scipy import optimize

import thalweg

rng = np.random.default_rng(1)
x = np.linspace(0, 4, 50)
y = 2.5 * np.exp(-1.3 * x) + 0.5 + 0.05 * rng.normal(size=50)


def model(t, a, b, c):
    return a * np.exp(-b * t) + c


def jac(t, a, b, c):
    return np.stack([np.exp(-b * t), -a * t * np.exp(-b * t), np.ones_like(t)], axis=1)


class LeastSquares(unittest.TestCase):
    def test_as_scipy_for_every_loss_and_bounds(self):
        noisy = y.copy()
        noisy[::10] += 2
        for loss in ["linear", "huber", "soft_l1", "cauchy"]:
            for bounds in [(-np.inf, np.inf), ([0, 0, 0], [2.2, 9, 9])]:
                ours = thalweg.least_squares(lambda p: model(x, *p) - noisy, [1, 1, 0.1], loss=loss, f_scale=0.1,
                                             bounds=bounds)
                peer = optimize.least_squares(lambda p: model(x, *p) - noisy, [1, 1, 0.1], loss=loss, f_scale=0.1,
                                              bounds=bounds, xtol=1e-15, ftol=1e-15, gtol=1e-15)
                self.assertTrue(ours.success, ours.message)
                np.testing.assert_allclose(ours.x, peer.x, rtol=2e-5, atol=2e-6, err_msg=f"{loss} {bounds}")
                self.assertAlmostEqual(ours.cost, peer.cost, delta=1e-9 * max(1, peer.cost))
                np.testing.assert_allclose(ours.fun, model(x, *ours.x) - noisy)

    def test_counts_are_the_calls(self):
        calls = [0]

        def residuals(p):
            calls[0] += 1
            return model(x, *p) - y

        r = thalweg.least_squares(residuals, [1, 1, 0.1], jac=lambda p: jac(x, *p))
        # one to learn the size before, one for the residuals returned
        self.assertEqual(r.nfev, calls[0] - 1)
        self.assertGreater(r.njev, 2)

    def test_mistakes_are_named(self):
        with self.assertRaisesRegex(ValueError, "2-point"):
            thalweg.least_squares(lambda p: p, [1.0], jac="4-point")
        with self.assertRaisesRegex(ValueError, "tukey"):
            thalweg.least_squares(lambda p: p, [1.0], loss="tukey")


class CurveFit(unittest.TestCase):
    def test_as_scipy(self):
        sigma = 0.05 * (1 + x)
        cases = [{}, {"sigma": sigma}, {"sigma": sigma, "absolute_sigma": True}, {"bounds": (0, [3, 3, 3])},
                 {"sigma": np.diag(sigma**2)}, {"jac": jac}]
        for more in cases:
            popt, pcov = thalweg.curve_fit(model, x, y, [1, 1, 0.1], **more)
            p, c = optimize.curve_fit(model, x, y, [1, 1, 0.1], **more)
            np.testing.assert_allclose(popt, p, rtol=1e-5, err_msg=str(more))
            np.testing.assert_allclose(pcov, c, rtol=1e-3, err_msg=str(more))
        popt, _ = thalweg.curve_fit(model, x, y)  # p0 from the signature
        np.testing.assert_allclose(popt, [2.5, 1.3, 0.5], rtol=0.1)


if __name__ == "__main__":
    unittest.main()
