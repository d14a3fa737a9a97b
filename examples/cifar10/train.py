"""Train a binary network on CIFAR-10; interrupted at any time, it goes on where it was.

    python examples/cifar10/train.py --network xnor_vgg --data FOLDER --state out/cifar10

A state is written after each epoch, which takes four minutes of one core (AVX-512, bf16). The
network that counts is the last epoch's, whatever the test images say of others before.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from pathlib import Path

import torch
from images import Images, normalized, read, varied
from networks import KINDS, network
from torch import Tensor, nn

from sram_spice.atomic import write_atomically

BATCH = 128
RATE = 2e-3  # of Adam, after a first epoch of warm-up; then a cosine down to zero
SMOOTHING = 0.1  # of labels
COLUMNS = ("epoch", "loss", "train_accuracy", "test_accuracy", "processor_s")


def rate(step: int, steps_per_epoch: int, epochs: int) -> float:
    """Return the learning rate of a step."""
    if step < steps_per_epoch:
        return RATE * (step + 1) / steps_per_epoch
    done = (step - steps_per_epoch) / max(1, steps_per_epoch * (epochs - 1))
    return RATE * (1 + math.cos(math.pi * done)) / 2


@torch.no_grad()
def accuracy(model: nn.Module, images: Images) -> float:
    """Return the share of right answers, %, with exact sums (float32)."""
    model.eval()
    right = 0
    for start in range(0, len(images), 500):
        part = slice(start, start + 500)
        answers = model(normalized(images.pixels[part])).argmax(1)
        right += int((answers == images.labels[part]).sum())
    return 100 * right / len(images)


@torch.no_grad()
def estimate_batch_norm(model: nn.Module, images: Images, count: int = 10_000) -> None:
    """Take the statistics of batch norm from exact sums of training images, as they are."""
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches
    model.train()
    for start in range(0, count, 500):
        model(normalized(images.pixels[start : start + 500]))
    for norm in norms:
        norm.momentum = 0.1


def epoch_of(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    images: Images,
    epoch: int,
    epochs: int,
    seed: int,
) -> tuple[float, float]:
    """Train one epoch; return the mean loss and the share of right answers, %."""
    generator = torch.Generator().manual_seed(1000 * seed + epoch)
    order = torch.randperm(len(images), generator=generator)
    batches = order[: len(order) // BATCH * BATCH].split(BATCH)
    model.train()
    total, right = 0.0, 0
    for place, batch in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = rate(epoch * len(batches) + place, len(batches), epochs)
        x, y = varied(images.pixels[batch], generator), images.labels[batch]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            answers: Tensor = model(x).float()
        loss = nn.functional.cross_entropy(answers, y, label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += float(loss.detach())
        right += int((answers.detach().argmax(1) == y).sum())
    return total / len(batches), 100 * right / (BATCH * len(batches))


def save(path: Path, state: dict[str, object]) -> None:
    """Write a state whole or not at all."""
    write_atomically(path, lambda target: torch.save(state, target))


def main() -> None:
    """Train what is left of the epochs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--network", choices=KINDS, required=True)
    parser.add_argument("--data", type=Path, required=True, help="train.parquet, test.parquet")
    parser.add_argument("--state", type=Path, required=True, help="a folder for states and logs")
    parser.add_argument("--epochs", type=int, default=75)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(asked.seed)
    asked.state.mkdir(parents=True, exist_ok=True)
    path = asked.state / f"{asked.network}_{asked.epochs}_{asked.seed}.pt"
    model = network(KINDS[asked.network])
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    rows: list[tuple[object, ...]] = []
    if path.exists():
        state = torch.load(path, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        rows = [tuple(row) for row in state["rows"]]
    train, test = read(asked.data, "train"), read(asked.data, "test")
    for epoch in range(len(rows), asked.epochs):
        start = time.process_time()
        loss, learnt = epoch_of(model, optimizer, train, epoch, asked.epochs, asked.seed)
        if epoch == asked.epochs - 1:
            estimate_batch_norm(model, train)
        tested = accuracy(model, test) if epoch % 5 == 4 or epoch == asked.epochs - 1 else math.nan
        rows.append(
            (epoch, round(loss, 4), round(learnt, 2), tested, round(time.process_time() - start))
        )
        print(dict(zip(COLUMNS, rows[-1], strict=True)), flush=True)
        save(path, {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "rows": rows})
        with path.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows])


if __name__ == "__main__":
    main()
