"""The watch over clusters: what is wrong is counted rightly, told once with its cause, and repaired if asked for."""

import numpy as np
import pytest
import torch

from zclust_explore.data.census import Census
from zclust_explore.data.snapshot import Snapshot
from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.models.autoencoder import CAE
from zclust_explore.models.dec import DEC
from zclust_explore.training import learner
from zclust_explore.training.augmentation import UNCHANGED
from zclust_explore.training.clustering import cluster
from zclust_explore.training.halves import Halves
from zclust_explore.training.randomness import Randomness
from zclust_explore.training.reseeding import MOVES, Reseeding, better_places, lost
from zclust_explore.training.starts import Beginning
from zclust_explore.training.trainer import Trainer
from zclust_explore.training.watch import news

CENTRES = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
HALVES = [CENTRES[0], CENTRES[1] - [0.4, 0], CENTRES[2], CENTRES[1] + [0.4, 0]]  # one cloud shared out to two


def clouds(n=60, seed=0, spread=0.5):
    """Three round clouds of n windows each, in the latent plane."""
    random = np.random.default_rng(seed)
    return np.repeat(CENTRES, n, axis=0) + random.normal(scale=spread, size=(3 * n, 2))


def moment(centroids, z=None, step=0, phase="cluster"):
    return Snapshot(step, phase, step, {}, clouds() if z is None else z, np.asarray(centroids, dtype=float))


def test_census_by_hand():
    """Sizes or distances would be others than their names say."""
    z = np.array([[-1.0, 0.0], [1.0, 0.0], [10.0, 3.0], [10.0, -3.0]])
    census = Census.of(z, np.array([[0.0, 0.0], [10.0, 0.0]]))
    assert census.sizes.tolist() == [2, 2]
    # variance along the line through both: 1 in the first, 0 in the second, however wide that is across
    assert census.separation[0, 1] == census.separation[1, 0] == pytest.approx(10 / np.sqrt(0.5))
    assert (census.n_effective, census.largest_share) == (2, 0.5)


@pytest.mark.parametrize(
    ("centroids", "n_effective", "empty", "merged"),
    [
        (CENTRES, 3, [], []),
        ([*CENTRES, [500.0, 500.0]], 3, [3], []),  # far away
        ([*CENTRES, CENTRES[1]], 3, [3], []),  # exactly on another: all ties go to the first
        ([*CENTRES, CENTRES[1] + 0.05], 3, [], [(1, 3)]),  # in the same cloud
        ([*CENTRES, CENTRES[1] + 0.05, CENTRES[1] - 0.05], 3, [], [(1, 3), (1, 4), (3, 4)]),
        (CENTRES[:2], 2, [], []),
    ],
)
def test_effective_number_of_clusters(centroids, n_effective, empty, merged):
    """As many clusters as were asked for would be reported, whatever came out (trap 20)."""
    census = moment(centroids).census()
    assert (census.n_effective, census.empty, census.merged) == (n_effective, empty, merged)


def test_two_halves_of_one_cloud_are_not_merged():
    """Every clustering with more clusters than kinds would be called broken, at any spread and number of windows."""
    for dimensions in (1, 2, 10):
        z = np.random.default_rng(0).normal(size=(4000, dimensions))
        halves = np.zeros((2, dimensions))
        halves[:, 0] = [-0.8, 0.8]  # mean of half a normal distribution
        census = Census.of(z, halves)
        assert census.separation[0, 1] == pytest.approx(1.6 / 0.6, rel=0.05)
        assert census.merged == []


def test_centroids_that_lag_behind_are_not_merged():
    """Clusters that are far apart would be taken for one, because the network moved faster than their centroids."""
    census = moment(CENTRES, z=clouds() + 4).census()
    assert (census.merged, census.n_effective) == ([], 3)


def test_dead_dimensions_are_counted():
    """A latent space that died would be blamed on something else."""
    z = np.concatenate([clouds(), np.full((180, 3), 0.7)], axis=1)
    assert Census.of(z, np.zeros((2, 5))).n_dead_dimensions == 3
    assert Census.of(clouds(), CENTRES).n_dead_dimensions == 0


def test_healthy_clusters_are_not_news():
    """Warnings nobody needs would hide those that matter."""
    assert news(moment(CENTRES)) == {}
    assert news(moment(CENTRES, step=1), moment(CENTRES)) == {}
    assert news(Snapshot(0, "pretrain", 0, {}, clouds())) == {}


