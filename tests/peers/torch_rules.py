"""Trajectories of PyTorch's optimisers, in double precision, for tests/first_order/torch_rules.cpp.

Prints one JSON object: {"torch": version, "steps", "cases": [{"rule": thalweg's shorthand, "torch": call,
"trajectory": [[x after step 1], …]}], "untested": options of PyTorch that no case sets}, or {"missing": why} where PyTorch is not installed.

The gradient is written out in elementary operations, so that both sides compute the same bits from the same point:
    g_i = curvature_i x_i + x_i^3 - 0.3 x_{i+1} + 0.1 (((3 + i) t) mod 7 - 3)
The last term moves with the step t = 1, 2, …, so that nothing converges before the end.
"""

import inspect
import json
import sys

STEPS = 200
# What PyTorch's optimisers take that is no matter of the path: how it is computed.
OF_THE_COMPUTATION = {"foreach", "fused", "capturable", "differentiable"}
CURVATURE = [0.05, 0.5, 1.0, 3.0, 8.0]
START = [1.5, -1.0, 0.8, -0.6, 0.4]


def gradient(x, t):
    n = len(x)
    return [
        CURVATURE[i] * x[i] + x[i] * x[i] * x[i] - 0.3 * x[(i + 1) % n] + 0.1 * (((3 + i) * t) % 7 - 3)
        for i in range(n)
    ]


