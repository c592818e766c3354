"""python -m tests.benchmarks [NAME ...]: print the tables of all benchmarks, or of those named."""

import importlib
import pkgutil
import sys

from tests import benchmarks

# Not among "all": they take minutes, a clone and an environment, or gigabytes. `make first-paint` names one.
ON_REQUEST = {
    "class_order",
    "first_paint",
    "interaction",
    "layouts",
    "lesson_dec",
    "novelty",
    "panel_cost",
    "scrubbing",
    "streaming",
}


def main() -> int:
    """Run the benchmarks one after another; their order is that of their names."""
    modules = pkgutil.iter_modules(benchmarks.__path__)  # folders hold what benchmarks are made of
    names = [module.name for module in modules if module.name != "__main__" and not module.ispkg]
    chosen = sys.argv[1:] or [name for name in names if name not in ON_REQUEST]
    if unknown := sorted(set(chosen) - set(names)):
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(names)}", file=sys.stderr)
        return 2
    for name in chosen:
        benchmark = importlib.import_module(f"{benchmarks.__name__}.{name}")
        print(f"\n{name}: {(benchmark.__doc__ or '').strip().splitlines()[0]}\n", flush=True)
        print(benchmark.table(), flush=True)
    if not sys.argv[1:]:
        print("\nOn request:", *(f"make {name.replace('_', '-')}" for name in sorted(ON_REQUEST)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
