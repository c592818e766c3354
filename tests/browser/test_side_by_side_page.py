"""Two runs side by side in a bare page: linked, and differences where they are."""

from pathlib import Path

import numpy as np
import pytest

from tests.harness.mount import mount
from tests.made_runs import make_run
from zclust_explore.data.run import Run
from zclust_explore.data.snapshot import Snapshot
from zclust_explore.evaluation.scores import score
from zclust_explore.views.contrast import differences, project_together, shared_steps
from zclust_explore.widgets import SideBySide

SYNCED = ("record", "pca", "umap", "umap_status")
STATE = ("n_samples", "step", "colour_by", "projection")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """A run of 12 steps and one that left it at step 7, with a cluster less and more steps."""
    folder: Path = tmp_path_factory.mktemp("pair")
    run = make_run(folder / "parent", n_pretrain=4, n_cluster=8)
    fork = run.branch(folder / "fork", 7)
    random = np.random.default_rng(5)
    last = fork.snapshot()
    assert last.centroids is not None
    for step in range(7, 15):
        embedding = last.embedding + random.normal(0, 0.1 * (step - 6), last.embedding.shape)
        fork.append(Snapshot(step, "cluster", step - 4, {"clustering": 0.3}, embedding, last.centroids[1:], 0.1))
    return run, fork


def test_differences_are_those_after_the_best_matching(pair) -> None:
    """Another numbering of the clusters would count as a difference, or a difference be missed."""
    run, fork = pair
    assert shared_steps(run, fork) == 7
    for one, two in ((run, fork), (fork, run)):
        found = differences(one, two)
        assert not found[:7].any()
        for step in range(7, len(one)):
            labels, others = one.snapshot(step).labels, two.snapshot(min(step, len(two) - 1)).labels
            assert found[step].mean() == pytest.approx(1 - score(labels, others)["accuracy"])


def test_shared_steps_are_drawn_in_the_same_places(pair) -> None:
    """Two maps of the same network would lie in different frames, so that nothing could be compared by eye."""
    (first, one), (second, two) = project_together(*pair)
    scale = np.abs(first.xy[:7]).max()
    assert np.abs(first.xy[:7] - second.xy[:7]).max() < 1e-3 * scale
    assert np.abs(one.xy[:7].astype(int) - two.xy[:7].astype(int)).max() < 70  # of 65536
    assert (one.origin, one.span) == (two.origin, two.span)


def test_both_follow_each_other_and_say_what_differs(page, pair, artefacts) -> None:
    """A step or a colour would be chosen on one side alone, or the number of differences not be that of numpy."""
    both = SideBySide(*pair)
    found = [differences(*pair), differences(*pair[::-1])]
    state = {name: getattr(both.state, name) for name in STATE}
    for theme in ("light", "dark"):
        for width in (1600, 700):
            page.set_viewport_size({"width": width, "height": 760})
            for number, side in enumerate(both.children):
                traits = {name: getattr(side, name) for name in SYNCED} | {"state": "IPY_MODEL_state"}
                if not number:
                    mount(page, "export default {};", state, theme=theme, name="state")
                mount(page, side._esm, traits, css=side._css, name=f"side{number}", beside=True)
            page.evaluate(
                """width => { const sides = [...document.querySelectorAll(".zx")].map(root => root.parentElement);
                sides.forEach(side => { side.style.display = "inline-block"; side.style.verticalAlign = "top";
                  side.style.width = width > 1000 ? "50%" : "100%"; }); }""",
                width,
            )
            page.wait_for_function("() => document.querySelectorAll('.zx-map[data-painted=true]').length === 2")
            page.screenshot(path=artefacts / f"side_by_side_{width}_{theme}.png", full_page=True)
    for step in (14, 9, 3):
        page.evaluate("step => models.state.set('step', step)", step)
        page.wait_for_function("() => document.querySelectorAll('.zx-map[data-painted=true]').length === 2")
        said = page.locator(".zx-legend .zx-quiet").all_inner_texts()
        counts = [int(text.split()[0]) for text in said if "differ" in text]
        assert counts == [int(each[min(step, len(each) - 1)].sum()) for each in found]
    page.locator(".zx-slider").first.focus()
    page.keyboard.press("End")
    page.wait_for_function("() => models.state.get('step') === 11")
    page.wait_for_function("() => [...document.querySelectorAll('.zx-map')].every(map => map.dataset.step === '11')")


def test_runs_of_other_windows_are_refused(pair, tmp_path) -> None:
    """Windows of one run would be compared with others of the same number."""
    with pytest.raises(ValueError, match="other must be of 240 windows as run is, got 60"):
        SideBySide(pair[0], make_run(tmp_path / "other", n_samples=60, n_pretrain=1, n_cluster=1))
