"""Augmentation: what may be done to a spectrogram without making it another kind of signal."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Augmentation:
    """Random changes of windows in training, a small one of each sort, so that the network learns to look past them.

    An earlier or later arrival is a shift in time, which wraps round; another source or path is a shift and a small
    affine change of the time-frequency plane: it stretches duration and bandwidth (scale) and lets pitch glide and
    arrivals disperse (shear), both by fractions up to `warp`.

    Parameters
    ----------
    time_shift : float in [0, 0.5]
        Largest shift in time, as a fraction of the window.
    frequency_shift : float in [0, 0.5]
        Largest shift in frequency, as a fraction of the band.
    warp : float in [0, 0.5]
        Largest stretch and shear.

    Raises
    ------
    ValueError
        If one is out of range.

    References
    ----------
    Guo et al. (2018), Deep embedded clustering with data augmentation, ACML: clustering with shifts and rotations.

    Examples
    --------
    >>> x = torch.zeros(1, 1, 4, 6); x[0, 0, 2, 3] = 1.0
    >>> moved = Augmentation(time_shift=0.5, frequency_shift=0, warp=0)(x, torch.Generator().manual_seed(0))
    >>> moved[0, 0].argmax(dim=0).max(), moved.sum()   # the same frequency, another time
    (tensor(2), tensor(1.))
    """

    time_shift: float = 0.2
    frequency_shift: float = 0.03
    warp: float = 0.05

    def __post_init__(self) -> None:
        """Refuse what would leave nothing of a window."""
        for name, value in vars(self).items():
            if not 0 <= value <= 0.5:
                raise ValueError(f"{name} must be between 0 and 0.5, got {value}.")

    def __call__(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """Windows (n, n_channels, n_freqs, n_times), each changed in its own way, all channels of one alike."""
        return self._warped(self._shifted(x, generator), generator)

    def _shifted(self, x: Tensor, generator: torch.Generator) -> Tensor:
        n, n_channels, n_freqs, n_times = x.shape
        most = round(self.time_shift * n_times)
        if not most:
            return x
        shift = torch.randint(-most, most + 1, (n, 1), generator=generator)
        frames = (torch.arange(n_times)[None] + shift) % n_times  # (n, n_times)
        return x.gather(3, frames[:, None, None, :].expand(n, n_channels, n_freqs, n_times).to(x.device))

    def _warped(self, x: Tensor, generator: torch.Generator) -> Tensor:
        if not (self.warp or self.frequency_shift) or min(x.shape[2:]) < 2:
            return x
        # grid_sample counts each axis from -1 to 1, so that a shift by the whole band is 2
        most = torch.tensor([[self.warp, self.warp, 0.0], [self.warp, self.warp, 2 * self.frequency_shift]])
        change = (2 * torch.rand(len(x), 2, 3, generator=generator) - 1) * most + torch.eye(2, 3)
        grid = _grid(change.to(x.device), x.shape[2], x.shape[3])
        return nn.functional.grid_sample(x, grid, padding_mode="border", align_corners=False)


def _grid(change: Tensor, n_rows: int, n_columns: int) -> Tensor:
    """The grid of `torch.nn.functional.affine_grid`, which takes four times as long: (n, n_rows, n_columns, 2)."""
    across = (2 * torch.arange(n_columns, device=change.device) + 1) / n_columns - 1  # centres of pixels, -1 to 1
    down = (2 * torch.arange(n_rows, device=change.device) + 1) / n_rows - 1
    # x and y in planes of their own, which are filled faster than pairs are
    of_row = change[:, :, 2:] + change[:, :, 1:2] * down  # (n, 2, n_rows)
    of_column = change[:, :, :1] * across
    return (of_row[..., None] + of_column[:, :, None]).permute(0, 2, 3, 1)


UNCHANGED = Augmentation(0.0, 0.0, 0.0)
