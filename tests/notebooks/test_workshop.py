"""The lessons of the workshop: made from their sources, without solutions for students, and cheap enough for Binder."""

import contextlib
import fcntl
import importlib.util
import io
import json
import logging
from pathlib import Path

import nbformat
import numpy as np
import pytest

import zclust_explore as zx
from tests.harness.cost import execute
from zclust_explore.lessons.recorded_runs import N_CLUSTERS, recorded_run

FOLDER = Path(__file__).parents[2] / "notebooks" / "workshop"
SOURCES = sorted((FOLDER / "sources").glob("*.ipynb"))
MEMORY_MB, CPU_S = 1000, 180
# What must be in the output of the version with solutions: the sentence of each check that a student sees.
SAID = {
    "01_spectrograms": ["apart_hz is right", "lowest_hz is right"],
    "02_autoencoder": [
        "pixels is right",
        "pixels_per_number is right",
        "computed is right",
        "agreement with the kinds",
    ],
    "03_soft_assignments": ["q is right", "p is right"],
    "04_dec_by_hand": ["the gradient is right"],
    "05_dec_on_seismic_windows": ["Run(24 snapshots of 931 windows, 6 clusters", "mostly quiet: ", "in doubt now"],
    "06_what_goes_wrong": ["the run says: Cluster", "kinds in the two"],
    "07_how_many_clusters": ["expected: 6. report: "],
    "08_your_own_data": ["windows of 60 s", "agreement with PCA + k-means"],
}
Q = """
def soft_assignments(z, mu):
    squared = ((z[:, None, :] - mu[None]) ** 2).sum(axis=2)
    weight = 1 / (1 + squared)
    return """
P = """
def target_distribution(q):
    size = q.sum(axis=0)
    weight = q**2 / size
    return """
GRADIENT = """
def gradient(z, mu, p):
    q = soft_assignments(z, mu)
    apart = z[:, None, :] - mu[None]
    weight = (p - q) / (1 + (apart**2).sum(axis=2))
    return """
