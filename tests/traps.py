"""python -m tests.traps: the 45 traps of deep embedded clustering, the tests that keep us out of each, their results.

The traps are mistakes found in published implementations. A trap is covered by the functions `test_trap_NN_…` of
test_traps.py and by those named in `ELSEWHERE`; one that cannot catch this package has its reason in `NOT_HERE`.
"""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent

TRAPS = {
    1: "P is of the whole set and frozen between updates",
    2: "P is looked up by sample index when batches are shuffled",
    3: "Q is evaluated in evaluation mode, without gradients, in order; then back to training",
    4: "no rounding and no empty columns in Q and P",
    5: "the update interval means what it says",
    6: "the stopping rule compares label changes between updates with a fraction; the reason is stored",
    7: "a stop leaves the loop",
    8: "final labels belong to the final weights",
    9: "the whole set is not evaluated twice for one update",
    10: "the first previous labels are those of Q at the first centroids",
    11: "q has the exponent of the paper, also for other degrees of freedom",
    12: "centroids are trained",
    13: "KL(P‖Q), averaged over the batch, the short last one included",
    14: "k-means has 20 restarts and a seed",
    15: "a Gaussian mixture hands over its means only, and that is said",
    16: "IDEC weighs a mean over pixels, and the right term",
    17: "what happens to the decoder is said and done",
    18: "losses are means over samples, whatever the batch size",
    19: "errors of a class are those of the class",
    20: "empty and merged clusters are watched and reported",
    21: "fewer distinct windows than clusters are refused before training",
    22: "a dead record does not poison the run",
    23: "the network sees decibels with a floor, not power over six decades; the scaling is stored",
    24: "the input has unit power, so that the learning rate means the same for all data",
    25: "whether amplitude counts is a choice",
    26: "near-copies do not lie on both sides of a split",
    27: "the latent layer is linear",
    28: "the output layer is linear",
    29: "the shape comes from the data",
    30: "small last batches and evaluation do not change what a sample's embedding is",
    31: "no batch is empty when the batch size divides the set",
    32: "no layer-wise pretraining is needed",
    33: "data are not read anew for every sample of every epoch",
    34: "pretraining shuffles, too",
    35: "everything is saved while it happens",
    36: "weights that do not fit are refused",
    37: "q and centroids are kept, not only labels",
    38: "event attributes are read by name",
    39: "the order of a filter is used",
    40: "the component is chosen, not the first that works",
    41: "nothing asks on the terminal or deletes folders",
    42: "an importable package with declared requirements, tests and sample data",
    43: "the same seed gives the same run",
    44: "scores allow any number of clusters, and are of raw labels at the last step",
    45: "maps of small sets",
}

ELSEWHERE = {
    1: ["test_clustering.py::test_target_is_of_the_whole_set_and_looked_up_by_sample"],
    2: ["test_clustering.py::test_target_is_of_the_whole_set_and_looked_up_by_sample"],
    4: ["test_dec.py::test_far_points_stay_finite"],
    5: ["test_clustering.py::test_every_snapshot_is_of_an_update"],
    6: ["test_clustering.py::test_stops_when_labels_are_calm", "test_trainer.py::test_bad_clusterings_are_named"],
    8: ["test_trainer.py::test_labels_belong_to_the_last_weights"],
    10: ["test_clustering.py::test_every_snapshot_is_of_an_update"],
    11: ["test_dec.py::test_agrees_with_the_reference"],
    12: ["test_dec.py::test_centroids_are_trained"],
    13: ["test_dec.py::test_loss_is_kl_of_p_and_q_averaged_over_the_batch"],
    15: ["test_starts.py::test_mixture_keeps_long_clusters_whole"],
    17: ["test_clustering.py::test_reconstruction_is_kept_only_if_asked_for"],
    20: [
        "test_watch.py::test_effective_number_of_clusters",
        "test_watch.py::test_a_run_records_what_was_seen_and_says_how_many_clusters_there_are",
    ],
    21: [
        "test_screening.py::test_more_clusters_than_distinct_windows_are_refused_before_training",
        "test_starts.py::test_too_few_different_embeddings_are_told",
    ],
    22: [
        "test_screening.py::test_bad_windows_stay_out_of_the_run_and_are_accounted_for",
        "test_scaling.py::test_flat_windows_stay_finite",
    ],
    24: ["test_scaling.py::test_network_input_has_unit_power"],
    25: ["test_scaling.py::test_gain_is_discarded_or_kept"],
    29: ["test_autoencoder.py::test_any_shape_comes_back"],
    31: ["test_clustering.py::test_no_batch_is_empty"],
    35: [
        "test_resume.py::test_interrupted_at_any_batch_it_ends_the_same",
        "test_resume.py::test_a_real_signal_keeps_a_run_that_opens_shows_and_resumes",
    ],
    42: ["test_packaging.py::test_an_installed_wheel_serves_its_notebooks"],
    43: [
        "test_trainer.py::test_same_seed_same_run",
        "test_resume.py::test_two_trainers_at_once_do_not_disturb_each_other",
    ],
    44: ["test_scores.py::test_by_hand", "test_scores.py::test_other_numbers_of_clusters"],
    45: ["test_projection.py::test_umap_of_few_windows", "test_projection.py::test_pca_of_hardly_anything"],
}

NOT_HERE = {
    19: "no errors of classes are computed: the losses are of all windows",
    26: "nothing is split into training and test; exact copies are told before training (see screening)",
    32: "layers are never trained one by one: there is no such step to go wrong",
    38: "event catalogues are not read yet",
    39: "records are not filtered: the STFT takes a band",
    40: "event catalogues are not read yet: who makes the windows chooses the component",
}


@cache
def functions(file: str) -> dict[str, str]:
    """The tests of a file: name → first line of the docstring."""
    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
    return {
        node.name: (ast.get_docstring(node) or "").split("\n")[0]
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def tests_of(number: int) -> list[str]:
    """Tests of a trap, each as file::name."""
    own = [name for name in functions("test_traps.py") if name.startswith(f"test_trap_{number:02d}_")]
    return [f"test_traps.py::{name}" for name in own] + ELSEWHERE.get(number, [])


class Results:
    """A pytest plugin that keeps the worst outcome of each test, over its parameters."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note an outcome."""
        name = report.nodeid.split("[")[0].removeprefix("tests/")
        if report.outcome != "passed" or report.when == "call":
            worse = report.outcome != "passed" or name not in self.outcomes
            self.outcomes[name] = report.outcome if worse else self.outcomes[name]


def table(outcomes: dict[str, str]) -> str:
    """One line a trap, below it one a test with its result, or the reason why there is none."""
    lines = []
    for number, title in TRAPS.items():
        lines.append(f"{number:2}  {title}")
        lines += [f"      {outcomes.get(test, 'not run'):8}{test}" for test in tests_of(number)]
        if number in NOT_HERE:
            lines.append(f"      does not apply: {NOT_HERE[number]}")
    return "\n".join(lines)


def main() -> int:
    """Run the tests of all traps and print the table."""
    results = Results()
    tests = sorted({test for number in TRAPS for test in tests_of(number)})
    code = pytest.main(["-q", "--no-header", *(str(HERE / test) for test in tests)], plugins=[results])
    print(table(results.outcomes))
    passed = sum(
        bool(tests_of(number)) and all(results.outcomes.get(test) == "passed" for test in tests_of(number))
        for number in TRAPS
    )
    print(f"\n{len(TRAPS)} traps: {passed} tested and passed, {len(NOT_HERE)} do not apply")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