def test_causes_are_named():
    """A person would be told that something is wrong, and not why (ANTsRNet 27: nobody could say)."""
    far = [*CENTRES, [500.0, 500.0]]
    assert "favours clusters of equal size" in news(moment(far))["empty:3"]
    on_top = news(moment([*CENTRES, CENTRES[1]]))["empty:3"]
    assert "its centroid lies in cluster 1: there may be fewer kinds than n_clusters (4)" in on_top
    close = moment([*CENTRES, CENTRES[1] + 0.05])
    assert "the start put both there" in news(close)["merged:1-3"]
    assert "3 of 4 clusters are effectively there" in news(close)["merged:1-3"]
    before = moment(HALVES)
    assert "the start" not in news(close, before)["merged:1-3"]
    one = clouds()[:60]
    collapse = news(moment(CENTRES, z=one))
    assert list(collapse) == ["collapse"]
    assert collapse["collapse"].startswith("100% of the windows are in cluster 0 at step 0; 1 of 3 clusters")
    assert "one kind may be by far the commonest" in collapse["collapse"]
    flat = np.concatenate([one, np.zeros((60, 3))], axis=1)
    dead = news(moment(np.zeros((2, 5)) + [[0], [9]], z=flat))["collapse"]
    assert "3 of 5 latent dimensions are dead" in dead
    jumped = news(moment([*CENTRES[:2], [900.0, 900.0]], step=1), moment(CENTRES))["empty:2"]
    assert "the learning_rate may be too high" in jumped


def test_news_are_told_once():
    """Forty warnings of one kind would bury all others, or a relapse be passed over."""
    far, close = moment([*CENTRES, [500.0, 500.0]]), moment([*CENTRES, CENTRES[1] + 0.05])
    healthy = moment(HALVES)
    assert list(news(far)) == ["empty:3"]
    assert news(far, far) == {}
    assert list(news(far, healthy, told={"empty:3"})) == ["empty:3"]  # it had windows in between
    assert news(close, healthy, told={"merged:1-3"}) == {}  # at the threshold: comes and goes
    assert list(news(close, healthy)) == ["merged:1-3"]


def one_kind(n=48):
    """Windows of one kind only: noise of one spectrum, so that further clusters have nothing to find."""
    values = np.random.default_rng(0).normal(size=(n, 16, 12)).astype("f4")
    values[:4, 4:8] += 6  # but for four windows of another
    table = make_spectrograms(n, random_state=0).metadata
    return Spectrograms(values, np.arange(1.0, 17), np.arange(12.0), table)


def test_a_run_records_what_was_seen_and_says_how_many_clusters_there_are(tmp_path, caplog):
    """Merged centroids would stay unseen in the run that has them (trap 20)."""
    trainer = Trainer(one_kind(), latent_dim=3, random_state=0, directory=tmp_path / "run", batch_size=16)
    trainer.pretrain(n_epochs=1, progress_bar=False)
    assert trainer.run.n_effective_clusters is None
    session = trainer._session
    z = clouds(16)
    session._record(moment([*CENTRES, CENTRES[1] + 0.05], z=z, step=2))
    session._record(moment([*CENTRES, CENTRES[1] + 0.04], z=z, step=3))
    assert trainer.run.n_effective_clusters == 3
    warnings = [event for event in trainer.run.events if event["kind"] == "warning"]
    assert [(event["step"], event["about"]) for event in warnings] == [(2, "merged:1-3")]
    assert "Clusters 1 and 3 share one cloud of windows at step 2" in caplog.text


def test_lost_centroids_are_the_empty_and_the_smaller_of_a_pair():
    """A healthy cluster would be taken apart, or one of three on one spot be left there."""
    assert lost(moment(CENTRES).census()) == []
    assert lost(moment([*CENTRES, [500.0, 500.0]]).census()) == [3]
    three = moment([*CENTRES, CENTRES[1] + [0.05, 0], CENTRES[1] + [0.1, 0]]).census()
    largest = max((1, 3, 4), key=lambda number: three.sizes[number])
    assert set(lost(three)) == {1, 3, 4} - {largest}


def test_better_places_are_groups_not_outliers():
    """A centroid would move to one broken window, and be lost again."""
    z = np.concatenate([clouds(), [[400.0, 400.0]]])
    places = better_places(z, CENTRES[:1], 2)
    nearest = np.linalg.norm(places[:, None] - CENTRES[None], axis=2)
    assert sorted(nearest.argmin(axis=1)) == [1, 2]
    assert nearest.min(axis=1).max() < 1


