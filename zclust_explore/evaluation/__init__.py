"""Numbers from records that can be trusted. No PyTorch."""
