"""minimize(), as scipy.optimize.minimize, over every method of thalweg."""
import numpy as np

from . import _thalweg

# The driver's options; every other name in `options` is an option of the method.
LIMITS = ("max_evaluations", "max_iterations", "max_seconds", "max_answers", "target", "seed", "f_tolerance",
          "x_tolerance", "gradient_tolerance")
SCIPY_NAMES = {"maxiter": "max_iterations", "maxfev": "max_evaluations", "maxfun": "max_evaluations",
               "ftol": "f_tolerance", "xtol": "x_tolerance", "xatol": "x_tolerance", "gtol": "gradient_tolerance"}


class OptimizeResult(dict):
    """A result whose fields are attributes too: x, fun, success, status, message, nfev, njev, nhev, nit, reason, seed;
    also method, recommended (the point to use on a noisy objective), evaluations (answers of every kind), seconds."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error

    __setattr__ = dict.__setitem__
    __delattr__ = dict.__delitem__

    def __dir__(self):
        return sorted(self)

    def __repr__(self):
        width = max(map(len, self), default=0)
        return "\n".join(f"{name:>{width}}: {value!r}" for name, value in self.items())


def text(value):
    """An option's value as the text that thalweg parses."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    if isinstance(value, (list, tuple, np.ndarray)):
        return ",".join(text(v) for v in np.asarray(value).ravel().tolist())
    return str(value)


def settings_of(options):
    return [(name, text(value)) for name, value in options.items()]


def split_options(options, tol=None):
    """(limits, what is left for the method) from one dict, SciPy's names for limits understood."""
    limits, rest = {}, {}
    for name, value in (options or {}).items():
        if name == "disp":
            continue
        ours = name if name in LIMITS else SCIPY_NAMES.get(name)
        if ours is None:
            rest[name] = value
        elif ours in limits:
            raise ValueError(f"options give `{ours}` twice, once as `{name}`")
        else:
            limits[ours] = value
    if tol is not None:
        for name in ("f_tolerance", "x_tolerance", "gradient_tolerance"):
            limits.setdefault(name, tol)
    return limits, rest


def native(function, *args):
    """Calls our C++; a complaint of an unknown option names the driver's too."""
    try:
        return function(*args)
    except ValueError as error:
        if not str(error).startswith("unknown option"):
            raise
        raise ValueError(f"{error}; every method also takes {', '.join(LIMITS)}") from None


def sides(bounds, n):
    """(lower, upper) of SciPy's Bounds or of pairs, None being open; None when there are none."""
    if bounds is None:
        return None
    if hasattr(bounds, "lb"):
        return np.broadcast_to(np.asarray(bounds.lb, float), n), np.broadcast_to(np.asarray(bounds.ub, float), n)
    pairs = [tuple(pair) for pair in bounds]
    if len(pairs) != n or any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"bounds must be {n} pairs (low, high), as x0 has {n} entries")
    low = np.array([-np.inf if a is None else a for a, _ in pairs], float)
    high = np.array([np.inf if b is None else b for _, b in pairs], float)
    return low, high


def result_of(found, n):
    evaluations = found["evaluations"]
    result = OptimizeResult(
        x=found["x"], fun=found["fun"], success=found["success"], status=0 if found["success"] else 1,
        message=found["message"], nfev=max(evaluations["value"], evaluations["residual"]),
        njev=evaluations["gradient"] + evaluations["jacobian"],
        nhev=evaluations["hessian"] + evaluations["hessian_vector"], nit=found["nit"], reason=found["reason"],
        seed=found["seed"], method=found["method"], recommended=found["recommended"],
        recommended_fun=found["recommended_fun"], evaluations=evaluations, seconds=found["seconds"])
    if found.get("why"):
        result["message"] += f" ({found['method']} was chosen: {found['why']})"
    return result


def minimize(fun, x0=None, args=(), method=None, jac=None, hess=None, hessp=None, bounds=None, tol=None, callback=None,
             options=None):
    """Minimise fun(x, *args), as scipy.optimize.minimize does.

    fun: a callable, or the name of a problem ("rosenbrock:n=10"; then x0 may be left out).
    method: an id of thalweg.list("methods"); None chooses by what is given, n and bounds.
    jac: the gradient's callable, or True when fun returns (f, gradient). Without it, methods of values, an `estimator`,
        or an error that says so. hess: the Hessian's; hessp(x, p, *args): its product with p.
    bounds: SciPy's Bounds or pairs (low, high), None for an open side.
    tol: of f, x and the gradient, as far as the method has the notion.
    callback: callback(intermediate_result) with its x not kept; returning True, or raising StopIteration, stops.
    options: limits max_evaluations, max_iterations, max_seconds, max_answers, target, seed, f_tolerance, x_tolerance,
        gradient_tolerance (SciPy's maxiter, maxfev, ftol, xtol and gtol are understood); `estimator` and `rule` with
        their options as estimator.NAME and rule.NAME; `stochastic`: fun is noisy; `workers`: a map for batches of
        points, as executor.map; and every option of the method. An unknown one is an error.
    """
    limits, rest = split_options(options, tol)
    estimator, rule = rest.pop("estimator", ""), rest.pop("rule", "")
    stochastic, workers = bool(rest.pop("stochastic", False)), rest.pop("workers", None)

    def call(k, f, best):
        if callback is None:
            return None
        try:
            return bool(callback(OptimizeResult(nit=k, fun=f, best_fun=best)))
        except StopIteration:
            return True

    native_callback = None if callback is None else call
    common = (method or "auto", str(estimator), str(rule), settings_of(rest), limits, native_callback)
    if isinstance(fun, str):
        start = None if x0 is None else np.atleast_1d(np.asarray(x0, float))
        if bounds is not None:
            limits["lower"], limits["upper"] = sides(bounds, len(start if start is not None else bounds))
        result = native(_thalweg.minimize_problem, fun, start, *common)
        return result_of(result, len(result["x"]))
    if x0 is None:
        raise ValueError("x0 is missing; only a problem given by name has a start of its own")
    x0 = np.asarray(x0, float)
    shape = x0.shape
    start = np.ascontiguousarray(np.atleast_1d(x0).ravel())
    found = sides(bounds, start.size)
    if found is not None:
        limits["lower"], limits["upper"] = found
    if not isinstance(args, tuple):
        args = (args,)

    def with_args(f):
        if f is None or isinstance(f, bool):
            return f
        if not callable(f):
            raise ValueError(f"{f!r} is neither a callable nor True; SciPy's '2-point' is options={{'estimator': "
                             "'fd-forward'}} here, counted in what it really takes")
        return (lambda x, *more: f(x.reshape(shape) if len(shape) > 1 else x, *more, *args))

    jac = None if jac is False else with_args(jac)
    result = native(_thalweg.minimize, with_args(fun), start, jac, with_args(hess), with_args(hessp), *common, workers,
                    stochastic)
    return result_of(result, start.size)
