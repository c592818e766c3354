"""The traps of deep embedded clustering, each by its number; `make traps` prints the table (see traps.py)."""

import ast
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import safetensors.numpy
import torch
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score

import zclust_explore
from tests import traps
from zclust_explore.data import assignments
from zclust_explore.data.run import Run
from zclust_explore.data.scaling import Scaling
from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.data.stft import spectrograms_from_waveforms
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.models.autoencoder import CAE
from zclust_explore.models.dec import DEC, clustering_loss, log_soft_assignments, soft_assignments, target_distribution
from zclust_explore.models.decoding import load_cae
from zclust_explore.training import batches
from zclust_explore.training.augmentation import UNCHANGED
from zclust_explore.training.clustering import cluster
from zclust_explore.training.halves import Halves
from zclust_explore.training.pretraining import pretrain
from zclust_explore.training.randomness import Randomness
from zclust_explore.training.starts import beginning
from zclust_explore.training.trainer import Trainer


def digits(per_class=150, kinds=(0, 4, 6, 7)):
    """Handwritten digits as if they were spectrograms, sorted by class as a catalogue is by station and time."""
    images, labels = load_digits(return_X_y=True)
    rows = np.concatenate([np.flatnonzero(labels == kind)[:per_class] for kind in kinds])
    values = images[rows].reshape(-1, 8, 8).astype("f4")
    return Spectrograms(values, np.arange(1.0, 9), np.arange(8.0), pd.DataFrame({"label": labels[rows].astype(str)}))


