"""Windows of several components, from waveforms to labels; the kinds differ in nothing but their polarisation."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from tests.toys import KINDS, RATE, STFT, polarised, polarised_waveforms
from zclust_explore.commands import UsageError, read_spectrograms
from zclust_explore.data.assembling import completed, joined
from zclust_explore.data.blocks import block_rows, blocks
from zclust_explore.data.cutting import Cut
from zclust_explore.data.scaling import Scaling
from zclust_explore.data.screening import screen
from zclust_explore.data.signal_settings import SignalSettings
from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.data.stft import spectrograms_from_waveforms
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.data.windowing import Windowing
from zclust_explore.evaluation.scores import score
from zclust_explore.models.autoencoder import CAE
from zclust_explore.models.decoding import reconstruct
from zclust_explore.models.labelling import encode, label
from zclust_explore.training.augmentation import UNCHANGED, Augmentation
from zclust_explore.training.estimator import DeepEmbeddedClustering
from zclust_explore.training.inputs import network_input
from zclust_explore.training.trainer import Trainer


@pytest.fixture(scope="module")
def specs():
    return polarised(90)


@pytest.fixture(scope="module")
def run(specs, tmp_path_factory):
    """A short training on three components."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    trainer = Trainer(specs, latent_dim=4, batch_size=16, random_state=0, directory=folder)
    trainer.pretrain(n_epochs=20, progress_bar=False)
    return trainer.cluster(n_clusters=3, start="kmeans", n_epochs=4, progress_bar=False)


# -- records -----------------------------------------------------------------------------------------------------------


def test_each_channel_is_what_it_would_be_alone(specs):
    """A component would get another's spectrum, or a level of its own."""
    waveforms, metadata = polarised_waveforms(90)
    assert specs.values.shape == (90, 3, *specs.shape) and specs.n_channels == 3 and specs.components == "ZNE"
    for k in range(3):
        alone = spectrograms_from_waveforms(waveforms[:, k], RATE, metadata, **STFT)
        np.testing.assert_allclose(specs.values[:, k], alone.values, atol=1e-3)
    assert specs.duration_s == 20.0
    assert "components ZNE" in repr(specs) and "components ZNE" in specs.report()


def test_a_window_goes_with_any_of_its_components():
    """A dead horizontal would be trained on as if it had been measured, and nobody told which."""
    waveforms, metadata = polarised_waveforms(12)
    waveforms[2, 1] = 7.0
    waveforms[5, 0, 30] = np.nan
    waveforms[8, 1:] = 0.0
    found = spectrograms_from_waveforms(waveforms, RATE, metadata, components="ZNE")
    assert found.n_samples == 9 and found.waveforms.shape == (9, 3, waveforms.shape[2])
    assert found.skipped.record.tolist() == [2, 5, 8]
    assert found.skipped.reason.tolist() == [
        "dead: one constant value (component N)",
        "not finite: NaN or infinity (component Z)",
        "dead: one constant value (component N, E)",
    ]


@pytest.mark.parametrize(
    ("components", "message"),
    [
        ("", "components must be a letter of its own for each of the 3 channels, got ''"),
        ("ZN", "each of the 3 channels, got 'ZN'"),
        ("ZNN", "a letter of its own for each of the 3 channels, got 'ZNN'"),
    ],
)
def test_letters_must_name_each_channel(components, message):
    """A picture would say N above what was measured on E."""
    waveforms, _ = polarised_waveforms(4)
    with pytest.raises(ValueError, match=message):
        spectrograms_from_waveforms(waveforms, RATE, components=components)
    with pytest.raises(ValueError, match="components must be '' where there is no axis of channels, got 'Z'"):
        spectrograms_from_waveforms(waveforms[:, 0], RATE, components="Z")


