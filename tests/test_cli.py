"""The command line: what it copies, what it passes on, what it says when something is missing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import obspy
import pandas as pd
import pytest
import xarray

from zclust_explore import __version__, cli
from zclust_explore.data.run import Run
from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.data.synthetic import make_spectrograms


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """JupyterLab's arguments instead of JupyterLab, in an empty current folder."""
    from jupyterlab.labapp import LabApp

    calls: list[list[str]] = []
    monkeypatch.setattr(LabApp, "launch_instance", calls.append)
    monkeypatch.setenv("GOMP_SPINCOUNT", "0")
    monkeypatch.chdir(tmp_path)
    return calls


def test_lab_copies_the_notebooks_and_opens_the_first(launched: list[list[str]], tmp_path: Path) -> None:
    """A pip-installed person would see an empty file browser, or a server that the whole network can reach."""
    assert cli.main(["lab"]) == 0
    assert (tmp_path / "zclust_notebooks" / cli.FIRST_NOTEBOOK).is_file()
    (arguments,) = launched
    assert "--ServerApp.ip=127.0.0.1" in arguments
    assert f"--ServerApp.root_dir={tmp_path}" in arguments
    assert f"--LabApp.default_url=/lab/tree/zclust_notebooks/{cli.FIRST_NOTEBOOK}" in arguments
    assert not any("token" in argument for argument in arguments)  # Jupyter makes a random one unless told otherwise


def test_lab_leaves_changed_notebooks_alone(launched: list[list[str]], tmp_path: Path) -> None:
    """An hour of somebody's work in a copied notebook would be gone after the next start."""
    mine = tmp_path / "zclust_notebooks" / cli.FIRST_NOTEBOOK
    mine.parent.mkdir()
    mine.write_text("mine")
    assert cli.main(["lab"]) == 0
    assert mine.read_text() == "mine"


def test_lab_opens_a_named_notebook_and_passes_the_rest_on(launched: list[list[str]], tmp_path: Path) -> None:
    """`make lab LAB_ARGS=...` would lose arguments, or copy notebooks into a clone that has them."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "a b.ipynb").write_text("{}")
    assert cli.main(["lab", "notebooks/a b.ipynb", "--no-browser", "--port", "8890", "--ip=::1"]) == 0
    (arguments,) = launched
    assert "--LabApp.default_url=/lab/tree/notebooks/a%20b.ipynb" in arguments
    assert arguments[-4:] == ["--no-browser", "--port", "8890", "--ip=::1"]
    assert "--ServerApp.ip=127.0.0.1" not in arguments
    assert not (tmp_path / "zclust_notebooks").exists()


def test_lab_opens_a_notebook_outside_the_current_folder(launched: list[list[str]], tmp_path: Path) -> None:
    """JupyterLab serves nothing above its root: the notebook would be a 404."""
    elsewhere = tmp_path / "elsewhere.ipynb"
    elsewhere.write_text("{}")
    (tmp_path / "here").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path / "here")
        assert cli.main(["lab", "--", str(elsewhere)]) == 0
    assert {f"--ServerApp.root_dir={tmp_path}", "--LabApp.default_url=/lab/tree/elsewhere.ipynb"} <= set(launched[0])


@pytest.mark.parametrize("as_root", [True, False])
def test_only_root_gets_allow_root(as_root: bool, tmp_path: Path) -> None:
    """Jupyter would refuse to start as root, or an ordinary account would carry a flag that means nothing to it."""
    assert ("--allow-root" in cli.lab_arguments(tmp_path / "a.ipynb", [], as_root=as_root)) == as_root


def test_a_missing_notebook_is_said(launched: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    """A typing error would open JupyterLab on nothing."""
    assert cli.main(["lab", "nowhere.ipynb"]) == 2
    assert "nowhere.ipynb" in capsys.readouterr().err
    assert not launched


def test_missing_jupyterlab_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Somebody without the lab extra would get a traceback."""
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["lab"]) == 1
    assert 'pip install "zclust-explore[lab]"' in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_version_and_usage_errors(capsys: pytest.CaptureFixture[str]) -> None:
    """--version would lie, or a missing subcommand would exit with success."""
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out.strip() == f"zclust-explore {__version__}"
    for wrong in ([], ["nonsense"]):
        with pytest.raises(SystemExit, match="2"):
            cli.main(wrong)