IN_MINUTES = """
inside = run.labels[(minute >= 86) & (minute <= 110)]
surface_waves = np.bincount(inside).argmax()
share = (inside == surface_waves).sum() / """
# By lesson and the id of an exercise: answers that are wrong in the usual ways, and what the check says to each.
MISTAKES = {
    ("01_spectrograms", "cell-05"): [
        ("apart_hz = lowest_hz = 5", "apart_hz: not right yet. 5 Hz is 25 oscillations in 5 s; 1 is wanted"),
        (
            "apart_hz = lowest_hz = 0.3",
            "lowest_hz: not right yet. That is 1.5 oscillations in 5 s, with the window function",
        ),
    ],
    ("02_autoencoder", "cell-08"): [
        ("pixels = specs.values.shape", "pixels: one number is wanted, frequencies x times; you have (240, 64, 45)"),
        ("pixels = specs.values.size", "pixels: not right yet. That is all 240 windows"),
        ("pixels_per_number = 2880 / 240", "Divide the pixels of a window by the number of its latent numbers"),
    ],
    ("02_autoencoder", "cell-12a"): [
        ("computed = 36", "computed: not right yet. After 36 epochs it had fallen 9"),
        ("computed = pretraining.iloc[-1]", "An epoch of the table is wanted, from 2 to 40"),
    ],
    ("03_soft_assignments", "cell-05"): [
        (Q + "weight", "q: rows do not sum to 1. Divide by the sum over the clusters"),
        (Q + "weight / weight.sum(axis=0)", "q: rows do not sum to 1"),
        (Q + "weight / weight.sum(axis=1)", "q: two shapes do not fit"),
        (Q + "weight.sum(axis=1)", "q: the shape must be (240, 8), a row a window and a column a cluster, got (240,)"),
        (Q + "weight**2 / (weight**2).sum(axis=1, keepdims=True)", "the weight is not that of the formula"),
    ],
    ("03_soft_assignments", "cell-12"): [
        (P + "weight", "p: rows do not sum to 1. Divide by the sum over the clusters"),
        (P + "q**2 / (q**2).sum(axis=1, keepdims=True)", "p: you left out f."),
        (P + "weight / weight.sum(axis=1)", "p: two shapes do not fit"),
        (P + "weight.sum(axis=1)", "p: the shape must be that of q, (3, 2), got (3,)"),
    ],
    ("04_dec_by_hand", "cell-06"): [
        (GRADIENT + "2 * (weight[:, :, None] * apart).sum(axis=0)", "gradient: the sign is the wrong way round"),
        (GRADIENT + "-(weight[:, :, None] * apart).sum(axis=0)", "gradient: a factor is missing"),
        (GRADIENT + "-2 * (weight * apart).sum(axis=0)", "The shape must be (3, 2): write weight[:, :, None]"),
        (
            GRADIENT + "-2 * (weight[:, :, None] * apart).sum(axis=1)",
            "must be (3, 2), got (120, 2). Sum over the windows",
        ),
        (
            GRADIENT + "-2 * ((p - q)[:, :, None] * apart).sum(axis=0)",
            "gradient: not right yet. Yours, and the one by trying",
        ),
    ],
    ("05_dec_on_seismic_windows", "cell-11"): [
        ("surface_waves, share = 1, 5.0", "cluster: not right yet. "),
        (IN_MINUTES + "931", "share: not right yet. Divide by the windows in minutes 86-110, not by all 931."),
        (IN_MINUTES + "(run.labels == surface_waves).sum()", "not by those of the cluster."),
    ],
    ("05_dec_on_seismic_windows", "cell-20"): [
        ("changed = first.labels == run.labels", "changed: the other way round"),
        ("doubtful = q < 0.6", "doubtful: one True or False a window is wanted, (931,); got (931, 6)"),
        ("doubtful = q.min(axis=1) < 0.6", "doubtful: not right yet, for "),
    ],
    ("06_what_goes_wrong", "cell-07"): [
        ("sizes = np.unique(many.labels, return_counts=True)[1]", "sizes: 14 numbers are wanted, got 13."),
        ("sizes = np.bincount(right.labels, minlength=14)", "sizes: not right yet."),
    ],
    ("06_what_goes_wrong", "cell-11"): [
        ("nearest = (0, 0)", "Every centroid is nearest to itself"),
        ("nearest = (0, int(np.flatnonzero(sizes == 0)[0]))", "One of the two has no windows"),
        ("nearest = (0, 1)", "nearest: not right yet. These two are "),
        ("nearest = 3", "nearest: two numbers of clusters are wanted, got 3"),
    ],
}
WIDGETS = ("zx.Lesson(", "zx.Explorer(", "zx.Reconstructions(", "zx.plot_")


@pytest.fixture(scope="module")
def tool():
    """notebooks/workshop/versions.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("versions", FOLDER / "versions.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder of recorded runs, made by whichever process comes first."""
    folder = tmp_path_factory.getbasetemp().parent / "recorded_runs"
    with pytest.MonkeyPatch.context() as patch, (folder.parent / "recorded_runs.lock").open("w") as lock:
        patch.setenv("ZCLUST_RECORDED_RUNS", str(folder))
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name in N_CLUSTERS:
            recorded_run(name, progress_bar=False)
        fcntl.flock(lock, fcntl.LOCK_UN)
        yield folder


def interrupted(*_, **__):
    """Somebody presses Ctrl-C."""
    raise KeyboardInterrupt


def cell(kind, text, *tags):
    """A cell as it lies in a file."""
    body = {"cell_type": kind, "id": text, "metadata": {"tags": list(tags)}, "source": [text]}
    return body | ({"outputs": [{"output_type": "stream"}], "execution_count": 3} if kind == "code" else {})


def test_the_committed_versions_are_what_the_sources_give(tool):
    """A student would work on a lesson that its author has mended long ago, or on one that nobody has."""
    texts = tool.versions()
    assert len(texts) == 3 * len(SOURCES) == 24
    assert {path for path in FOLDER.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts} == set(texts)
    assert not [str(path) for path, text in texts.items() if path.read_text(encoding="utf-8") != text]
    for text in texts.values():
        nbformat.validate(nbformat.reads(text, as_version=4))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_exercises_hold_no_solution(source):
    """A student would read the answer before the question."""
    cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
    solved = [cell for cell in cells if "solution" in cell["metadata"].get("tags", [])]
    others = {line.strip() for cell in cells if cell not in solved for line in cell["source"]}
    answers = {line.strip() for cell in solved for line in cell["source"]} - others
    assert answers  # else the lesson has nothing to do
    exercise = (FOLDER / source.name).read_text(encoding="utf-8")
    solution = (FOLDER / "solutions" / source.name).read_text(encoding="utf-8")
    assert not [line for line in answers if json.dumps(line, ensure_ascii=False)[1:-1] in exercise]
    assert all(json.dumps(line, ensure_ascii=False)[1:-1] in solution for line in answers)
    for text in (exercise, solution):
        assert '"exercise"' not in text and '"solution"' not in text
    checks = [cell for cell in json.loads(exercise)["cells"] if cell["source"][0].startswith("# The check.")]
    assert all(cell["metadata"] == {"jupyter": {"source_hidden": True}} for cell in checks)  # they know the answer


