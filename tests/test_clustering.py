"""Clustering: whole-set targets by sample index, in any order, until the labels are calm."""

import numpy as np
import torch
from sklearn.metrics import adjusted_rand_score

from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.models import dec as formulas
from zclust_explore.models.autoencoder import CAE
from zclust_explore.models.dec import DEC
from zclust_explore.training import clustering
from zclust_explore.training.augmentation import UNCHANGED
from zclust_explore.training.clustering import cluster
from zclust_explore.training.halves import Halves
from zclust_explore.training.randomness import Randomness
from zclust_explore.training.trainer import Trainer


def begin(n=30, **changed):
    torch.manual_seed(0)
    x = torch.randn(n, 1, 16, 16)
    dec = DEC(CAE((16, 16), 2), torch.tensor([[0.0, 0.0], [0.1, 0.1]]))
    settings = {
        "n_epochs": 3,
        "batch_size": 8,
        "augmentation": UNCHANGED,
        "update_interval": 1,
        "reconstruction_weight": 0.0,
        "tol": 0.0,
        "patience": 99,
        **changed,
    }
    return (
        dec,
        x,
        cluster(
            dec, x, torch.optim.Adam(dec.parameters(), 1e-3), Randomness(0), Halves(torch.device("cpu")), **settings
        ),
    )


def finish(work):
    seen = []
    try:
        while True:
            seen.append(next(work))
    except StopIteration as ended:
        return seen, ended.value


def test_target_is_of_the_whole_set_and_looked_up_by_sample(monkeypatch):
    """P would be of a batch, or of other samples than the batch's (traps 1 and 2)."""
    given = []
    loss = formulas.clustering_loss
    monkeypatch.setattr(clustering, "clustering_loss", lambda log_q, p: given.append(p) or loss(log_q, p))
    dec, x, work = begin(n_epochs=2, update_interval=2)
    with torch.no_grad():
        q = dec(x).exp().double()
    expected = formulas.target_distribution(q).float()
    finish(work)
    for epoch in range(2):  # frozen for both epochs
        for indices in Randomness(0).order(30, epoch).split(8):
            for half in indices.tensor_split(2):
                torch.testing.assert_close(given.pop(0), expected[half])
    assert given == []


def test_every_snapshot_is_of_an_update():
    """Labels, losses and label change would be of different moments."""
    for interval, epochs in ((1, [0, 1, 2, 3, 4, 5]), (2, [0, 2, 4, 5])):
        _, _, work = begin(n_epochs=5, update_interval=interval)
        seen, reason = finish(work)
        taken = [progress.snapshot for progress in seen if progress.snapshot]
        assert [snapshot.epoch for snapshot in taken] == epochs
        assert taken[0].label_change is None  # nothing before to differ from (trap 10)
        for before, after in zip(taken[:-1], taken[1:], strict=True):
            assert after.label_change == np.mean(before.labels != after.labels)
        assert reason.startswith("n_epochs (5) reached")


def test_stops_when_labels_are_calm():
    """It would stop at once with the network untouched, or never (trap 6)."""
    _, _, work = begin(n_epochs=50, tol=1.0, patience=2)
    seen, reason = finish(work)
    assert seen[-1].snapshot.epoch == 2  # updates 1 and 2; the first has nothing to compare with
    assert reason == "at most 100.0% of the labels changed at 2 updates in a row, after 2 epochs (8 iterations)"


def test_no_batch_is_empty():
    """A batch size that divides the set would give an empty batch (trap 31)."""
    _, _, work = begin(n=32, n_epochs=1)
    seen, _ = finish(work)
    assert [progress.batch for progress in seen if not progress.snapshot] == [1, 2, 3, 4]


def test_reconstruction_is_kept_only_if_asked_for():
    """IDEC would leave its decoder behind, or DEC would train it (traps 16 and 17)."""
    for weight, moved in ((0.0, False), (10.0, True)):
        dec, _, work = begin(reconstruction_weight=weight)
        before = dec.cae.from_code.weight.detach().clone()
        seen, _ = finish(work)
        assert torch.equal(before, dec.cae.from_code.weight) is not moved
        assert ("reconstruction" in seen[-1].losses) is moved


def test_order_of_the_catalogue_does_not_matter(tmp_path):
    """A catalogue sorted by class would destroy the clustering, as it does where nothing is shuffled (trap 1)."""
    specs = make_spectrograms(160, difficulty=0.0, random_state=0)
    scores = []
    for name, order in (("mixed", slice(None)), ("sorted", np.argsort(specs.metadata.label.to_numpy(), kind="stable"))):
        ordered = specs.select(order)
        trainer = Trainer(ordered, random_state=0, directory=tmp_path / name)
        trainer.pretrain(n_epochs=25, progress_bar=False)
        run = trainer.cluster(8, n_epochs=10, progress_bar=False)
        scores.append(adjusted_rand_score(ordered.metadata.label, run.labels))
    assert min(scores) > 0.5
    assert abs(scores[0] - scores[1]) < 0.25


def test_updates_may_be_counted_in_iterations():
    """An interval of the papers, 140 batches, could not be asked for (trap 5)."""
    _, _, work = begin(n_epochs=2, update_interval=3, interval_unit="iteration")  # 4 batches an epoch
    seen, _ = finish(work)
    taken = [progress.snapshot for progress in seen if progress.snapshot]
    assert [(snapshot.iteration, snapshot.epoch) for snapshot in taken] == [(0, 0), (3, 0), (6, 1), (8, 2)]


def test_goes_on_in_the_middle_of_an_epoch_to_the_bit(tmp_path):
    """A clustering that updates between epochs would not be repeatable."""
    specs = make_spectrograms(30, random_state=0)
    settings = {"n_epochs": 3, "update_interval": 3, "interval_unit": "iteration", "tol": 0.0, "progress_bar": False}

    def begun(name):
        trainer = Trainer(specs, latent_dim=3, random_state=0, directory=tmp_path / name, batch_size=8)
        trainer.pretrain(n_epochs=1, progress_bar=False)
        return trainer

    unbroken = begun("unbroken").cluster(2, **settings)
    broken = begun("broken")
    broken.subscribe(lambda progress: progress.batch == 2 and progress.epoch == 1 and broken.stop())
    broken.cluster(2, **settings)
    assert len(broken.run) < len(unbroken)
    resumed = Trainer.open(broken.run.directory).resume(progress_bar=False)
    np.testing.assert_array_equal(resumed.embedding, unbroken.embedding)
    np.testing.assert_array_equal(resumed.centroids, unbroken.centroids)
    np.testing.assert_array_equal(resumed.history.clustering, unbroken.history.clustering)
