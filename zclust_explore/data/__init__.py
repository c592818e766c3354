"""Records: what was measured and what training did. No PyTorch, no Jupyter."""
