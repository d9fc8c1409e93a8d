"""Every method as a callable for scipy.optimize.minimize(method=...): thalweg.scipy.nelder_mead, thalweg.scipy.l_bfgs …"""
from . import _thalweg
from ._minimize import minimize


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    id = name.replace("_", "-")
    if id not in [e["id"] for e in _thalweg.entries("methods")]:
        raise AttributeError(f"there is no method `{id}`; thalweg.list('methods') shows what there is")

    def method(fun, x0, args=(), jac=None, hess=None, hessp=None, bounds=None, constraints=(), callback=None, tol=None,
               **options):
        if constraints:
            raise ValueError("constraints are not supported; bounds are")
        found = minimize(fun, x0, args, method=id, jac=jac, hess=hess, hessp=hessp, bounds=bounds, tol=tol,
                         callback=callback, options=options)
        from scipy.optimize import OptimizeResult
        return OptimizeResult(found)

    method.__name__ = name
    method.__doc__ = f"{id} for scipy.optimize.minimize(method=...)."
    return method


def __dir__():
    return sorted(e["id"].replace("-", "_") for e in _thalweg.entries("methods"))