# thalweg's shorthand, PyTorch's class, its keyword arguments
CASES = [
    ("sgd(rate=0.02)", "SGD", dict(lr=0.02)),
    ("weight-decay(decay=0.1) | sgd(rate=0.02)", "SGD", dict(lr=0.02, weight_decay=0.1)),
    ("scale(factor=-1) | sgd(rate=0.001)", "SGD", dict(lr=0.001, maximize=True)),
    ("momentum(rate=0.01, beta=0.9)", "SGD", dict(lr=0.01, momentum=0.9)),
    ("momentum(rate=0.01, beta=0.8, dampening=0.3)", "SGD", dict(lr=0.01, momentum=0.8, dampening=0.3)),
    ("momentum(rate=0.01, beta=0.9, nesterov=true)", "SGD", dict(lr=0.01, momentum=0.9, nesterov=True)),
    ("nesterov(rate=0.01, sequence=constant, beta=0.9)", "SGD", dict(lr=0.01, momentum=0.9, nesterov=True)),
    ("weight-decay(decay=0.05) | momentum(rate=0.01, beta=0.9)", "SGD",
     dict(lr=0.01, momentum=0.9, weight_decay=0.05)),
    ("scale(factor=-1) | weight-decay(decay=4) | momentum(rate=0.001, beta=0.5)", "SGD",
     dict(lr=0.001, momentum=0.5, weight_decay=4.0, maximize=True)),
    ("weight-decay(decay=0.1) | momentum(rate=0.01, beta=0.7, dampening=0.2)", "SGD",
     dict(lr=0.01, momentum=0.7, dampening=0.2, weight_decay=0.1)),
    ("weight-decay(decay=0.1) | nesterov(rate=0.01, sequence=constant, beta=0.7)", "SGD",
     dict(lr=0.01, momentum=0.7, nesterov=True, weight_decay=0.1)),
    ("adagrad", "Adagrad", dict()),
    ("adagrad(rate=0.1, rate_decay=0.01)", "Adagrad", dict(lr=0.1, lr_decay=0.01)),
    ("adagrad(rate=0.1, initial=0.5)", "Adagrad", dict(lr=0.1, initial_accumulator_value=0.5)),
    ("adagrad(rate=0.1, epsilon=1e-3)", "Adagrad", dict(lr=0.1, eps=1e-3)),
    ("weight-decay(decay=0.1) | adagrad(rate=0.1)", "Adagrad", dict(lr=0.1, weight_decay=0.1)),
    ("scale(factor=-1) | adagrad(rate=0.001)", "Adagrad", dict(lr=0.001, maximize=True)),
    ("scale(factor=-1) | weight-decay(decay=4) | adagrad(rate=0.01, rate_decay=0.03, initial=0.2, epsilon=1e-4)",
     "Adagrad", dict(lr=0.01, lr_decay=0.03, weight_decay=4.0, initial_accumulator_value=0.2, eps=1e-4, maximize=True)),
    ("rmsprop", "RMSprop", dict()),
    ("rmsprop(rate=1e-3, alpha=0.9, epsilon=1e-4)", "RMSprop", dict(lr=1e-3, alpha=0.9, eps=1e-4)),
    ("rmsprop(rate=1e-3, momentum=0.9)", "RMSprop", dict(lr=1e-3, momentum=0.9)),
    ("rmsprop(rate=1e-3, centered=true)", "RMSprop", dict(lr=1e-3, centered=True)),
    ("rmsprop(rate=1e-3, centered=true, momentum=0.5)", "RMSprop", dict(lr=1e-3, centered=True, momentum=0.5)),
    ("weight-decay(decay=0.1) | rmsprop(rate=1e-3)", "RMSprop", dict(lr=1e-3, weight_decay=0.1)),
    ("scale(factor=-1) | rmsprop(rate=1e-3)", "RMSprop", dict(lr=1e-3, maximize=True)),
    ("scale(factor=-1) | weight-decay(decay=4) | rmsprop(rate=1e-3, alpha=0.8, epsilon=1e-3, momentum=0.6, "
     "centered=true)", "RMSprop",
     dict(lr=1e-3, alpha=0.8, eps=1e-3, momentum=0.6, centered=True, weight_decay=4.0, maximize=True)),
    ("adam", "Adam", dict()),
    ("adam(rate=0.05)", "Adam", dict(lr=0.05)),
    ("adam(rate=0.02, beta1=0.5, beta2=0.9, epsilon=1e-3)", "Adam", dict(lr=0.02, betas=(0.5, 0.9), eps=1e-3)),
    ("weight-decay(decay=0.1) | adam(rate=0.02)", "Adam", dict(lr=0.02, weight_decay=0.1)),
    ("scale(factor=-1) | adam(rate=1e-3)", "Adam", dict(lr=1e-3, maximize=True)),
    ("amsgrad", "Adam", dict(amsgrad=True)),
    ("amsgrad(rate=0.02, beta1=0.8, beta2=0.95)", "Adam", dict(lr=0.02, betas=(0.8, 0.95), amsgrad=True)),
    ("weight-decay(decay=0.1) | amsgrad(rate=0.02)", "Adam", dict(lr=0.02, weight_decay=0.1, amsgrad=True)),
    ("scale(factor=-1) | weight-decay(decay=4) | amsgrad(rate=1e-3, beta1=0.7, beta2=0.9, epsilon=1e-2)", "Adam",
     dict(lr=1e-3, betas=(0.7, 0.9), eps=1e-2, weight_decay=4.0, amsgrad=True, maximize=True)),
    ("adamw", "AdamW", dict()),
    ("adamw(rate=0.02, decay=0.3)", "AdamW", dict(lr=0.02, weight_decay=0.3)),
    ("adamw(rate=0.02, decay=0)", "AdamW", dict(lr=0.02, weight_decay=0.0)),
    ("adamw(rate=0.02, beta1=0.7, beta2=0.9, epsilon=1e-2)", "AdamW", dict(lr=0.02, betas=(0.7, 0.9), eps=1e-2)),
    ("adamw(rate=0.02, amsgrad=true)", "AdamW", dict(lr=0.02, amsgrad=True)),
    ("scale(factor=-1) | adamw(rate=1e-3)", "AdamW", dict(lr=1e-3, maximize=True)),
    ("scale(factor=-1) | adamw(rate=1e-3, decay=0.3, beta1=0.7, beta2=0.9, epsilon=1e-2, amsgrad=true)", "AdamW",
     dict(lr=1e-3, weight_decay=0.3, betas=(0.7, 0.9), eps=1e-2, amsgrad=True, maximize=True)),
    # NAdam's one-tensor path multiplies mu_t twice into the product up to t+1; the foreach path follows the paper.
    ("nadam", "NAdam", dict(foreach=True)),
    ("nadam(rate=0.02, beta1=0.8, beta2=0.9)", "NAdam", dict(lr=0.02, betas=(0.8, 0.9), foreach=True)),
    ("nadam(rate=0.02, epsilon=1e-3, momentum_decay=0.02)", "NAdam",
     dict(lr=0.02, eps=1e-3, momentum_decay=0.02, foreach=True)),
    ("weight-decay(decay=0.1) | nadam(rate=0.02)", "NAdam", dict(lr=0.02, weight_decay=0.1, foreach=True)),
    ("weight-decay(decay=0.1) | nadam(rate=0.01, beta1=0.7, beta2=0.95, epsilon=1e-3, momentum_decay=0.01)", "NAdam",
     dict(lr=0.01, betas=(0.7, 0.95), eps=1e-3, weight_decay=0.1, momentum_decay=0.01, foreach=True)),
]