def said(name, exercise, answer):
    """What the check of an exercise prints when `answer` stands in its cell; all exercises before it are solved."""
    book = nbformat.read(FOLDER / "sources" / f"{name}.ipynb", as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    (place,) = [number for number, cell in enumerate(code) if cell.id == exercise]
    before = [cell.source for cell in code[:place] if "exercise" not in cell.metadata.get("tags", [])]
    its = {"exercise": code[place].source, "solution": code[place + 1].source}
    before += [its["exercise"], its.get(answer, answer)]  # other names of the cell stay as they were
    names, log = {}, logging.getLogger("zclust_explore")
    level, printed = log.level, io.StringIO()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            for source in before:
                if not any(widget in source for widget in WIDGETS):
                    exec(source, names)
        with contextlib.redirect_stdout(printed):
            for cell in code[place + 2 :]:
                if not printed.getvalue():  # the first that says something
                    exec(cell.source, names)
    finally:
        log.setLevel(level)
    return printed.getvalue()


@pytest.mark.parametrize(("name", "exercise"), MISTAKES)
def test_a_check_says_what_is_wrong(runs, name, exercise):
    """A student with a usual mistake would read "not right yet" or a traceback, and not know where to look."""
    for answer, words in MISTAKES[name, exercise]:
        told = said(name, exercise, answer)
        assert words in told, answer
    assert "not filled in yet" in said(name, exercise, "exercise")
    right = said(name, exercise, "solution")
    assert " right" in right
    assert ": not " not in right and "wanted" not in right


def test_the_four_minutes_hold_what_is_said_of_them(monkeypatch):
    """A student would look for a burst in a quiet minute, or be told that the P wave on the screen is gone."""
    book = nbformat.read(FOLDER / "sources" / "01_spectrograms.ipynb", as_version=4)
    (source,) = [cell.source for cell in book.cells if "moments = " in cell.source]
    monkeypatch.setattr(zx, "plot_windows", lambda *_: None)
    names = {"zx": zx}
    exec(source, names)
    specs = names["pictures"](segment_s=15, fmin_hz=0.05)
    quiet, p_wave, burst, surface = np.asarray(specs.values)[names["moments"]]
    frequencies = np.asarray(specs.frequencies)

    def louder(minute, low, high):
        """By how much the loudest pixel of a band, in dB, is above that of the quiet minute."""
        band = (frequencies >= low) & (frequencies < high)
        return minute[band].max() - quiet[band].max()

    assert louder(burst, 5, 25) > 20
    assert abs(louder(burst, 0.05, 1)) < 6
    assert louder(p_wave, 1, 2) > 10
    assert louder(surface, 0.05, 0.2) > 6
    assert louder(surface, 1, 25) < 3


def test_nothing_is_told_before_the_guess():
    """A student would be asked for a guess with the curve, or the complaint, on the screen."""
    text = (FOLDER / "02_autoencoder.ipynb").read_text(encoding="utf-8")
    assert text.index("guess = None") < text.index("pretraining.plot") < text.index("computed = None")
    book = nbformat.read(FOLDER / "06_what_goes_wrong.ipynb", as_version=4)
    log = logging.getLogger("zclust_explore")
    level = log.level
    try:
        exec(next(cell.source for cell in book.cells if cell.cell_type == "code"), {})
        assert not logging.getLogger("zclust_explore.training.session").isEnabledFor(logging.WARNING)
    finally:
        log.setLevel(level)


def test_tags_decide_which_cell_is_where(tool):
    """An author would tag a cell and find it in the wrong version, or his outputs in all of them."""
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"widgets": {}}}
    book["cells"] = [cell("markdown", "a"), cell("code", "b", "exercise", "mine"), cell("code", "c", "solution")]
    kept = {name: tool.version(book, name)["cells"] for name in ("exercise", "solution", "all")}
    found = {name: "".join(cell["source"][0] for cell in cells) for name, cells in kept.items()}
    assert found == {"exercise": "ab", "solution": "ac", "all": "abc"}
    assert kept["exercise"][1]["metadata"] == {"tags": ["mine"]}
    book["cells"][1]["metadata"]["jupyter"] = {"source_hidden": True, "outputs_hidden": True}
    folded = tool.version(book, "exercise")["cells"][1]["metadata"]
    assert folded == {"jupyter": {"source_hidden": True}, "tags": ["mine"]}
    assert kept["all"][1]["outputs"] == [] and kept["all"][1]["execution_count"] is None
    assert "widgets" not in tool.version(book, "all")["metadata"]
    assert book["cells"][1]["execution_count"] == 3  # the argument is as it was


