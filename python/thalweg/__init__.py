"""Iterative optimisation of every order, with SciPy's shapes.

    import thalweg
    thalweg.minimize(f, x0)                                    # the method is chosen; result.message says which
    thalweg.minimize(f, x0, method="mads", options={"max_evaluations": 500})
    thalweg.minimize(f, x0, method="adam", jac=g, options={"rate": 0.01})
    thalweg.minimize(f, x0, options={"rule": "clip(norm=1) | adam(rate=1e-2)", "estimator": "spsa"})
    scipy.optimize.minimize(f, x0, method=thalweg.scipy.nelder_mead)
    thalweg.curve_fit(model, x, y, p0)
    study = thalweg.Study("cma-es", x0); x = study.ask(1); study.tell(x, measure(x))
    thalweg.train("digits", "64-32-10", credit="node-perturbation", rule="adam(rate=3e-3)", max_epochs=5)
    thalweg.list("methods"); thalweg.show("cma-es")
"""
from . import rules, scipy
from ._compare import compare
from ._least_squares import curve_fit, least_squares
from ._minimize import OptimizeResult, minimize
from ._registry import list, show
from ._study import Study
from ._train import train
from ._thalweg import version as _version

__version__ = _version()
__all__ = ["OptimizeResult", "Study", "compare", "curve_fit", "least_squares", "list", "minimize", "rules", "scipy",
           "show", "train"]
