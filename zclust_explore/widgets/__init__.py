"""How to show it: thin widgets for JupyterLab over the views."""

from .embedding_map import EmbeddingMap
from .explorer import Explorer
from .gallery import Gallery
from .reconstructions import Reconstructions
from .side_by_side import SideBySide
from .signal_preview import SignalPreview
from .timeline import Timeline
from .training_panel import TrainingPanel

__all__ = [
    "EmbeddingMap",
    "Explorer",
    "Gallery",
    "Reconstructions",
    "SideBySide",
    "SignalPreview",
    "Timeline",
    "TrainingPanel",
]