def test_each_centroid_moves_a_few_times_at_most():
    """A centroid that finds nothing would keep the clustering from ever coming to rest."""
    reseeding = Reseeding(True)
    plans = [reseeding.plan(moment([*CENTRES, [500.0, 500.0]])) for _ in range(5)]
    assert [list(plan) for plan in plans] == [[3]] * MOVES + [[]] * (5 - MOVES)
    assert Reseeding(False).plan(moment([*CENTRES, [500.0, 500.0]])) == {}


def prepared(reseed, n_epochs=3):
    """A clustering of three kinds whose third centroid begins far away from everything."""
    torch.manual_seed(0)
    x = torch.randn(60, 1, 16, 16) * 0.1
    x[:20, :, :5] += 1.5
    x[20:40, :, 6:10] += 1.5
    x[40:, :, 11:] += 1.5
    cae = CAE((16, 16), 2)
    with torch.no_grad():
        cae.to_embedding.weight *= 30  # an untrained network puts everything close together
        z = cae.encode(x)[0]
    dec = DEC(cae, torch.stack([z[:20].mean(dim=0), z[20:40].mean(dim=0), z.mean(dim=0) + 500]))
    settings = {
        "augmentation": UNCHANGED,
        "update_interval": 1,
        "reconstruction_weight": 0.0,
        "tol": 0.0,
        "patience": 99,
    }
    optimizer = torch.optim.Adam(dec.parameters(), 1e-3)
    return cluster(
        dec,
        x,
        optimizer,
        Randomness(0),
        Halves(torch.device("cpu")),
        n_epochs=n_epochs,
        batch_size=16,
        reseed=reseed,
        **settings,
    )


def test_reseeding_finds_the_windows_that_nobody_represents():
    """Reseeding would be a word, or happen without being asked for."""
    truth = np.repeat([0, 1, 2], 20)
    for reseed in (False, True):
        taken = [progress for progress in prepared(reseed) if progress.snapshot]
        assert [progress.reseeded for progress in taken][:2] == [(2,) if reseed else (), ()]
        labels = taken[-1].snapshot.labels
        agree = np.mean([np.bincount(labels[truth == kind]).max() / 20 for kind in range(3)])
        assert (taken[-1].snapshot.census().n_effective, agree == 1) == ((3, True) if reseed else (2, True))


def test_reseeding_is_recorded_and_resumes_to_the_bit(tmp_path, monkeypatch):
    """A run with moved centroids could not be explained, or not be repeated."""
    settings = {"n_epochs": 4, "tol": 0.0, "patience": 9, "reseed": True, "progress_bar": False}

    def begin(name):
        trainer = Trainer(one_kind(), latent_dim=2, random_state=0, directory=tmp_path / name, batch_size=16)
        trainer.pretrain(n_epochs=2, progress_bar=False)
        return trainer

    # the third centroid begins where nothing is
    far = np.array([[0.0, 0.0], [0.1, 0.1], [1000.0, 1000.0]], dtype=np.float32)
    monkeypatch.setattr(learner, "beginning", lambda *a: Beginning(far, None))
    unbroken = begin("unbroken")
    unbroken.cluster(3, **settings)
    moves = [event for event in unbroken.run.events if event["kind"] == "reseed"]
    assert moves[0]["clusters"] == [2]
    assert [event["about"] for event in unbroken.run.events if "about" in event][0] == "empty:2"
    for batch in (1, 2, 4):
        broken = begin(f"broken{batch}")
        left = [batch]

        def count(progress, broken=broken, left=left):
            left[0] -= not progress.snapshot_added
            if left[0] == 0:
                broken.stop()

        broken.subscribe(count)
        broken.cluster(3, **settings)
        assert broken.status == "stopped"
        resumed = Trainer.open(broken.run.directory).resume(progress_bar=False)
        assert len(resumed) == len(unbroken.run)
        np.testing.assert_array_equal(resumed.embedding, unbroken.run.embedding)
        np.testing.assert_array_equal(resumed.centroids, unbroken.run.centroids)
        again = [(event["step"], event["clusters"]) for event in resumed.events if event["kind"] == "reseed"]
        assert again == [(event["step"], event["clusters"]) for event in moves]
