"""Checkpoint: what training needs, beside the weights, to go on to the bit. Safetensors, never pickle."""

from __future__ import annotations

import torch
from safetensors.torch import load, save


def dump(optimizer: torch.optim.Optimizer, generator: torch.Generator) -> bytes:
    """State of the optimizer and of the random numbers."""
    tensors = {"generator": generator.get_state()}
    for index, values in optimizer.state_dict()["state"].items():
        for name, value in values.items():
            # copies: an optimizer may share memory between its states, which safetensors refuses
            tensors[f"optimizer.{index}.{name}"] = torch.as_tensor(value).detach().cpu().clone().contiguous()
    return save(tensors)


def restore(data: bytes, optimizer: torch.optim.Optimizer, generator: torch.Generator) -> None:
    """Put a state made by `dump` into an optimizer for the same parameters and into a generator."""
    tensors = load(data)
    generator.set_state(tensors.pop("generator"))
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in tensors.items():
        _, index, name = key.split(".", 2)
        state.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
