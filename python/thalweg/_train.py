"""train(): a network, a credit rule, an update rule."""
import numpy as np

from . import _thalweg
from ._minimize import OptimizeResult, settings_of


def train(data, model, credit="backprop", rule="adam", scalar="float", credit_options=None, callback=None, **options):
    """Train `model` ("64-32-10", thalweg's text) on `data`.

    data: a name of thalweg.list("data"), or a pair (X, y): y of integers is classes, of floats targets.
    credit: how the network answers gradient (thalweg.list("credit"), or an estimator); credit_options: its options.
    rule: update rule or chain (rules.chain(…) or text). scalar: "float" or "double".
    options: max_epochs, max_samples, max_flops, max_seconds (the first met ends the run; one is needed), batch, loss,
        validation, test (fractions), standardise, seed, threads, checkpoint, resume, measurements.
    callback(samples, loss, validation_accuracy): returning True stops.
    The result has theta, train, validation and test (loss, accuracy), flops, seconds, curve, cosine, variance, reason.
    """
    known = ("max_epochs", "max_samples", "max_flops", "max_seconds", "batch", "loss", "validation", "test",
             "standardise", "seed", "threads", "checkpoint", "resume", "measurements")
    for name in options:
        if name not in known:
            raise ValueError(f"unknown option `{name}` of train; they are {', '.join(known)}")
    if scalar not in ("float", "double"):
        raise ValueError(f"scalar is {scalar!r}; it must be 'float' or 'double'")
    if not isinstance(data, str):
        x, y = data
        data = (np.asarray(x, float), np.asarray(y))
    native = _thalweg.train(data, model, credit, settings_of(credit_options or {}), str(rule), options, callback,
                            scalar == "double")
    return OptimizeResult(native)
