"""python -m tests.benchmarks.study.speed {plain,ours}: samples per second of pretraining, and one core's peak."""

import json
import sys
import time
from collections.abc import Callable, Iterator

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.flop_counter import FlopCounterMode

from zclust_explore.models.autoencoder import CAE
from zclust_explore.training.halves import Halves
from zclust_explore.training.pretraining import pretrain
from zclust_explore.training.randomness import Randomness
from zclust_explore.training.recipes import find_recipe

SHAPE, LATENT_DIM, CHANNELS, BATCH_SIZE = (87, 67), 9, (8, 16, 32, 64, 128), 64
N_SAMPLES, SECONDS, EPOCHS = 1024, 6.0, 1_000  # until the time is over
AUGMENTATION = find_recipe("default").augmentation


def main() -> None:
    """Measure; the last line printed is the result."""
    x = torch.randn(N_SAMPLES, 1, *SHAPE, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(0)
    cae = CAE(SHAPE, LATENT_DIM, channels=CHANNELS)
    result = {"flops": flops_per_sample(cae, x[:BATCH_SIZE])}
    if sys.argv[1] == "plain":
        result |= {"samples_per_s": rate(plain(cae, x)), "threads": torch.get_num_threads(), "order": "contiguous"}
    else:
        cae.to(memory_format=torch.channels_last)
        before, halves = peak_gflops(), Halves(torch.device("cpu"))
        with halves.side_by_side():
            result |= {"samples_per_s": rate(ours(cae, x, halves)), "threads": 2, "order": "channels_last"}
        torch.set_num_threads(1)
        result["samples_per_core_s"] = rate(ours(cae, x, halves), time.process_time)  # one half after the other
        result["peak_gflops"] = max(before, peak_gflops())
    print(json.dumps(result))


def plain(cae: CAE, x: torch.Tensor) -> Iterator[int]:
    """The net and the loop that every tutorial has; yields the size of each batch when it is done."""
    net = plain_net(cae, x[:1])
    loader = DataLoader(TensorDataset(x), batch_size=BATCH_SIZE, shuffle=True)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for _ in range(EPOCHS):
        for (batch,) in loader:
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(net(batch), batch).backward()
            optimizer.step()
            yield len(batch)


def plain_net(cae: CAE, x: torch.Tensor) -> nn.Sequential:
    """The same convolutions one after another, with linear layers to the code and back between them."""
    encoder = [layer for convolution in cae.encoder for layer in (convolution, nn.ELU())]
    decoder = [layer for convolution in cae.decoder for layer in (nn.ELU(), convolution)]
    smallest = nn.Sequential(*encoder)(x).shape[1:]
    code = [nn.Flatten(), nn.Linear(smallest.numel(), LATENT_DIM), nn.Linear(LATENT_DIM, smallest.numel())]
    return nn.Sequential(*encoder, *code, nn.Unflatten(1, smallest), *decoder)


def ours(cae: CAE, x: torch.Tensor, halves: Halves) -> Iterator[int]:
    """Pretraining as the package does it by default: losses recorded, windows changed at random."""
    optimizer = torch.optim.Adam(cae.parameters(), lr=1e-3, fused=True)
    settings = {"n_epochs": EPOCHS, "batch_size": BATCH_SIZE, "snapshot_every": EPOCHS}
    for progress in pretrain(cae, x, optimizer, Randomness(0), halves, augmentation=AUGMENTATION, **settings):
        if progress.batch:
            yield BATCH_SIZE  # divides the number of samples: all batches are full


def rate(batches: Iterator[int], clock: Callable[[], float] = time.perf_counter) -> float:
    """Samples per second of a clock, from the third batch on: the first ones choose kernels and fill caches."""
    for _ in range(2):
        next(batches)
    done, began = 0, clock()
    for size in batches:
        done += size
        if (passed := clock() - began) > SECONDS:
            break
    return done / passed


def peak_gflops() -> float:
    """The fastest of matrix products of several sizes on one core, in 10⁹ floating-point operations per second."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    best = 0.0
    for size in (256, 384, 512, 768, 1024, 1536):
        a, b = torch.randn(2, size, size)
        best = max(best, 2 * size**3 / min(_seconds(lambda a=a, b=b: a @ b) for _ in range(5)) / 1e9)
    torch.set_num_threads(threads)
    return best


def flops_per_sample(cae: CAE, batch: torch.Tensor) -> float:
    """Multiplications and additions of convolutions and linear layers, forward and backward, a sample."""
    with FlopCounterMode(display=False) as counter:
        torch.nn.functional.mse_loss(cae(batch)[0], batch).backward()
    cae.zero_grad()
    return counter.get_total_flops() / len(batch)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
