"""python -m tests.benchmarks.study.cell {pretrain,label} DATASET METHOD SEED FOLDER: work out one result, print it."""

import importlib
import json
import logging
import sys
from pathlib import Path

from tests.benchmarks.study import methods
from tests.benchmarks.study.results import circumstances

# what is only loaded when it is needed would count in our seconds, and not in those of peers, who load at once
LOADED = ("sklearn.cluster", "sklearn.decomposition", "sklearn.mixture", "zclust_explore.training.trainer")


def main() -> None:
    """Do as told by the arguments; the last line printed is the result."""
    for name in LOADED:
        importlib.import_module(name)
    logging.disable()
    work, dataset, method, seed, folder = sys.argv[1:]
    result = getattr(methods, work)(dataset, method, int(seed), Path(folder))
    print(json.dumps({**result, **circumstances()}))


if __name__ == "__main__":
    main()