def tiny(n=24):
    values = np.random.default_rng(0).normal(size=(n, 16, 12)).astype("f4")
    values[: n // 2, 2:6] += 4
    return Spectrograms(values, np.arange(1.0, 17), np.arange(12.0), pd.DataFrame({"number": np.arange(n)}))


def trained(folder, specs=None, n_clusters=2, n_epochs=3, pretrain_epochs=2, **settings):
    trainer = Trainer(tiny() if specs is None else specs, latent_dim=3, random_state=0, batch_size=8, directory=folder)
    trainer.pretrain(n_epochs=pretrain_epochs, progress_bar=False)
    return trainer, trainer.cluster(n_clusters, n_epochs=n_epochs, progress_bar=False, **settings)


def prepared(n=24, size=16, optimizer=torch.optim.Adam, learning_rate=1e-3, batch_size=8, **changed):
    """A network of known first weights with two centroids, and its clustering, not begun."""
    torch.manual_seed(0)
    x = torch.randn(n, 1, size, size)
    dec = DEC(CAE((size, size), 2), torch.tensor([[0.0, 0.0], [1.0, 1.0]]))
    with torch.no_grad():
        dec.cae.to_embedding.weight *= 30  # an untrained network puts everything close together, where q says nothing
    settings = {"n_epochs": 1, "update_interval": 1, "reconstruction_weight": 0.0, "tol": 0.0, "patience": 99}
    settings |= changed
    steps = optimizer(dec.parameters(), lr=learning_rate)
    settings = {"augmentation": UNCHANGED, "batch_size": batch_size, **settings}
    return dec, x, cluster(dec, x, steps, Randomness(0), Halves(torch.device("cpu")), **settings)


def test_every_trap_is_tested_or_explained():
    """A trap would be forgotten, or its test renamed away."""
    assert list(traps.TRAPS) == list(range(1, 46))
    for number in traps.TRAPS:
        tests = traps.tests_of(number)
        assert bool(tests) != (number in traps.NOT_HERE), f"trap {number}: a test or a reason, not both and not neither"
        for test in tests:
            file, name = test.split("::")
            assert name in traps.functions(file), f"trap {number}: there is no {test}"
    known = [name for name in traps.functions("test_traps.py") if name.startswith("test_trap_")]
    assert {f"test_traps.py::{name}" for name in known} <= {test for n in traps.TRAPS for test in traps.tests_of(n)}


@pytest.fixture(scope="module")
def sorted_and_shuffled(tmp_path_factory):
    """ARI and last pretraining loss of digits sorted by class and of the same shuffled, two seeds each."""
    folder, specs = tmp_path_factory.mktemp("orders"), digits()
    found = {"sorted": [], "shuffled": []}
    for seed in range(2):
        mixed = np.random.default_rng(seed).permutation(specs.n_samples)
        for name, ordered in (("sorted", specs), ("shuffled", specs.select(mixed))):
            trainer = Trainer(
                ordered,
                latent_dim=5,
                random_state=seed,
                directory=folder / f"{name}{seed}",
                kind="plain",
                widths=(64, 32),
                augmentation=UNCHANGED,
                batch_size=32,
            )
            trainer.pretrain(n_epochs=25, progress_bar=False)
            loss = trainer.run.history.reconstruction.iloc[-1]
            run = trainer.cluster(4, start="kmeans", n_epochs=10, reconstruction_weight=0.0, progress_bar=False)
            found[name].append((adjusted_rand_score(ordered.metadata.label, run.labels), loss))
    return {name: np.mean(values, axis=0) for name, values in found.items()}


def test_trap_01_sorted_data_cluster_as_well_as_shuffled(sorted_and_shuffled):
    """A catalogue in class order would ruin the clustering: not shuffled, and with P of each batch, ARI is 0.4 here."""
    (by_class, _), (mixed, _) = sorted_and_shuffled["sorted"], sorted_and_shuffled["shuffled"]
    assert mixed > 0.9
    assert by_class == pytest.approx(mixed, abs=0.02)


def test_trap_02_a_sample_gets_its_own_target():
    """With shuffled batches each sample would be drawn towards another sample's target."""
    dec, x, work = prepared(n=24, n_epochs=1, learning_rate=0.0)
    losses = [progress.losses for progress in work if progress.batch == 3]
    with torch.no_grad():
        log_q = dec(x)
        p = target_distribution(log_q.exp())
    # with nothing learned, the mean over one epoch is the divergence of the whole set, sample by sample
    assert losses[0]["clustering"] == pytest.approx(float(clustering_loss(log_q, p)), rel=1e-4)
    assert float(clustering_loss(log_q, p.roll(1, dims=0))) != pytest.approx(losses[0]["clustering"], rel=1e-4)


@pytest.mark.parametrize("training", [True, False])
def test_trap_03_the_embedding_is_evaluated_and_the_mode_put_back(training):
    """Dropout or batch statistics would blur Q, or the rest of the training run in evaluation mode."""
    torch.manual_seed(0)
    cae, x = CAE((16, 16), 2), torch.randn(20, 1, 16, 16)
    cae.to_embedding = torch.nn.Sequential(torch.nn.Dropout(0.5), cae.to_embedding)
    cae.train(training)
    z = batches.embed(cae, x, batch_size=6)
    assert not z.requires_grad
    assert cae.training is training
    cae.eval()
    torch.testing.assert_close(z, cae.encode(x)[0].detach())


def test_trap_04_an_empty_column_of_q_is_no_nan():
    """One cluster that nobody belongs to would make every row of P NaN."""
    q = np.array([[0.7, 0.3, 0.0], [0.2, 0.8, 0.0]])
    expected = q**2 / np.array([0.9, 1.1, 1.0])
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(target_distribution(torch.from_numpy(q)).numpy(), expected)
    np.testing.assert_allclose(assignments.target_distribution(q), expected)
    # and not rounded: a share of one in a hundred thousand is kept
    small = torch.tensor([[1 - 1e-7, 1e-7], [0.5, 0.5]], dtype=torch.float64)
    assert target_distribution(small)[0, 1] > 0


@pytest.mark.parametrize(
    ("unit", "interval", "updates"),
    [("epoch", 1, [0, 3, 6, 9, 12]), ("epoch", 3, [0, 9, 12]), ("iteration", 5, [0, 5, 10, 12])],
)
def test_trap_05_the_update_interval_counts_what_it_says(unit, interval, updates):
    """It would be ignored, or count something else, and P be forty times older than one thinks."""
    _, _, work = prepared(n=24, n_epochs=4, update_interval=interval, interval_unit=unit)  # 3 batches an epoch
    assert [progress.snapshot.iteration for progress in work if progress.snapshot] == updates


def test_trap_06_tol_is_a_fraction_between_updates_and_the_reason_is_kept(tmp_path):
    """It would stop at once, or never, and nobody would know why."""
    _, run = trained(tmp_path / "run", n_epochs=30, tol=0.2, patience=2)
    changes = run.history.label_change[run.history.phase == "cluster"].to_numpy()
    assert np.isnan(changes[0])
    calm = [change <= 0.2 for change in changes[1:]]
    first = next(i for i in range(1, len(calm)) if calm[i - 1] and calm[i])
    assert first == len(calm) - 1
    said = "at most 20.0% of the labels changed at 2 updates in a row"
    assert Run.open(tmp_path / "run").stop_reason.startswith(said)


def test_trap_07_after_the_stop_nothing_is_trained(tmp_path):
    """It would say that it stops, and go on."""
    seen = []
    trainer = Trainer(tiny(), latent_dim=3, random_state=0, batch_size=8, directory=tmp_path / "run")
    trainer.pretrain(n_epochs=1, progress_bar=False)
    trainer.subscribe(seen.append)
    run = trainer.cluster(2, n_epochs=30, tol=1.0, patience=2, progress_bar=False)
    assert sum(not progress.snapshot_added for progress in seen) == 2 * 3  # two epochs of three batches
    assert seen[-1].snapshot.step == len(run) - 1
    assert run.snapshot().epoch == 2


def test_trap_09_one_pass_over_the_whole_set_an_update(tmp_path, monkeypatch):
    """A third of the time would go into evaluating what is known already."""
    passes, embed = [], batches.embed
    monkeypatch.setattr(batches, "embed", lambda *a, **k: passes.append(1) or embed(*a, **k))
    _, run = trained(tmp_path / "run", n_epochs=4, tol=0.0)
    assert len(passes) == len(run) + 1  # one more for the first centroids


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0, 7.0])
@pytest.mark.parametrize("distance", [1.0, 1e3, 1e6])
def test_trap_11_q_is_that_of_the_paper(alpha, distance):
    """q would have another exponent, or be 0/0 far away."""
    random = np.random.default_rng(0)
    z, mu = distance * random.normal(size=(20, 3)), random.normal(size=(4, 3))
    kernel = np.array([[(1 + np.sum((a - b) ** 2) / alpha) ** (-(alpha + 1) / 2) for b in mu] for a in z])
    expected = kernel / kernel.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(assignments.soft_assignments(z, mu, alpha), expected, rtol=1e-6)
    np.testing.assert_allclose(
        soft_assignments(torch.from_numpy(z), torch.from_numpy(mu), alpha).numpy(), expected, rtol=1e-6
    )
    log_q = log_soft_assignments(torch.tensor(z, dtype=torch.float32), torch.tensor(mu, dtype=torch.float32), alpha)
    np.testing.assert_allclose(log_q.exp().numpy(), expected, atol=1e-4)


