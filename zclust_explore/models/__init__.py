"""Modules and formulas. PyTorch lives here and in `training`, nowhere else."""
