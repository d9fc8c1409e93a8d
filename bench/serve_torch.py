"""PyTorch's side of the network workloads (workloads.md): serve_torch.py large|medium|small THREADS.

Written as its users write it: modules and optimisers for backprop; for perturbations no_grad, in-place noise on the
parameters and one generator, which is the fast way there.
"""
import sys
import time

import torch

shape = sys.argv[1] if len(sys.argv) > 1 else "large"
torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
torch.manual_seed(1)
widths, size = {"large": ([784, 1024, 1024, 10], 128), "medium": ([784, 256, 256, 10], 64),
                "small": ([64, 32, 10], 32)}[shape]
layers = []
for i, (a, b) in enumerate(zip(widths, widths[1:])):
    layers += [torch.nn.Linear(a, b)] + ([torch.nn.ReLU()] if i + 2 < len(widths) else [])
net = torch.nn.Sequential(*layers)
x = torch.randn(size, widths[0])
y = torch.arange(size) % widths[-1]
loss_of = torch.nn.CrossEntropyLoss()
params = list(net.parameters())
sigma = 1e-3


def forward():
    with torch.no_grad():
        return loss_of(net(x), y)


def backprop(optimiser):
    def step():
        optimiser.zero_grad(set_to_none=True)
        loss_of(net(x), y).backward()
        optimiser.step()

    return step


def gaussian(p):
    return torch.randn_like(p)


def rademacher(p):
    return torch.empty_like(p).bernoulli_(0.5).mul_(2).sub_(1)


def perturbation(q, draw):
    @torch.no_grad()
    def step():
        total = [torch.zeros_like(p) for p in params]
        for _ in range(q):
            noise = [draw(p) for p in params]
            for p, e in zip(params, noise):
                p.add_(e, alpha=sigma)
            plus = loss_of(net(x), y)
            for p, e in zip(params, noise):
                p.sub_(e, alpha=2 * sigma)
            minus = loss_of(net(x), y)
            slope = float(plus - minus) / (2 * sigma * q)
            for p, e, g in zip(params, noise, total):
                p.add_(e, alpha=sigma)
                g.add_(e, alpha=slope)
        for p, g in zip(params, total):
            p.sub_(g, alpha=1e-9)

    return step


seed = 0


@torch.no_grad()
def mezo():  # Malladi et al. 2023, algorithm 1: the noise is drawn again from its seed each time
    global seed
    seed += 1

    def shift(scale):
        torch.manual_seed(seed)
        for p in params:
            p.add_(torch.randn_like(p), alpha=scale)

    shift(sigma)
    plus = loss_of(net(x), y)
    shift(-2 * sigma)
    minus = loss_of(net(x), y)
    shift(sigma)
    shift(-1e-9 * float(plus - minus) / (2 * sigma))


@torch.no_grad()
def batched():  # sixteen antithetic pairs by batched products
    q = 16
    noise = [torch.randn(q, *p.shape) for p in params]
    signed = [torch.cat([p + sigma * e, p - sigma * e]) for p, e in zip(params, noise)]
    h = x.expand(2 * q, -1, -1)
    for l in range(0, len(params), 2):
        h = torch.baddbmm(signed[l + 1].unsqueeze(1), h, signed[l].transpose(1, 2))
        if l + 2 < len(params):
            h = h.relu_()
    losses = torch.nn.functional.cross_entropy(h.reshape(-1, widths[-1]), y.repeat(2 * q), reduction="none")
    losses = losses.view(2 * q, -1).mean(1)
    slopes = (losses[:q] - losses[q:]) / (2 * sigma * q)
    for p, e in zip(params, noise):
        p.sub_(torch.tensordot(slopes, e, 1), alpha=1e-9)


def low_rank(q):  # antithetic pairs of rank 1, Wx and h·A of all directions shared or batched, never a direction made
    @torch.no_grad()
    def step():
        h, total = x, []
        signs = torch.cat([torch.full((q, 1, 1), sigma), torch.full((q, 1, 1), -sigma)])
        for l in range(0, len(params), 2):
            w, bias = params[l], params[l + 1]
            a, b, e = torch.randn(q, w.shape[1]), torch.randn(q, w.shape[0]), torch.randn(q, w.shape[0])
            total.append((a, b, e))
            a2, b2 = a.repeat(2, 1).unsqueeze(2), b.repeat(2, 1).unsqueeze(1)
            e2 = torch.addcmul(bias, signs, e.repeat(2, 1).unsqueeze(1))  # of the bias, with its noise
            if l == 0:
                along = (x @ a.t()).t().repeat(2, 1).unsqueeze(2)
                z = torch.addcmul(e2, signs * along, b2).add_(x @ w.t())
            else:
                along = torch.bmm(h, a2)
                z = (h.reshape(-1, w.shape[1]) @ w.t()).view(2 * q, size, -1).add_(e2).addcmul_(signs * along, b2)
            h = z.relu_() if l + 2 < len(params) else z
        losses = torch.nn.functional.cross_entropy(h.reshape(-1, widths[-1]), y.repeat(2 * q), reduction="none")
        losses = losses.view(2 * q, -1).mean(1)
        slopes = (losses[:q] - losses[q:]) / (2 * sigma * q)
        for l, (a, b, e) in enumerate(total):
            params[2 * l].sub_((b * slopes.unsqueeze(1)).t() @ a, alpha=1e-9)
            params[2 * l + 1].sub_(slopes @ e, alpha=1e-9)

    return step


@torch.no_grad()
def node_perturbation():
    inputs, h = [], x
    for i, layer in enumerate(net):
        if i % 2 == 0:
            inputs.append(h)
        h = layer(h)
    clean = torch.nn.functional.cross_entropy(h, y, reduction="none")
    noises, h = [], x
    for i, layer in enumerate(net):
        h = layer(h)
        if i % 2 == 0:
            noises.append(torch.randn_like(h))
            h = h.add(noises[-1], alpha=1e-2)
    change = (torch.nn.functional.cross_entropy(h, y, reduction="none") - clean) / (1e-2 * size)
    for layer, a, e in zip(net[::2], inputs, noises):
        delta = e * change.unsqueeze(1)
        layer.weight.sub_(delta.t() @ a, alpha=1e-9)
        layer.bias.sub_(delta.sum(0), alpha=1e-9)


work = {
    "forward": forward,
    "sgd": backprop(torch.optim.SGD(params, lr=1e-6)),
    "adam": backprop(torch.optim.Adam(params, lr=1e-6)),
    "wp1-rademacher": perturbation(1, rademacher),
    "wp1-gaussian": perturbation(1, gaussian),
    "mezo": mezo,
    "wp16-rademacher": perturbation(16, rademacher),
    "wp16-gaussian": perturbation(16, gaussian),
    "wp16-bmm": batched,
    "wp16-low-rank-loop": perturbation(16, gaussian),
    "wp16-low-rank": low_rank(16),
    "wp64-low-rank-loop": perturbation(64, gaussian),
    "wp64-low-rank": low_rank(64),
    "np": node_perturbation,
}

for line in sys.stdin:
    step = work.get(line.strip())
    if step is None:
        print(-1.0, flush=True)
        continue
    step()
    times, begin = [], time.perf_counter()
    while len(times) < 3 or (time.perf_counter() - begin < 0.3 and len(times) < 20000):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    print(f"{sorted(times)[len(times) // 2]:.9f}", flush=True)
