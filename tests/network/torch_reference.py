"""Outputs, loss and gradient of a network by PyTorch, against those in a file. Called by torch_test.cpp.

usage: torch_reference.py (FILE WIDTHS ACTIVATION LOSS BATCH)...
FILE holds float32: inputs, targets (batch*outputs), labels (batch), parameters, outputs, gradient.
Prints for each the largest difference of outputs and of gradients, each relative to the largest entry.
"""
import sys

try:
    import torch
except ImportError:
    sys.exit(77)


def compare(path, widths, activation, loss_name, batch):
    widths = [int(w) for w in widths.split("-")]
    batch = int(batch)
    data = torch.frombuffer(bytearray(open(path, "rb").read()), dtype=torch.float32)
    at = 0

    def take(*shape):
        nonlocal at
        count = 1
        for s in shape:
            count *= s
        at += count
        return data[at - count : at].clone().reshape(shape)

    phi = {
        "linear": lambda z: z,
        "relu": torch.relu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "gelu": torch.nn.functional.gelu,
    }[activation]
    x, t, labels = take(batch, widths[0]), take(batch, widths[-1]), take(batch).long()
    parameters = [take(a, b) if k == 0 else take(b) for a, b in zip(widths, widths[1:]) for k in range(2)]
    for p in parameters:
        p.requires_grad_(True)
    h = x
    for l in range(0, len(parameters), 2):
        h = h @ parameters[l] + parameters[l + 1]
        if l + 2 < len(parameters):
            h = phi(h)
    if loss_name == "cross-entropy":
        loss = torch.nn.functional.cross_entropy(h, labels)
    else:
        loss = 0.5 * ((h - t) ** 2).sum(1).mean()
    loss.backward()
    y = take(batch, widths[-1])
    gradient = torch.cat([p.grad.flatten() for p in parameters])
    ours = take(gradient.numel())
    difference = (h.detach() - y).abs().max() / y.abs().max()
    print(float(difference), float((gradient - ours).abs().max() / gradient.abs().max()))


torch.set_num_threads(1)
for i in range(1, len(sys.argv), 5):
    compare(*sys.argv[i : i + 5])