def test_trap_12_centroids_of_a_run_move(tmp_path):
    """The clusters would stay where the start put them, and only the encoder learn."""
    _, run = trained(tmp_path / "run", tol=0.0)
    first = next(snapshot for snapshot in run.snapshots if snapshot.phase == "cluster")
    assert (np.linalg.norm(run.centroids - first.centroids, axis=1) > 1e-4).all()


def test_trap_14_kmeans_is_the_best_of_twenty_and_repeatable():
    """One unlucky start would decide the result, and another one the next time."""
    random = np.random.default_rng(3)
    z = random.normal(scale=4, size=(30, 2)).repeat(10, axis=0) + random.normal(scale=0.3, size=(300, 2))

    def inertia(centroids):
        return (np.linalg.norm(z[:, None] - centroids[None], axis=2).min(axis=1) ** 2).sum()

    found = beginning(z, 30, "kmeans", 0).centroids
    np.testing.assert_array_equal(found, beginning(z, 30, "kmeans", 0).centroids)
    single = [inertia(KMeans(30, n_init=1, random_state=seed).fit(z).cluster_centers_) for seed in range(10)]
    assert max(single) > 1.05 * min(single)  # else restarts would not matter here
    assert inertia(found) <= np.median(single)


def test_trap_15_a_mixture_gives_its_means_only_and_says_so(tmp_path):
    """Labels of the first step would be those of a mixture that nobody has, or a reader believe they were."""
    _, run = trained(tmp_path / "run", start="mixture", n_epochs=1)
    first = next(snapshot for snapshot in run.snapshots if snapshot.phase == "cluster")
    q = assignments.soft_assignments(first.embedding, first.centroids)
    np.testing.assert_array_equal(first.labels, q.argmax(axis=1))
    assert "of the mixture it gets the means" in " ".join(beginning.__doc__.split())


