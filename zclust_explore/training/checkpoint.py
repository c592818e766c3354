"""Checkpoint: what training needs, beside the weights, to go on to the bit. Safetensors, never pickle."""

from __future__ import annotations

import torch
from safetensors.torch import load, save

from ..models.memory_order import in_order_of


def dump(optimizer: torch.optim.Optimizer) -> bytes:
    """State of the optimizer; random numbers have none (see `Randomness`)."""
    tensors = {}
    for index, values in optimizer.state_dict()["state"].items():
        for name, value in values.items():
            # copies: an optimizer may share memory between its states, which safetensors refuses
            tensors[f"optimizer.{index}.{name}"] = torch.as_tensor(value).detach().cpu().clone().contiguous()
    return save(tensors)


def restore(data: bytes, optimizer: torch.optim.Optimizer) -> None:
    """Put a state made by `dump` into an optimizer for the same parameters, in their order of memory."""
    tensors = load(data)
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in tensors.items():
        _, index, name = key.split(".", 2)
        state.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    for parameter, values in optimizer.state.items():
        for name, value in values.items():
            if value.shape == parameter.shape:
                values[name] = in_order_of(parameter, value)
