"""Cards: every number of a cluster equals plain NumPy and pandas on its members."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from tests.browser.toolbench import odd_run
from tests.made_runs import make_run
from tests.toys import polarised
from zclust_explore.data.run import Run
from zclust_explore.data.snapshot import Snapshot
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.views.cards import cards
from zclust_explore.views.measures import measure
from zclust_explore.views.tiles import DecibelScale


def made(run: Run, step: int = -1):
    """Cards with the measures and the scale that they were made from."""
    scale = DecibelScale(run.spectrograms)
    measures = measure(run.spectrograms, scale)
    return cards(run, step, scale, measures)[0], measures, scale


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Stations, hours and gaps in both."""
    return odd_run(tmp_path_factory.mktemp("run") / "run")


@pytest.mark.parametrize("step", [3, -1])
def test_numbers_are_those_of_the_members(run, step) -> None:
    """A card would describe other windows than those of its cluster."""
    found, measures, scale = made(run, step)
    snapshot, specs, table = run.snapshot(step), run.spectrograms, run.spectrograms.metadata
    q = snapshot.soft_assignments()
    for card in found:
        members = np.flatnonzero(snapshot.labels == card.cluster)
        assert (card.size, card.share) == (len(members), len(members) / run.n_samples)
        mean = specs.values[members].astype(float).mean(axis=0)
        np.testing.assert_allclose(card.mean, mean, rtol=1e-6)
        above = mean - scale.background[:, None]
        assert card.dominant_hz == specs.frequencies[np.unravel_index(above.argmax(), above.shape)[0]]
        np.testing.assert_allclose(card.duration_s, np.median(measures.duration_s[members]), rtol=1e-6)
        np.testing.assert_allclose(card.snr_db, np.median(measures.snr_db[members]), rtol=1e-6)
        stations = table.trace_id.iloc[members].str.split(".").str[:2].str.join(".")
        assert dict(card.stations) == stations.value_counts().to_dict()
        assert [n for _, n in card.stations] == sorted((n for _, n in card.stations), reverse=True)
        hours = pd.to_datetime(table.starttime.iloc[members], utc=True).dt.hour
        np.testing.assert_array_equal(card.hours, [(hours == hour).sum() for hour in range(24)])
        z = snapshot.embedding[members].astype(float)
        to_all = ((z[:, None] - z[None]) ** 2).sum(axis=(1, 2))
        assert card.medoid == members[to_all.argmin()]
        sure = pd.DataFrame({"q": -q[members, card.cluster], "i": members}).sort_values(["q", "i"])
        assert card.exemplars.tolist() == sure.i.head(3).tolist()
        two = np.sort(q[members], axis=1)
        doubt = pd.DataFrame({"margin": two[:, -1] - two[:, -2], "i": members}).sort_values(["margin", "i"])
        assert card.borderline.tolist() == doubt.i.head(3).tolist()
        assert card.others.tolist() == np.argsort(q[card.borderline], axis=1)[:, -2].tolist()
    assert sum(card.size for card in found) == run.n_samples


def test_components_count_together(tmp_path) -> None:
    """A cluster of three components would be described by one of them."""
    specs = polarised(48)
    found, _, scale = made(make_run(tmp_path / "run", specs, n_pretrain=1, n_cluster=2))
    for card in found:
        assert card.mean.shape == specs.values.shape[1:]
        above = card.mean - scale.background[..., None]
        assert card.dominant_hz == specs.frequencies[np.unravel_index(above.argmax(), above.shape)[1]]


def test_empty_clusters_small_ones_and_bare_tables(tmp_path) -> None:
    """A cluster that lost all its windows, or windows without time and station, would be an error instead of a card."""
    specs = make_spectrograms(8, random_state=0)
    run = Run.create(tmp_path / "run", dataclasses.replace(specs, metadata=pd.DataFrame(index=range(8))), {})
    random = np.random.default_rng(0)
    centroids = np.array([[0.0, 0.0], [1e3, 1e3], [9.0, 9.0]])
    z = np.concatenate([random.normal(0, 0.1, (7, 2)), [[9.0, 9.1]]])
    run.append(Snapshot(0, "cluster", 0, {}, z, centroids))
    found, _, _ = made(run)
    assert [card.size for card in found] == [7, 0, 1]
    assert found[1].medoid == -1 and not len(found[1].exemplars) and np.isnan(found[1].dominant_hz)
    assert found[2].exemplars.tolist() == found[2].borderline.tolist() == [7]
    assert found[0].stations == () and not found[0].hours.any()


def test_there_are_no_cards_before_clustering(run) -> None:
    """Clusters would be described that do not exist yet."""
    with pytest.raises(ValueError, match="centroids"):
        made(run, 0)
