"""python -m tests.benchmarks.peers.run DATASET SEED: ClustPy's DEC and IDEC at their defaults, from one pretraining."""

import contextlib
import io
import json
import sys
import time

import numpy as np
import torch

import zclust_explore as zx
from tests.benchmarks.study.datasets import DATASETS, load
from tests.benchmarks.study.results import circumstances

PRETRAIN_EPOCHS, BATCH_SIZE, LATENT_DIM = 100, 256, 10  # ClustPy's defaults; clustering takes 150 epochs


def main() -> None:
    """Pretrain once, cluster twice; the last line printed has both results."""
    # here, because tests look at every module, and ClustPy is nothing that they may need
    from clustpy.deep import DEC, IDEC
    from clustpy.deep.neural_networks import FeedforwardAutoencoder

    dataset, seed = sys.argv[1], int(sys.argv[2])
    specs = load(dataset, seed)
    x = specs.read().reshape(len(specs), -1)
    x = (x / np.sqrt(np.mean(x**2))).astype(np.float32)  # the paper's: mean square of the input about 1
    results = {}
    # what is loaded at its first use counts in nobody's time
    FeedforwardAutoencoder([x.shape[1], LATENT_DIM]).fit(
        n_epochs=1, optimizer_params={"lr": 1e-3}, batch_size=8, data=x[:16]
    )
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        began = time.perf_counter()
        network = FeedforwardAutoencoder([x.shape[1], 500, 500, 2000, LATENT_DIM], random_state=seed)
        network.fit(n_epochs=PRETRAIN_EPOCHS, optimizer_params={"lr": 1e-3}, batch_size=BATCH_SIZE, data=x)
        pretrained = time.perf_counter() - began
        for name, algorithm in (("ClustPy DEC", DEC), ("ClustPy IDEC", IDEC)):
            began = time.perf_counter()
            model = algorithm(
                DATASETS[dataset].n_clusters,
                neural_network=network,
                embedding_size=LATENT_DIM,
                random_state=seed,
                device=torch.device("cpu"),
            ).fit(x)
            seconds = pretrained + time.perf_counter() - began
            # dec_labels_ are those of the clustering; labels_ are of one more k-means after it
            scores = zx.score(specs.metadata["label"], model.dec_labels_)
            results[name] = {**scores, "seconds": seconds, "pretrain_seconds": pretrained, **circumstances()}
    print(json.dumps(results))


if __name__ == "__main__":
    main()
