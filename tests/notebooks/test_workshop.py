"""The lessons of the workshop: made from their sources, without solutions for students, and cheap enough for Binder."""

import fcntl
import importlib.util
import json
from pathlib import Path

import nbformat
import pytest

from tests.harness.cost import execute
from zclust_explore.lessons.recorded_runs import N_CLUSTERS, recorded_run

FOLDER = Path(__file__).parents[2] / "notebooks" / "workshop"
SOURCES = sorted((FOLDER / "sources").glob("*.ipynb"))
MEMORY_MB, CPU_S = 1000, 180
# What must be in the output of the version with solutions: the sentence of each check that a student sees.
SAID = {
    "01_spectrograms": ["drift apart by 1 oscillations", "the lowest tone makes 1 oscillations"],
    "02_autoencoder": ["pixels in a window: 2880", "pixels that share one number: 288.0", "agreement with the kinds"],
    "03_soft_assignments": ["q is right", "p is right"],
    "04_dec_by_hand": ["the gradient is right"],
    "05_dec_on_seismic_windows": ["Run(24 snapshots of 931 windows, 6 clusters", "in doubt: "],
    "06_what_goes_wrong": ["the run says: Cluster", "kinds in the two"],
    "07_how_many_clusters": ["report: "],
    "08_your_own_data": ["windows of 60 s", "agreement with PCA + k-means"],
}


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


def test_tags_decide_which_cell_is_where(tool):
    """An author would tag a cell and find it in the wrong version, or his outputs in all of them."""
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"widgets": {}}}
    book["cells"] = [cell("markdown", "a"), cell("code", "b", "exercise", "mine"), cell("code", "c", "solution")]
    kept = {name: tool.version(book, name)["cells"] for name in ("exercise", "solution", "all")}
    found = {name: "".join(cell["source"][0] for cell in cells) for name, cells in kept.items()}
    assert found == {"exercise": "ab", "solution": "ac", "all": "abc"}
    assert kept["exercise"][1]["metadata"] == {"tags": ["mine"]}
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
    assert not [line for line in exercise.text.splitlines() if line.endswith(" is right")]
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