def test_the_command_imports_neither_torch_nor_jupyterlab() -> None:
    """`zclust-explore --version` would take seconds."""
    code = "import sys, zclust_explore.cli; print([m for m in ('torch', 'jupyterlab', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# with values that are not the defaults
EVERY_OPTION = (
    "--recipe paper --kind decibels --background window --amplitude keep --latent-dim 5 --batch-size 32 --alpha 2"
    " --learning-rate 0.002 --start tied --tol 0.01 --patience 2 --update-interval 2 --reconstruction-weight 0.5"
).split()


def command(*words: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the real command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "zclust_explore.cli", *map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with spectrograms as a store and as an archive with a window of NaN, and a run of the store."""
    made = tmp_path_factory.mktemp("commands")
    specs = make_spectrograms(64, random_state=0)
    specs.save(made / "specs")
    values = specs.values.copy()
    values[3] = np.nan
    kinds = specs.metadata.label.to_numpy().astype(str)
    np.savez(made / "specs.npz", values=values, frequencies=specs.frequencies, times=specs.times, kind=kinds)
    done = command("cluster", "specs", "--k", 3, "-o", "run", "--epochs", 2, "--seed", 7, *EVERY_OPTION, folder=made)
    assert done.returncode == 0, done.stderr
    assert "100%" in done.stderr  # the progress bar
    lines = done.stdout.splitlines()
    assert lines[0] == f"run {made / 'run'}"
    sizes = [int(line.split("\t")[1]) for line in lines[lines.index("cluster\twindows") + 1 :]]
    assert sum(sizes) == 64
    return made


def test_cluster_makes_a_run_as_it_was_asked_for(folder: Path) -> None:
    """An option would be read and then dropped."""
    run = Run.open(folder / "run")
    assert run.n_clusters == 3
    assert run.settings["random_state"] == 7
    assert run.settings["latent_dim"] == 5
    assert run.settings["batch_size"] == 32
    assert run.settings["learning_rate"] == 0.002
    assert (run.settings["scaling"]["background"], run.settings["scaling"]["amplitude"]) == ("window", "keep")
    pretraining, clustering = (e["settings"] for e in run.events if e["kind"] in ("pretrain", "cluster"))
    assert pretraining["n_epochs"] == 2
    asked = {"n_epochs": 2, "start": "tied", "tol": 0.01, "patience": 2, "update_interval": 2, "alpha": 2}
    assert asked.items() <= clustering.items()
    assert clustering["reconstruction_weight"] == 0.5


def test_read_makes_a_store_and_says_what_was_skipped(tmp_path: Path) -> None:
    """A batch job could not read records, or would be silent about those it left out."""
    obspy.read().select(component="Z").write(str(tmp_path / "a.mseed"), format="MSEED")
    (tmp_path / "b.txt").write_text("nothing")
    words = ["read", "a.mseed", "b.txt", "-o", "store", "--window-s", "5", "--fmin-hz", "1", "--workers", "0"]
    done = command(*words, "-q", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "11 windows of 5 s." in done.stdout
    assert "Skipped: 1 × unknown format" in done.stdout
    assert Spectrograms.open(tmp_path / "store").n_samples == 11
    wrong = command("read", "a.mseed", "-o", "other", folder=tmp_path)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)


def test_label_writes_what_python_says(folder: Path) -> None:
    """The command would give other clusters than the notebook, or an archive's rows shift after a bad window."""
    done = command("label", "run", "specs", "-o", "out/labels.parquet", folder=folder)
    assert done.returncode == 0, done.stderr
    table = pd.read_parquet(folder / "out" / "labels.parquet")
    run = Run.open(folder / "run")
    np.testing.assert_allclose(table[[f"embedding_{d}" for d in range(5)]], run.embedding, atol=1e-4)
    assert {"trace_id", "starttime", "cluster", "unlike", "soft_assignment_2"} <= set(table)
    assert done.stdout.startswith("wrote out/labels.parquet\ncluster\twindows\tunlike anything seen\n")
    done = command("label", "run", "specs.npz", "-q", "-o", "labels.csv", folder=folder)
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert "1 of 64 windows of specs.npz hold NaN or infinity and are skipped" in done.stderr
    archive = pd.read_csv(folder / "labels.csv")
    assert archive["sample"].tolist() == [0, 1, 2, *range(4, 64)]
    np.testing.assert_allclose(archive["embedding_0"], table["embedding_0"].drop(3), atol=1e-4)
    assert archive["kind"].tolist() == table["label"].drop(3).tolist()


def test_encode_writes_the_embedding(folder: Path) -> None:
    """Somebody who only wants the latent coordinates would have to write Python."""
    done = command("encode", "run", "specs", "-o", "z.nc", folder=folder)
    assert (done.returncode, done.stdout) == (
        0,
        "wrote z.nc\n64 windows, 5 latent coordinates, 0 windows not finite\n",
    )
    with xarray.open_dataset(folder / "z.nc", engine="h5netcdf") as read:
        np.testing.assert_allclose(read["embedding"], Run.open(folder / "run").embedding, atol=1e-4)
        assert "labels" not in read


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["cluster", "specs", "-o", "new"], "required: --k"),
        (["cluster", "specs", "--k", "1", "-o", "new"], "must be at least 2, got 1"),
        (["cluster", "specs", "--k", "2", "-o", "new", "--tol", "7"], "must be between 0 and 1, got 7"),
        (["cluster", "specs", "--k", "2", "-o", "new", "--sped"], "unrecognized arguments: --sped"),
        (["cluster", "nowhere", "--k", "2", "-o", "new"], "there is nothing at nowhere"),
        (["cluster", "run", "--k", "2", "-o", "new"], "there is something else at run"),
        (["cluster", "specs", "--k", "2", "-o", "run"], "RUN must not exist yet or be an empty folder, got run"),
        (["cluster", "specs", "--k", "65", "-o", "new"], "--k must be at most the number of windows (64), got 65"),
        (["label", "specs", "specs", "-o", "x.csv"], "has no run.json"),
        (["label", "run", "specs", "-o", "x.txt"], "OUTPUT must end with one of .parquet, .csv, .nc, got x.txt"),
        (["encode", "run", "specs", "-o", "x.nc", "--device", "abacus"], "device must be one that PyTorch has here"),
        (["resume", "specs"], "has no run.json"),
    ],
)
def test_what_cannot_be_done_is_said_at_once(
    folder: Path, words: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A typing error would be found after hours of training, or answered by a traceback."""
    monkeypatch.chdir(folder)
    try:
        code = cli.main(words)
    except SystemExit as error:  # argparse leaves in its own way
        code = error.code
    captured = capsys.readouterr()
    assert code == 2
    assert told in captured.err
    assert captured.out == ""
    assert not (folder / "new").exists()


def test_a_failure_is_one_line_and_exit_code_1(folder: Path) -> None:
    """A script would go on after a failure, and a person would have to read a traceback."""
    specs = make_spectrograms(16, random_state=0)
    np.savez(folder / "high.npz", values=specs.values, frequencies=specs.frequencies * 2, times=specs.times)
    done = command("label", "run", "high.npz", "-q", "-o", "x.csv", folder=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("zclust-explore label: spectrograms.frequencies must be those of the run")
    assert done.stderr.count("\n") == 1


def test_ctrl_c_keeps_the_run_and_resume_finishes_it(folder: Path) -> None:
    """An hour of training would be lost to a wrong key, or be continued with other settings than asked for."""
    process = subprocess.Popen(
        [sys.executable, "-m", "zclust_explore.cli", "cluster", "specs", "--k", "3", "-o", "cut", "--seed", "7"]
        + ["--pretrain-epochs", "200", "--epochs", "2", "-q"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        # a shell's background jobs ignore Ctrl-C, and so would what they start
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not (folder / "cut" / "snapshots" / "000001").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "interrupted. The run up to its last snapshot is kept. To go on:  zclust-explore resume cut" in err
    assert "Traceback" not in err
    kept = len(Run.open(folder / "cut"))
    done = command("resume", "cut", "-q", folder=folder)
    assert done.returncode == 0, done.stderr
    run = Run.open(folder / "cut")
    assert len(run) > kept
    assert run.n_clusters == 3
    again = command("resume", "cut", "-q", folder=folder)
    assert (again.returncode, again.stdout) == (0, done.stdout)
    assert len(Run.open(folder / "cut")) == len(run)