@pytest.mark.parametrize("size", [16, 32])
def test_trap_16_the_weight_is_on_a_mean_over_pixels(size):
    """IDEC would be an autoencoder with some clustering in it, the more so the larger the spectrograms."""
    weight, n = 10.0, 12
    dec, x, work = prepared(n, size, torch.optim.SGD, 0.01, batch_size=n, reconstruction_weight=weight)
    begin = {name: value.detach().clone() for name, value in dec.named_parameters()}
    with torch.no_grad():
        q = dec(x).exp().double()
    p = target_distribution(q).float()
    reconstruction, z = dec.cae(x)
    mean_over_pixels = (reconstruction - x).square().sum() / (n * size * size)
    loss = (p * (p.log() - dec.log_q(z))).sum() / n + weight * mean_over_pixels
    gradients = dict(zip(begin, torch.autograd.grad(loss, list(dec.parameters())), strict=True))
    reported = [progress.losses for progress in work][-1]
    for name, value in dec.named_parameters():
        torch.testing.assert_close(value, begin[name] - 0.01 * gradients[name], rtol=1e-4, atol=1e-6)
    assert reported["reconstruction"] == pytest.approx(float(mean_over_pixels.detach()), rel=1e-4)


def test_trap_18_losses_do_not_depend_on_the_batch_size():
    """The printed loss would be 64 times too small, and another for every batch size."""
    torch.manual_seed(0)
    cae, x = CAE((16, 16), 2), torch.randn(50, 1, 16, 16) * torch.linspace(0.1, 3, 50)[:, None, None, None]
    with torch.no_grad():
        expected = float((cae(x)[0] - x).square().mean())
    for size in (1, 7, 16, 50, 64):
        still, settings = torch.optim.SGD(cae.parameters(), lr=0.0), {"n_epochs": 1, "snapshot_every": 1}
        work = pretrain(
            cae,
            x,
            still,
            Randomness(0),
            Halves(torch.device("cpu")),
            batch_size=size,
            augmentation=UNCHANGED,
            **settings,
        )
        last = list(work)[-1]
        assert last.losses["reconstruction"] == pytest.approx(expected, rel=1e-4)


def test_trap_23_the_network_sees_decibels_with_a_floor(tmp_path):
    """After dividing power by its maximum nearly all pixels would be 0, and the loss that of one blob."""
    random = np.random.default_rng(0)
    waveforms = random.normal(size=(20, 3000))
    waveforms[:, 1500:1600] *= 10.0 ** random.uniform(1, 3, size=(20, 1))  # up to six decades of power
    specs = spectrograms_from_waveforms(waveforms, 50.0)
    power = 10 ** (specs.values / 10)
    assert np.mean(power / power.max(axis=(1, 2), keepdims=True) > 0.01) < 0.1
    trainer = Trainer(specs, random_state=0, directory=tmp_path / "run")
    scaling = Scaling.from_dict(Run.open(trainer.run.directory).settings["scaling"])
    scaled = scaling.apply(specs.values)
    assert np.mean(np.abs(scaled) > 0.1) > 0.5
    assert np.isfinite(Scaling.from_dict(scaling.to_dict()).apply(np.full_like(specs.values, -1e4))).all()


def test_trap_27_the_latent_layer_is_linear():
    """Half of the latent space would be squeezed or cut off."""
    torch.manual_seed(0)
    cae, x = CAE((16, 16), 5), torch.randn(30, 1, 16, 16)
    with torch.no_grad():
        z = cae.encode(x)[0]
        for parameter in cae.to_embedding.parameters():
            parameter.neg_()
        torch.testing.assert_close(cae.encode(x)[0], -z)


def test_trap_28_the_output_layer_is_linear():
    """Values below the mean could not be reconstructed."""
    torch.manual_seed(0)
    cae, x = CAE((16, 16), 5), torch.randn(30, 1, 16, 16)
    with torch.no_grad():
        reconstruction = cae(x)[0]
        for parameter in cae.decoder[-1].parameters():
            parameter.neg_()
        torch.testing.assert_close(cae(x)[0], -reconstruction)