def test_shapes_that_do_not_fit_are_refused(specs):
    """Waveforms of one component would be drawn above spectrograms of three."""
    with pytest.raises(ValueError, match=r"waveforms must be an array \(90, 3, n_points\), got shape \(90, 800\)"):
        replace(specs, waveforms=specs.waveforms[:, 0])
    with pytest.raises(ValueError, match=r"got shape \(90, 3, 8, 5, 1\)"):
        replace(specs, values=np.zeros((90, 3, 8, 5, 1)))
    with pytest.raises(ValueError, match=r"values must be finite, got NaN or infinity in sample\(s\) \[4\]"):
        values = specs.values.copy()
        values[4, 2, 0, 0] = np.inf
        replace(specs, values=values)


def test_save_open_and_select(specs, tmp_path):
    """What is opened would not be what was saved, or a run not know its data again."""
    opened = Spectrograms.open(specs.save(tmp_path / "specs"))
    assert opened.components == "ZNE" and opened.content_hash == specs.content_hash
    np.testing.assert_array_equal(opened.read(), specs.values)
    some = opened.select([3, 50])
    np.testing.assert_array_equal(some.values, specs.values[[3, 50]])
    np.testing.assert_array_equal(some.waveforms, specs.waveforms[[3, 50]].astype(np.float32))
    assert some.components == "ZNE" and some.metadata.kind.tolist() == specs.metadata.kind.iloc[[3, 50]].tolist()
    assert replace(specs, components="ZRT").content_hash != specs.content_hash
    assert opened.read(7).shape == (3, *specs.shape)


def test_a_store_of_parts_holds_components(specs, tmp_path):
    """What `read_spectrograms` writes piece by piece would lose its components, or get those of another piece."""
    for number, rows in enumerate((slice(0, 40), slice(40, 90))):
        Cut(specs.select(rows), [], []).save(tmp_path / "parts" / f"{number:06d}")
    whole = completed(tmp_path, SignalSettings(Windowing(20.0)), [], [])
    assert whole.components == "ZNE" and whole.content_hash == specs.content_hash
    np.testing.assert_array_equal(whole.read([3, 41, 89]), specs.values[[3, 41, 89]])
    np.testing.assert_array_equal(whole.read_waveforms(slice(38, 42)), specs.waveforms[38:42].astype(np.float32))
    whole_again = joined([Cut(specs.select(slice(0, 40)), [], [])], SignalSettings(Windowing(20.0)), [], [])
    assert whole_again.components == "ZNE" and whole_again.values.shape == (40, 3, *specs.shape)


def test_an_npz_file_may_hold_components(specs, tmp_path):
    """The command line would take one component only."""
    arrays = {"values": specs.values, "frequencies": specs.frequencies, "times": specs.times}
    np.savez(tmp_path / "specs.npz", **arrays, components="ZNE", kind=specs.metadata.kind.to_numpy(dtype=str))
    found = read_spectrograms(str(tmp_path / "specs.npz"))
    assert found.content_hash == specs.content_hash and found.metadata.columns.tolist() == ["kind"]
    np.savez(tmp_path / "bare.npz", **arrays)
    with pytest.raises(UsageError, match="components"):
        read_spectrograms(str(tmp_path / "bare.npz"))


def test_blocks_hold_all_channels_in_the_same_memory(specs):
    """Three components would take three times the memory while streaming."""
    alone = replace(specs, values=specs.values[:, 0], waveforms=None, components="")
    assert abs(block_rows(alone) - 3 * block_rows(specs)) <= 3
    shapes = [shape for _, shape in blocks(specs, lambda values, _: values.shape)]
    assert shapes == [specs.values.shape]


