"""The widgets against axe-core: names, roles, contrast, focus, for people without a mouse or with other eyes."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.harness.bench import Bench
from tests.made_runs import make_run
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.training.trainer import Trainer
from zclust_explore.widgets import Explorer, Reconstructions, SignalPreview, TrainingPanel

SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run of 120 windows."""
    return make_run(tmp_path_factory.mktemp("runs") / "run", n_samples=120)


@pytest.fixture
def still(monkeypatch):
    """UMAP's process is not what is looked at here."""
    monkeypatch.setattr("zclust_explore.widgets._base.RunWidget._start_umap", lambda self: None)


def findings(page) -> list[str]:
    """What axe-core calls serious or critical within the widget: rule, reason, element."""
    response = Axe().run(page, context=".zx").response
    assert response["passes"], "axe-core looked at nothing"
    return [
        f"{violation['id']}: {node['html'][:160]} — {node['failureSummary'][:300]}"
        for violation in response["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", [Explorer, Reconstructions])
def test_a_run_can_be_seen_and_reached_by_all(kind, theme, page, run, still) -> None:
    """A person with a screen reader or weak eyes could not use the widget."""
    widget = kind(run)
    bench = Bench.of(page, widget, theme)
    assert findings(page) == []
    if kind is Explorer:  # everything that opens, open
        bench.set(opened=7, colour_by="q")
        bench.set(mask=bytes([1] * 30 + [0] * (run.n_samples - 30)))
        bench.until(".zx-tile[data-painted=true]")
        page.locator(".zx-surface").focus()
        page.keyboard.press("?")
        assert findings(page) == []
    widget.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_panel_and_preview_can_be_seen_and_reached_by_all(theme, mount, tmp_path) -> None:
    """Whoever cannot use a mouse could not train, or not choose the settings of the spectrograms."""
    import zclust_explore as zx

    trainer = Trainer(make_spectrograms(32, random_state=0), directory=tmp_path / "run")
    for widget in (TrainingPanel(trainer), SignalPreview(zx.load_record("kw1"))):
        state = {name: getattr(widget, name) for name in widget.trait_names(sync=True) if not name.startswith("_")}
        state = {
            name: value for name, value in state.items() if isinstance(value, dict | list | str | int | float | bytes)
        }
        page = mount(widget._esm, state, css=widget._css, theme=theme)
        page.wait_for_selector(".zx")
        assert findings(page) == []
        widget.close()
