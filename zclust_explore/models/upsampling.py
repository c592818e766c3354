"""Upsampling: a transposed convolution to few channels, the last of the decoder, as one matrix product."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .memory_order import channels_last


def upsample(x: Tensor, weight: Tensor, bias: Tensor, output_padding: tuple[int, ...]) -> Tensor:
    """`torch.nn.functional.conv_transpose2d` with 3 × 3 weights, stride 2 and padding 1, for few output channels.

    oneDNN takes longer there: it works on whole vectors of channels.

    Parameters
    ----------
    x : Tensor (n, n_in, n_rows, n_columns)
        Channels last in memory.
    weight : Tensor (n_in, n_out, 3, 3)
    bias : Tensor (n_out,)
    output_padding : tuple of int
        0 or 1 for each axis.

    Examples
    --------
    >>> one = torch.ones(1, 1, 1, 2)
    >>> upsample(one, torch.arange(9.0).reshape(1, 1, 3, 3), torch.zeros(1), (1, 0))
    tensor([[[[ 4.,  8.,  4.],
              [ 7., 14.,  7.]]]])
    """
    result: Tensor = _Upsampling.apply(x, weight, bias, output_padding)
    return result


class _Upsampling(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, output_padding: tuple[int, ...]) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.output_padding = output_padding
        (n, n_in, n_rows, n_columns), n_out = x.shape, weight.shape[1]
        pixels = x.permute(0, 2, 3, 1).reshape(-1, n_in)
        # what each pixel adds to the nine around it: (9 n_out, n_in) @ (n_in, n · n_rows n_columns)
        parts = (weight.flatten(1).T @ pixels.T).view(n_out, 3, 3, n, n_rows, n_columns)
        size = [2 * n_rows - 1 + output_padding[0], 2 * n_columns - 1 + output_padding[1]]
        result = parts.new_empty(n, n_out, *size)
        for first_row, row_parts in enumerate(_even_and_odd(parts, axis=-2)):
            for first_column, found in enumerate(_even_and_odd(row_parts, axis=-1)):
                target = result[..., first_row::2, first_column::2].transpose(0, 1)
                found = found[..., : target.shape[-2], : target.shape[-1]]
                torch.add(found, bias[:, None, None, None], out=target)
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        gradient = channels_last(gradients[0])
        wanted = [*ctx.needs_input_grad[:2], False]
        of_x, of_weight, _ = torch.ops.aten.convolution_backward(
            gradient, x, weight, None, [2, 2], [1, 1], [1, 1], True, list(ctx.output_padding), 1, wanted
        )
        return of_x, of_weight, gradient.sum(dim=(0, 2, 3)), None


def _even_and_odd(parts: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """What lands in the even and the odd places of an axis; `parts` (n_out, 3, …) loses its axis of three.

    Pixel i adds to the places 2 i - 1, 2 i and 2 i + 1: an odd one gets from the pixels on both its sides.
    """
    before, even, after = parts.unbind(1)
    length = parts.shape[axis] - 1
    after.narrow(axis, 0, length).add_(before.narrow(axis, 1, length))
    return even, after
