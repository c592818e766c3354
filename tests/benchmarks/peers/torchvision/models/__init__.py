"""The part of torchvision that ClustPy names in its convolutional networks."""
