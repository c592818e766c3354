"""Stands in for torchvision while ClustPy is imported, which names parts of it and, on tables, uses none."""

from types import SimpleNamespace


class Absent:
    """Whatever is asked for."""

    def __init__(self, *_: object, **__: object) -> None:
        raise NotImplementedError("torchvision is not installed; this benchmark needs only its names")


NAMES = ("VisionDataset", "USPS", "MNIST", "FashionMNIST", "KMNIST", "SVHN", "CIFAR10", "STL10", "GTSRB")
datasets = SimpleNamespace(**dict.fromkeys(NAMES, Absent))
transforms = SimpleNamespace(**dict.fromkeys(("Compose", "Normalize", "Resize", "Lambda"), Absent))