# Schedules: the rule is sgd(rate=0.02); the scheduler steps once a step.
SCHEDULES = [
    ("lr-step(every=30, gamma=0.5)", "StepLR", dict(step_size=30, gamma=0.5)),
    ("lr-exponential(gamma=0.98)", "ExponentialLR", dict(gamma=0.98)),
    ("lr-cosine(steps=200, end=0.1)", "CosineAnnealingLR", dict(T_max=200, eta_min=0.002)),
    ("lr-one-cycle(steps=200)", "OneCycleLR", dict(max_lr=0.02, total_steps=200, cycle_momentum=False)),
    ("lr-one-cycle(steps=200, warm=0.5, start=0.1, end=1e-3)", "OneCycleLR",
     dict(max_lr=0.02, total_steps=200, pct_start=0.5, div_factor=10.0, final_div_factor=100.0,
          cycle_momentum=False)),
]


def run(torch, make, schedule=None):
    x = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    optimiser = make(x)
    scheduler = schedule(optimiser) if schedule else None
    trajectory = []
    for t in range(1, STEPS + 1):
        x.grad = torch.tensor(gradient(x.detach().tolist(), t), dtype=torch.float64)
        optimiser.step()
        if scheduler and t < STEPS:
            scheduler.step()
        trajectory.append(x.detach().tolist())
    return trajectory


def main():
    try:
        import torch
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
        return
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)  # NAdam keeps its product of momenta in the default type
    # Every option of every class is set in some case.
    untested = []
    for name in sorted({name for _, name, _ in CASES}):
        taken = set(inspect.signature(getattr(torch.optim, name)).parameters) - {"params"} - OF_THE_COMPUTATION
        set_somewhere = {option for _, n, arguments in CASES if n == name for option in arguments}
        untested += [f"{name}.{option}" for option in sorted(taken - set_somewhere)]
    cases = []
    for rule, name, arguments in CASES:
        trajectory = run(torch, lambda x: getattr(torch.optim, name)([x], **arguments))
        cases.append({"rule": rule, "torch": f"{name}({arguments})", "trajectory": trajectory})
    for schedule, name, arguments in SCHEDULES:
        trajectory = run(torch, lambda x: torch.optim.SGD([x], lr=0.02),
                         lambda optimiser: getattr(torch.optim.lr_scheduler, name)(optimiser, **arguments))
        cases.append({"rule": "sgd(rate=0.02) | " + schedule, "torch": f"{name}({arguments})",
                      "trajectory": trajectory})
    json.dump({"torch": torch.__version__, "steps": STEPS, "curvature": CURVATURE, "start": START, "cases": cases,
               "untested": untested}, sys.stdout)


if __name__ == "__main__":
    main()
