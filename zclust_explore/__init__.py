"""zclust_explore: see what kinds of signals are in a seismic data set.

Records (`Spectrograms`, `Run`), training (`Trainer`, `CAE`, `DEC`) and widgets (`Explorer`, …). Names are found on
first use, so that importing the package imports neither PyTorch nor Jupyter.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Spectrograms": "data.spectrograms",
    "Run": "data.run",
    "Snapshot": "data.snapshot",
    "Labels": "data.labels",
    "Scaling": "data.scaling",
    "fetch": "data.fdsn",
    "load_example": "data.examples",
    "load_record": "data.examples",
    "make_spectrograms": "data.synthetic",
    "make_waveforms": "data.synthetic",
    "screen": "data.screening",
    "spectrograms_from_waveforms": "data.stft",
    "Preprocessing": "data.preprocessing",
    "SignalSettings": "data.signal_settings",
    "STFT": "data.stft_settings",
    "Windowing": "data.windowing",
    "read_arrivals": "data.arrivals",
    "read_seisbench": "data.seisbench",
    "read_spectrograms": "data.reading",
    "write_seisbench": "data.seisbench_writer",
    "CAE": "models.autoencoder",
    "DEC": "models.dec",
    "reconstruct": "models.decoding",
    "encode": "models.labelling",
    "label": "models.labelling",
    "DeepEmbeddedClustering": "training.estimator",
    "Augmentation": "training.augmentation",
    "Trainer": "training.trainer",
    "ClusterCount": "evaluation.cluster_count",
    "cluster_count": "evaluation.cluster_count",
    "compare": "evaluation.comparison",
    "event_bootstrap": "evaluation.scores",
    "pca_kmeans": "evaluation.baselines",
    "score": "evaluation.scores",
    "silhouette": "evaluation.scores",
    "plot_cluster": "views.figures",
    "plot_cluster_count": "views.cluster_count_figure",
    "plot_embedding": "views.figures",
    "plot_river": "views.river_figure",
    "plot_history": "views.figures",
    "plot_windows": "views.window_figure",
    "Lesson": "lessons.lesson",
    "read_answers": "lessons.answers",
    "EmbeddingMap": "widgets.embedding_map",
    "Explorer": "widgets.explorer",
    "Gallery": "widgets.gallery",
    "Reconstructions": "widgets.reconstructions",
    "SideBySide": "widgets.side_by_side",
    "SignalPreview": "widgets.signal_preview",
    "Timeline": "widgets.timeline",
    "TrainingPanel": "widgets.training_panel",
    "recorded_run": "lessons.recorded_runs",
}

__all__ = sorted([*_HOMES, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
