"""Ask and tell: the user asks for points, measures them, and tells."""
import numpy as np

from . import _thalweg
from ._minimize import native, result_of, settings_of, sides, split_options


class Study:
    """A run of any method of values (or of gradients, over an estimator) that waits for the user's measurements.

        study = thalweg.Study("nelder-mead", x0, max_evaluations=200)
        while not study.stop():
            x = study.ask(1)[0]
            study.tell(x, measure(x))            # None: the measurement failed
        study.result

    Given the seed and the answers a method is deterministic, so what was told is the study's state: pickling keeps
    that log, and unpickling replays it. Options are minimize()'s: limits, `estimator`, `rule`, `bounds`, the method's.
    """

    def __init__(self, method, x0, bounds=None, stochastic=False, **options):
        x0 = np.atleast_1d(np.asarray(x0, float)).ravel()
        self._made = (method, x0, None if bounds is None else sides(bounds, x0.size), stochastic, options)
        self._log = []      # values of each batch that the method was told
        self._other = {}    # bytes of a point never asked for → its value
        self._told_other = []  # (point, value) in order
        self._start()

    def _start(self):
        method, x0, found, stochastic, options = self._made
        limits, rest = split_options(options)
        if found is not None:
            limits["lower"], limits["upper"] = found
        estimator, rule = rest.pop("estimator", ""), rest.pop("rule", "")
        self._study = native(_thalweg.Study, method or "auto", x0, str(estimator), str(rule), settings_of(rest), limits,
                             stochastic)
        self._points = None   # of the batch that waits
        self._values = []     # told of it so far; `...` where not yet
        self._handed = 0      # of it, asked by the user

    def _next(self):
        """Waits at a batch that holds a point not yet told, or at the end."""
        while True:
            if self._points is None:
                points = self._study.ask()
                if points is None:
                    return False
                self._points = points
                self._values = [self._other.get(p.tobytes(), ...) for p in points]
                self._handed = 0
            if any(v is ... for v in self._values):
                return True
            self._log.append(list(self._values))
            self._study.tell(self._values)
            self._points = None

    def ask(self, n=None):
        """Up to n points to measure (all that wait, by default), one a row. Points handed out and not told are handed
        out again only when no others wait. Empty when the run has ended."""
        x0 = self._made[1]
        if n is not None and n < 1:
            raise ValueError(f"n is {n}; it must be at least 1")
        if not self._next():
            return np.empty((0, x0.size))
        open_ = [i for i, v in enumerate(self._values) if v is ...]
        fresh = [i for i in open_ if i >= self._handed] or open_
        take = fresh if n is None else fresh[:n]
        self._handed = max(self._handed, max(take) + 1)
        return self._points[take]

    def tell(self, x, f):
        """The value f at x, or values at several points; None (or NaN) where measuring failed. A point that was never
        asked for counts too: for the best, and as the answer should the method come to ask for it."""
        x = np.asarray(x, float)
        n = self._made[1].size
        points = x.reshape(-1, n) if x.size % n == 0 else None
        values = list(f) if np.ndim(f) else [f]
        if points is None or len(points) != len(values):
            raise ValueError(f"x holds {x.size} numbers and f {len(values)} values; a point has {n} numbers")
        for point, value in zip(points, values):
            self._tell_one(np.ascontiguousarray(point), None if value is None else float(value))

    def _tell_one(self, point, value):
        if self._points is None:
            self._next()
        if self._points is not None:
            for i, (p, v) in enumerate(zip(self._points, self._values)):
                if v is ... and p.tobytes() == point.tobytes():
                    self._values[i] = value
                    self._next()
                    return
        self._other[point.tobytes()] = value
        self._told_other.append((point.copy(), value))

    def stop(self):
        """Why the run has ended ("converged", "evaluation_budget" …); empty, and so false, while it goes on."""
        return "" if self._next() else self._study.result()["reason"]

    def end(self):
        """Ends the run now; the result is final."""
        self._study.stop()
        self._points = None

    @property
    def result(self):
        """The result so far, final when stop() says why; points that were never asked for count for the best."""
        result = result_of(self._study.result(), self._made[1].size)
        partial = [] if self._points is None else [(p, v) for p, v in zip(self._points, self._values) if v is not ...]
        for point, value in partial + self._told_other:
            if value is not None and not np.isnan(value) and not (value >= result.fun):
                result.x, result.fun = np.array(point), value
        return result

    def __getstate__(self):
        return {"made": self._made, "log": self._log, "other": self._told_other,
                "waiting": None if self._points is None else (self._values, self._handed)}

    def __setstate__(self, state):
        self._made, self._told_other = state["made"], list(state["other"])
        self._other = {}
        self._log = []
        self._start()
        for values in state["log"]:
            self._study.ask()
            self._study.tell(values)
            self._log.append(values)
        self._other = {p.tobytes(): v for p, v in self._told_other}
        if state["waiting"] is not None:
            self._points = self._study.ask()
            self._values, self._handed = list(state["waiting"][0]), state["waiting"][1]
