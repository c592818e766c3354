"""What to show, not how: pure functions from a run to small arrays and figures. No PyTorch, no anywidget."""
