"""Lessons as single files: from file://, in a browser without a network."""

import json

import pytest
from playwright.sync_api import expect

from tests.harness.browser import Watch
from zclust_explore import cli
from zclust_explore.lessons.lesson_file import shipped_lessons

COLOURS = """node => {
  const {data} = node.getContext("2d").getImageData(0, 0, node.width, node.height);
  return new Set(new Uint32Array(data.buffer)).size;
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The pages, as the command line writes them."""
    made = tmp_path_factory.mktemp("stick") / "lessons"
    assert cli.main(["lessons", str(made)]) == 0
    return made


@pytest.fixture
def offline(chromium):
    """Call with a file: its page in a new browser context without a network, watched; and all that it asked for."""
    opened = []

    def open_(path, **options):
        context = chromium.new_context(offline=True, accept_downloads=True, **options)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        opened.append((context, Watch(page)))
        page.goto(path.as_uri())
        page.wait_for_selector(".zx-lesson[data-painted=true]")
        return page, asked

    yield open_
    for context, watch in opened:
        watch.settle()
        context.close()
        # file:// is no network; nothing else may have been asked for
        assert not [url for url in watch.off_machine if not url.startswith("file://")]
        assert not watch.errors


@pytest.mark.parametrize("name", shipped_lessons())
def test_a_page_works_from_a_stick(name, folder, offline, artefacts) -> None:
    """On a laptop without a network the lesson would be an empty page."""
    path = folder / f"{name}.html"
    assert path.stat().st_size < 400_000
    page, asked = offline(path, viewport={"width": 390, "height": 800})
    assert asked == [path.as_uri()]
    assert page.locator(".zx-error").count() == 0
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "a phone would have to scroll"
    page.screenshot(path=artefacts / f"lesson_page_{name}_390.png", full_page=True)
    canvas = page.locator(".zx-lessonplace canvas").first
    assert canvas.evaluate(COLOURS) > 1, "nothing is drawn"


def test_answers_are_kept_by_the_browser_and_saved_as_a_file(folder, offline, tmp_path) -> None:
    """A closed tab would lose the answers, or a teacher never get them."""
    import zclust_explore as zx

    page, asked = offline(folder / "stft_playground.html")
    page.get_by_label("your name").fill("Inge")
    box = page.locator(".zx-guess").bounding_box()
    page.mouse.click(box["x"] + 0.56 * box["width"], box["y"] + 0.6 * box["height"])
    page.get_by_role("button", name="Lock in my guess").click()
    page.wait_for_selector(".zx-lesson[data-revealed=true]")
    assert "kept in this browser" in page.locator(".zx-lessonfoot").inner_text()
    page.reload()
    page.wait_for_selector(".zx-lesson[data-revealed=true]")
    assert page.get_by_label("your name").input_value() == "Inge"
    assert "kept in this browser" in page.locator(".zx-lessonfoot").inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save answers").click()
    assert download.value.suggested_filename == "Inge_stft_playground.json"
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert json.loads(path.read_text())["format"] == 1
    table = zx.read_answers(path)
    assert table[["student", "lesson", "step", "right"]].to_numpy().tolist() == [["Inge", "stft_playground", 1, True]]
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []


def test_a_name_is_typed_once_for_all_lessons(folder, offline) -> None:
    """A student would type the name seven times, or hand in six files without it."""
    page, _ = offline(folder / "choose_k.html")
    expect(page.get_by_label("your name")).to_be_empty()
    page.get_by_label("your name").fill("Inge")
    page.get_by_label("your name").press("Tab")
    page.goto((folder / "sharpening.html").as_uri())
    expect(page.get_by_label("your name")).to_have_value("Inge")
    assert "kept in this browser" not in page.locator(".zx-lessonfoot").inner_text(), "there is nothing to keep yet"


def test_a_browser_that_keeps_nothing_says_so(folder, chromium) -> None:
    """A student would close the page and find the answers gone."""
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    page.goto((folder / "choose_k.html").as_uri())
    page.wait_for_selector(".zx-lesson[data-painted=true]")
    page.get_by_label("your name").fill("Inge")
    page.get_by_label("your name").press("Tab")
    page.get_by_text("this browser keeps no answers").wait_for()
    context.close()