def test_trap_30_an_embedding_is_the_samples_own():
    """Who else is in the batch, a last batch of one, or the mode would change where a window lies."""
    torch.manual_seed(0)
    cae, x = CAE((16, 16), 5), torch.randn(9, 1, 16, 16)
    with torch.no_grad():
        together, alone = cae.train().encode(x)[0], torch.cat([cae.encode(row[None])[0] for row in x])
        torch.testing.assert_close(alone, together, rtol=1e-4, atol=1e-6)
        torch.testing.assert_close(cae.eval().encode(x)[0], together)
    torch.testing.assert_close(batches.embed(cae, x, batch_size=8), together, rtol=1e-4, atol=1e-6)


def test_trap_33_data_are_read_once(tmp_path, monkeypatch):
    """An epoch would cost a minute of opening files."""
    stored = Spectrograms.open(tiny().save(tmp_path / "store"))
    trainer = Trainer(stored, latent_dim=3, random_state=0, batch_size=8, directory=tmp_path / "run")
    reads, read = [], Spectrograms.read
    monkeypatch.setattr(Spectrograms, "read", lambda *a: reads.append(a) or read(*a))
    trainer.pretrain(n_epochs=5, progress_bar=False)
    trainer.cluster(2, n_epochs=5, progress_bar=False)
    assert reads == []


def test_trap_34_pretraining_takes_every_sample_once_in_an_order_of_its_own():
    """Catalogues in order would train the autoencoder on one station after another: 3 to 4 times worse elsewhere."""
    epochs = [Randomness(0).order(50, epoch) for epoch in range(3)]
    for order in epochs:
        assert torch.equal(order.sort().values, torch.arange(50))
        assert not torch.equal(order, torch.arange(50))
    assert not torch.equal(epochs[0], epochs[1])


def test_trap_34_sorted_data_are_reconstructed_as_well_as_shuffled(sorted_and_shuffled):
    """The order of a catalogue would decide how good the autoencoder gets."""
    (_, by_class), (_, mixed) = sorted_and_shuffled["sorted"], sorted_and_shuffled["shuffled"]
    assert by_class == pytest.approx(mixed, rel=0.1)


@pytest.mark.parametrize("change", ["missing", "unknown", "shape"])
def test_trap_36_weights_that_do_not_fit_are_refused(tmp_path, change):
    """A file of another network would load without a word, and half of the network be random."""
    trainer = Trainer(tiny(), latent_dim=3, random_state=0, batch_size=8, directory=tmp_path / "run")
    run = trainer.pretrain(n_epochs=1, progress_bar=False)
    weights = run.weights()
    name = "to_embedding.weight"
    if change == "missing":
        del weights[name]
    elif change == "unknown":
        weights["to_nowhere.weight"] = weights[name]
    else:
        weights[name] = weights[name][:2]
    safetensors.numpy.save_file(weights, run.directory / "snapshots" / "000001" / "weights.safetensors")
    with pytest.raises(RuntimeError, match="to_nowhere" if change == "unknown" else "to_embedding"):
        load_cae(Run.open(run.directory))


def test_trap_37_a_run_keeps_q_and_centroids(tmp_path):
    """How sure an assignment is, and what new windows would belong to, could not be known later."""
    trained(tmp_path / "run")
    run = Run.open(tmp_path / "run")
    q = run.soft_assignments()
    assert q.shape == (24, 2)
    np.testing.assert_allclose(q.sum(axis=1), 1)
    np.testing.assert_array_equal(q.argmax(axis=1), run.labels)
    np.testing.assert_allclose(assignments.soft_assignments(run.embedding, run.centroids), q)


def test_trap_41_nothing_asks_on_the_terminal():
    """It could not run in a notebook or on a server."""
    package = Path(zclust_explore.__file__).parent
    for path in package.rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        called = [node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
        assert "input" not in called, path


def test_trap_44_scores_are_of_the_last_step_and_raw_labels(tmp_path):
    """The best step would be chosen by the labels that it is scored with."""
    specs = make_spectrograms(32, random_state=0)
    _, run = trained(tmp_path / "run", specs, n_clusters=3)
    assert len(np.unique(run.labels)) <= 3 < specs.metadata.label.nunique()
    score = zclust_explore.score(specs.metadata.label, run.labels)["ari"]
    last = adjusted_rand_score(specs.metadata.label, run.snapshot(len(run) - 1).labels)
    assert score == pytest.approx(last, abs=1e-12)
    assert math.isfinite(score)