# -- scaling and screening ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("background", ["trace", "window"])
@pytest.mark.parametrize("amplitude", ["discard", "keep"])
def test_noise_of_a_component_does_not_count_but_ratios_do(background, amplitude):
    """A noisy horizontal would be taken for a signal, or the polarisation scaled away."""
    noisy = polarised(60, noise_db=(0.0, 12.0, 6.0))
    scaling = Scaling.fit(noisy, amplitude, background=background)
    scaled = scaling.apply(noisy.values, noisy.trace_ids())
    assert scaled.shape == noisy.values.shape and scaled.dtype == np.float32
    quiet = noisy.metadata.kind.to_numpy() == "noise"
    of_noise = scaled[quiet].mean(axis=(0, 2, 3))
    assert np.ptp(of_noise) < 0.1
    for k, letter in enumerate("ZNE"):
        mine = noisy.metadata.kind.to_numpy() == letter
        strength = scaled[mine].max(axis=3).mean(axis=(0, 2))
        assert strength[k] > 2 * np.delete(strength, k).max()


def test_scaling_is_undone_and_survives_json(specs):
    """Reconstructions would not be in decibels, or a reopened run scale differently."""
    for background in ("trace", "window"):
        scaling = Scaling.fit(specs, background=background)
        assert Scaling.from_dict(json.loads(json.dumps(scaling.to_dict()))) == scaling
        back = scaling.invert(scaling.apply(specs.values), specs.values)
        clipped = np.isclose(back, specs.values, atol=1e-3)
        assert clipped.mean() > 0.6
    plain = Scaling.fit(specs, kind="plain")
    np.testing.assert_allclose(plain.invert(plain.apply(specs.values), specs.values), specs.values, atol=1e-3)


def test_screening_names_the_component(specs):
    """A flat component in a ready-made array would poison the training."""
    values = specs.values.copy()
    values[3, 2] = -300.0
    values[7] = values[6]
    found = screen(replace(specs, values=values))
    assert found.reasons[3] == "flat: one and the same value throughout (component E)"
    assert found.duplicate_of[7] == 6 and found.n_distinct == 88
    assert "1 of 90 windows is left out: 1 is flat" in found.warnings()[0]
    assert found.apply(replace(specs, values=values)).values.shape == (89, 3, *specs.shape)


# -- the network -------------------------------------------------------------------------------------------------------


def test_the_network_takes_and_gives_all_channels():
    """Components would be averaged, or the decoder forget two of them."""
    cae = CAE((33, 21), latent_dim=4, n_channels=3)
    output, embedding = cae(torch.zeros(2, 3, 33, 21))
    assert tuple(output.shape) == (2, 3, 33, 21) and tuple(embedding.shape) == (2, 4)
    assert CAE.from_settings(cae.settings).settings == cae.settings
    older = {name: value for name, value in CAE((33, 21)).settings.items() if name != "n_channels"}
    assert CAE.from_settings(older).settings["n_channels"] == 1
    with pytest.raises(ValueError, match="n_channels must be at least 1, got 0"):
        CAE((33, 21), n_channels=0)


def test_augmentation_moves_all_channels_alike():
    """A window would fall apart: its components are of the same moment."""
    one = torch.rand(5, 1, 16, 20, generator=torch.Generator().manual_seed(1))
    moved = Augmentation()(one.expand(5, 3, 16, 20).contiguous(), torch.Generator().manual_seed(0))
    alone = Augmentation()(one, torch.Generator().manual_seed(0))
    for k in range(3):
        assert torch.equal(moved[:, k], alone[:, 0])
    assert not torch.equal(alone, one)


def test_training_learns_polarisation(specs, run):
    """Three components would train on what one of them shows, in which the kinds are the same."""
    losses = run.history.reconstruction.dropna().to_numpy()
    assert losses[-1] < 0.7 * losses[0]
    assert run.settings["autoencoder"]["n_channels"] == 3
    assert network_input(run).shape == (90, 3, *specs.shape)
    assert score(specs.metadata.kind, run.labels)["ari"] > 0.8
    opened = type(run).open(run.directory)
    np.testing.assert_array_equal(opened.spectrograms.read(), specs.values)


