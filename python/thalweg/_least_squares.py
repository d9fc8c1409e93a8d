"""least_squares() and curve_fit(), with SciPy's names."""
import numpy as np

from . import _thalweg
from ._minimize import result_of, settings_of, split_options


def _sides(bounds, n):
    low, high = (bounds.lb, bounds.ub) if hasattr(bounds, "lb") else bounds
    low, high = np.broadcast_to(np.asarray(low, float), n), np.broadcast_to(np.asarray(high, float), n)
    if np.all(np.isneginf(low)) and np.all(np.isposinf(high)):
        return None
    return np.ascontiguousarray(low), np.ascontiguousarray(high)


def least_squares(fun, x0, jac="2-point", bounds=(-np.inf, np.inf), method="levenberg-marquardt", ftol=None, xtol=None,
                  gtol=None, loss="linear", f_scale=1.0, max_nfev=None, args=(), kwargs=None, options=None):
    """Minimise ½ Σ C² ρ((fun(x)_i/C)²), C = f_scale, as scipy.optimize.least_squares does.

    jac: '2-point' or '3-point' (differences, counted in residuals), or a callable. loss: linear, huber, soft_l1 or
    cauchy. options: max_seconds, seed … and the method's own. The result has x, cost, fun (residuals), jac, grad,
    optimality, nfev, njev, status, reason, message, success.
    """
    kwargs = kwargs or {}
    x0 = np.atleast_1d(np.asarray(x0, float)).ravel()
    calls = {"fun": 0, "jac": 0}

    def residuals(x):
        calls["fun"] += 1
        return np.atleast_1d(np.asarray(fun(x, *args, **kwargs), float)).ravel()

    def jacobian(x):
        calls["jac"] += 1
        return np.asarray(jac(x, *args, **kwargs), float)

    if not callable(jac) and jac not in ("2-point", "3-point"):
        raise ValueError(f"jac is {jac!r}; it must be '2-point', '3-point' or a callable")
    limits, rest = split_options(options)
    for name, value in (("f_tolerance", ftol), ("x_tolerance", xtol), ("gradient_tolerance", gtol),
                        ("max_evaluations", max_nfev)):
        if value is not None:
            limits[name] = value
    found = _sides(bounds, x0.size)
    if found is not None:
        limits["lower"], limits["upper"] = found
    first = residuals(x0)  # says how many there are
    native = _thalweg.least_squares(residuals, x0, first.size, jacobian if callable(jac) else None, jac == "3-point",
                                    method, settings_of(rest), loss, float(f_scale), limits)
    result = result_of(native, x0.size)
    result["cost"] = result.pop("fun")
    result["nfev"], result["njev"] = calls["fun"], calls["jac"]
    result["fun"] = residuals(result.x)
    result["jac"] = jacobian(result.x) if callable(jac) else _differences(residuals, result.x, found)
    slope = _slope(loss, result["fun"] / f_scale)
    result["grad"] = result["jac"].T @ (slope * result["fun"])
    step = result["grad"] if found is None else result.x - np.clip(result.x - result["grad"], *found)
    result["optimality"] = float(np.max(np.abs(step)))
    return result


def _slope(loss, u):  # ρ′(u²)
    if loss == "huber":
        return np.where(np.abs(u) <= 1, 1.0, 1 / np.maximum(np.abs(u), 1))
    if loss in ("soft_l1", "soft-l1"):
        return 1 / np.sqrt(1 + u * u)
    return 1 / (1 + u * u) if loss == "cauchy" else np.ones_like(u)


def _differences(residuals, x, found):
    low, high = found if found is not None else (np.full(x.size, -np.inf), np.full(x.size, np.inf))
    columns = []
    for j in range(x.size):
        h = np.cbrt(np.finfo(float).eps) * max(1.0, abs(x[j]))
        a, b = x.copy(), x.copy()
        a[j], b[j] = max(x[j] - h, low[j]), min(x[j] + h, high[j])
        width = b[j] - a[j]
        columns.append((residuals(b) - residuals(a)) / width if width > 0 else np.zeros_like(residuals(x)))
    return np.stack(columns, axis=1)


def curve_fit(f, xdata, ydata, p0=None, sigma=None, absolute_sigma=False, check_finite=True,
              bounds=(-np.inf, np.inf), method="levenberg-marquardt", jac=None, *, full_output=False, **kwargs):
    """Fit f(xdata, *params) to ydata; returns (popt, pcov), as scipy.optimize.curve_fit does.

    sigma: standard deviations of ydata, or their covariance matrix. pcov is scaled by the residual variance unless
    absolute_sigma. Further keywords go to least_squares (loss, f_scale, gtol, max_nfev …).
    """
    if p0 is None:
        import inspect
        count = len(inspect.signature(f).parameters) - 1
        if any(p.kind is p.VAR_POSITIONAL for p in inspect.signature(f).parameters.values()) or count < 1:
            raise ValueError("p0 is missing, and f does not say how many parameters it has")
        p0 = np.ones(count)
    ydata = np.asarray(ydata, float)
    if check_finite and not np.all(np.isfinite(ydata)):
        raise ValueError("ydata holds numbers that are not finite")
    whiten = (lambda r: r)
    if sigma is not None:
        sigma = np.asarray(sigma, float)
        if sigma.shape == (ydata.size, ydata.size):
            lower = np.linalg.cholesky(sigma)
            whiten = (lambda r: np.linalg.solve(lower, r))
        elif sigma.shape == ydata.shape or sigma.shape == ():
            divisor = np.broadcast_to(sigma, ydata.shape)
            whiten = (lambda r: (r.T / divisor).T)
        else:
            raise ValueError(f"sigma has shape {sigma.shape}; ydata has {ydata.shape}")

    def residuals(p):
        return whiten(np.asarray(f(xdata, *p), float) - ydata)

    jacobian = kwargs.pop("jac_method", "2-point")
    if callable(jac):
        jacobian = (lambda p: whiten(np.asarray(jac(xdata, *p), float)))
    elif jac is not None:
        jacobian = jac
    result = least_squares(residuals, p0, jac=jacobian, bounds=bounds, method=method, **kwargs)
    if not result.success:
        raise RuntimeError(f"curve_fit: {result.reason}: {result.message}")
    _, s, vt = np.linalg.svd(result.jac, full_matrices=False)
    small = np.finfo(float).eps * max(result.jac.shape) * s[0]
    n = result.x.size
    if np.any(s <= small) or (not absolute_sigma and ydata.size <= n):
        pcov = np.full((n, n), np.inf)
    else:
        pcov = (vt.T / s**2) @ vt
        if not absolute_sigma:
            pcov = pcov * (2 * result.cost / (ydata.size - n))
    return (result.x, pcov, result) if full_output else (result.x, pcov)