@pytest.mark.parametrize(
    "tags", [["exercise"], ["solution"], [None, "exercise", None, "solution"], ["exercise", "solution", "solution"]]
)
def test_an_exercise_without_a_solution_is_refused(tool, tags):
    """A teacher would stand before the class without the answer, or a student find one without a question."""
    cells = [cell("code", str(number), *filter(None, [tag])) for number, tag in enumerate(tags)]
    with pytest.raises(ValueError, match="exercise must be followed by its solution"):
        tool.check(cells)
    with pytest.raises(ValueError, match="either exercise or solution, got both"):
        tool.check([cell("code", "x", "exercise", "solution")])


def test_a_student_finds_the_workshop():
    """A newcomer would end the first notebook, or a teacher its notes, without the command that opens lesson 1."""
    command = f"make lab NOTEBOOK=notebooks/workshop/{SOURCES[0].name}"
    last = json.loads((FOLDER.parent / "00_start_here.ipynb").read_text(encoding="utf-8"))["cells"][-1]
    assert command in "".join(last["source"])
    assert command in (FOLDER / "README.md").read_text(encoding="utf-8").partition("## Plans")[0]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_each_lesson_says_what_the_clusters_do_not_show(source):
    """A student would take clusters for classes of events, and go home with that."""
    cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
    last = "".join(cells[-1]["source"])
    assert cells[-1]["cell_type"] == "markdown"
    assert "do *not* show" in last or "does *not* show" in last
    assert "cluster" in last.lower()


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_it_runs_on_binder(source, runs, tmp_path):
    """Thirty laptops would wait, or their kernels die; a student who has filled in nothing would see an error."""
    exercise, solution = execute([FOLDER / source.name, FOLDER / "solutions" / source.name], tmp_path)
    for done, name in ((exercise, "exercises"), (solution, "exercises and solutions")):
        print(f"{source.stem}, {name}: {done.memory_mb:.0f} MB, {done.cpu_s:.1f} CPU s")
    assert solution.memory_mb <= MEMORY_MB
    assert solution.cpu_s <= CPU_S
    assert " is right" not in exercise.text
    assert "not right" not in solution.text and "not filled in" not in solution.text
    for sentence in SAID[source.stem]:
        assert sentence in solution.text


def test_recorded_runs_are_made_once(runs, monkeypatch, tmp_path):
    """Each notebook would train again, or one that is interrupted leave half a run that all others open."""
    assert sorted(path.parent.name for path in runs.glob("*/*/run.json")) == sorted(N_CLUSTERS)
    for name, n_clusters in N_CLUSTERS.items():
        run = recorded_run(name)
        assert run.n_clusters == n_clusters and run.stop_reason
        assert run.directory.is_relative_to(runs)
    first, other = (list(recorded_run(name).snapshots) for name in ("toy", "toy_14"))
    pretrained = [taken for taken in first if taken.phase == "pretrain"][-1].step
    assert (first[pretrained].embedding == other[pretrained].embedding).all()  # the same pretraining
    with pytest.raises(ValueError, match="name must be one of 'kw1', 'toy', 'toy_14', got 'toy_9'"):
        recorded_run("toy_9")
    monkeypatch.setenv("ZCLUST_RECORDED_RUNS", str(tmp_path))
    monkeypatch.setattr("zclust_explore.training.trainer.Trainer.pretrain", interrupted)
    with pytest.raises(KeyboardInterrupt):
        recorded_run("toy")
    assert not list(tmp_path.rglob("*"))