def test_reconstructions_are_of_each_channel(specs, run):
    """A reconstruction would be shown for the wrong component, or in no decibels."""
    restored = reconstruct(run, np.arange(30))
    assert restored.shape == (30, 3, *specs.shape) and restored.dtype == np.float32
    strongest = restored.std(axis=(2, 3)).argmax(axis=1)
    assert np.mean([KINDS[k] for k in strongest] == specs.metadata.kind.iloc[:30]) > 0.9
    assert np.abs(restored.mean(axis=(0, 2, 3)) - specs.values[:30].mean(axis=(0, 2, 3))).max() < 2


def test_new_windows_are_labelled_with_their_components(specs, run, tmp_path):
    """Windows in another order of components would get labels that mean nothing."""
    more = polarised(30, random_state=5)
    labels = label(run, Spectrograms.open(more.save(tmp_path / "more")))
    assert score(more.metadata.kind, labels.labels)["ari"] > 0.6
    np.testing.assert_allclose(encode(run, specs), run.embedding, atol=1e-4)
    with pytest.raises(ValueError, match="components must be those of the run, 'ZNE', got 'ZEN'"):
        label(run, replace(more, components="ZEN"))
    with pytest.raises(ValueError, match="components must be those of the run, 'ZNE', got ''"):
        label(run, replace(more, values=more.values[:, 0], waveforms=None, components=""))


def test_resume_is_to_the_bit(specs, tmp_path):
    """A training on three components could not be trusted after a crash."""
    whole = Trainer(specs, random_state=1, directory=tmp_path / "whole")
    whole.pretrain(n_epochs=2, progress_bar=False)
    parts = Trainer(specs, random_state=1, directory=tmp_path / "parts")
    parts.subscribe(lambda progress: parts.stop() if progress.snapshot is not None and progress.epoch == 1 else None)
    parts.pretrain(n_epochs=2, progress_bar=False)
    assert len(parts.run) < len(whole.run)
    again = Trainer.open(parts.run.directory)
    again.resume(progress_bar=False)
    np.testing.assert_array_equal(again.run.embedding, whole.run.embedding)


def test_the_estimator_takes_four_dimensions(specs):
    """Scripts would have to unstack components by hand."""
    quick = {"latent_dim": 3, "pretrain_epochs": 1, "n_epochs": 1, "start": "kmeans", "random_state": 0}
    model = DeepEmbeddedClustering(3, augmentation=UNCHANGED, **quick)
    labels = model.fit_predict(specs.values)
    assert labels.shape == (90,) and model.n_features_in_ == specs.values[0].size
    assert model.transform(specs.values[:4]).shape == (4, 3)
    np.testing.assert_array_equal(model.predict(specs), labels)  # an array says nothing about its components
    with pytest.raises(ValueError, match=r"X must have the shape \(n_samples, \(3, \d+, \d+\)\) of fit"):
        model.predict(specs.values[:, 0])
    flat = DeepEmbeddedClustering(3, widths=(32,), kind="plain", **quick)
    assert flat.fit(specs).run_.settings["autoencoder"]["n_channels"] == 3
    with pytest.raises(ValueError, match="X.components must be those of fit, 'ZNE', got 'ENZ'"):
        flat.predict(replace(specs, components="ENZ"))


def test_one_channel_with_an_axis_of_its_own_is_the_same(tmp_path):
    """An array (n, 1, n_freqs, n_times) would train another network than (n, n_freqs, n_times)."""
    plain = make_spectrograms(24, random_state=0)
    stacked = Spectrograms(plain.values[:, None], plain.frequencies, plain.times, plain.metadata, components="Z")
    embeddings = []
    for number, specs in enumerate((plain, stacked)):
        trainer = Trainer(specs, random_state=0, directory=tmp_path / str(number))
        embeddings.append(trainer.pretrain(n_epochs=1, progress_bar=False).embedding)
    np.testing.assert_allclose(*embeddings, atol=1e-5)
    assert isinstance(stacked.metadata, pd.DataFrame) and stacked.n_channels == 1
