"""python -m tests.benchmarks.study.cell {pretrain,label} DATASET METHOD SEED FOLDER: work out one result, print it."""

import json
import logging
import sys
from pathlib import Path

from tests.benchmarks.study import methods
from tests.benchmarks.study.results import circumstances


def main() -> None:
    """Do as told by the arguments; the last line printed is the result."""
    logging.disable()
    methods.warm_up()
    work, dataset, method, seed, folder = sys.argv[1:]
    result = getattr(methods, work)(dataset, method, int(seed), Path(folder))
    print(json.dumps({**result, **circumstances()}))


if __name__ == "__main__":
    main()
