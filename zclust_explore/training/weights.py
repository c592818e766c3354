"""First weights: PyTorch's own distributions, drawn from a generator of ours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from ..models.architecture import Autoencoder, from_settings


def first_weights(settings: Mapping[str, Any], random_state: int) -> Autoencoder:
    """Build the network that `settings` describe, with first weights that depend on nothing but the seed.

    The weights are those that `torch.manual_seed(random_state)` would give, to the bit, but PyTorch's global random
    state is neither used nor touched: a network may be built on one thread while another draws.

    Source: kaiming uniform with a = √5, biases in ± 1/√fan_in, as `torch.nn.Linear` and the convolutions begin.
    """
    generator = torch.Generator().manual_seed(random_state)
    with torch.device("meta"):
        network = from_settings(settings)
    network.to_empty(device="cpu")
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            nn.init.kaiming_uniform_(module.weight, a=math.sqrt(5), generator=generator)
            if module.bias is not None:
                fan_in = module.weight[0].numel()
                nn.init.uniform_(module.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in), generator=generator)
        elif any(True for _ in module.parameters(recurse=False)):
            raise TypeError(f"settings must be of linear layers and convolutions, got a {type(module).__name__}.")
    return network
