"""The page script of the signal preview in a bare page: long lists, two views, no kernel, clean-up."""

import obspy
import pytest
from playwright.sync_api import expect

from tests.test_signal_preview import until
from zclust_explore.data.listing import Listing
from zclust_explore.data.sources import Entry
from zclust_explore.widgets._preview_look import records_of
from zclust_explore.widgets.signal_preview import SignalPreview

DAY_NS = 86_400_000_000_000
N = 10_000


@pytest.fixture(scope="module")
def state():
    """What a preview of ObsPy's example has sent to the browser."""
    widget = SignalPreview(obspy.read())
    until(lambda: widget.look)
    yield {name: getattr(widget, name) for name in ("records", "look", "problem", "code")}
    widget.close()


@pytest.fixture
def draw(mount, state):
    """Call with changes of the state: the page with a preview painted."""

    def call(**changes):
        page = mount(SignalPreview._esm, {**state, **changes}, css=SignalPreview._css)
        page.wait_for_selector(".zx-preview[data-painted=true]")
        return page

    return call


@pytest.fixture(scope="module")
def many():
    """An archive of a hundred stations and a hundred days."""
    listing = Listing(obspy.Stream())
    for k in range(N):
        station, day = divmod(k, 100)
        start = 1_700_000_000_000_000_000 + day * DAY_NS
        name = f"XX.S{station:02d}..HHZ"
        listing.entries.append(Entry(f"/sds/{name}.{day:03d}", "MSEED", 0, name, start, start + DAY_NS, 100.0))
    return records_of(listing, False)


def asked(page) -> list[dict]:
    """What was asked of Python so far."""
    return page.evaluate("() => model.sent.map(message => message.content.place)")


def test_ten_thousand_records_are_a_few_elements(draw, many) -> None:
    """A large archive would freeze the page, or only its first records could be reached."""
    page = draw(records=many)
    rows = page.locator(".zx-record")
    assert rows.count() < 20
    page.get_by_role("listbox").press("End")
    page.wait_for_selector(f".zx-record[data-record='{N - 1}'][aria-selected=true]")
    assert rows.count() < 20
    page.get_by_label("search records").fill("s42 2023-12-0")
    assert page.locator(".zx-records").get_attribute("data-found") == "9"
    page.get_by_label("search records").press("Enter")
    first = page.locator(".zx-record").first
    assert "XX.S42..HHZ" in first.inner_text() and "2023-12-01" in first.inner_text()
    page.get_by_label("next record").click()
    page.wait_for_function("() => model.sent.length > 0")
    assert "2 of 9 found · 10000 in all" in page.locator(".zx-recordfoot").inner_text()
    page.get_by_label("search records").fill("nobody")
    expect(page.get_by_text("No record has all these words.")).to_be_visible()


def test_two_views_show_the_same_and_leave_nothing_behind(draw) -> None:
    """A second view would stay empty, or closing a view leave listeners that keep all its data."""
    page = draw()
    page.evaluate("() => addView()")
    page.wait_for_function("() => document.querySelectorAll('.zx-preview[data-painted=true]').length === 2")
    assert page.evaluate("() => model.listening()") > 0
    page.evaluate("() => unmount()")
    assert page.evaluate("() => [model.listening(), document.querySelectorAll('.zx-preview').length]") == [0, 0]


def test_without_a_kernel_the_last_picture_stays(draw) -> None:
    """A notebook that is opened again would show an empty frame, or an error nobody understands."""
    page = draw()
    page.evaluate("() => { model.send = () => { throw new Error('not connected'); }; }")
    page.locator("[data-field=fmin_hz]").fill("3")
    page.get_by_text("no kernel: not connected").wait_for()
    assert page.locator(".zx-preview").get_attribute("data-picture") == "true"


def test_the_place_travels_with_the_question(draw) -> None:
    """A click on a window would show another."""
    page = draw()
    page.locator(".zx-stretch").press("ArrowRight")
    page.wait_for_function("() => model.sent.length === 1")
    assert asked(page)[0] == {"record": 0, "at_s": 2.5, "from_s": 0, "shown": 40}
    # while this one is not answered nothing more is sent
    for _ in range(5):
        page.locator(".zx-stretch").press("ArrowRight")
    page.wait_for_timeout(200)
    assert len(asked(page)) == 1
    page.evaluate("() => model.receive({id: model.sent[0].content.id})")
    page.wait_for_function("() => model.sent.length === 2")
    assert asked(page)[1]["at_s"] == 15.0


def test_every_field_has_a_name_and_the_picture_words(draw) -> None:
    """Somebody who does not see the page would not know what a field or the picture is."""
    page = draw()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll(".zx input, .zx select, .zx button, .zx [role=slider], .zx [role=img]")]
          .filter(el => !el.labels?.length && !el.ariaLabel && !el.textContent.trim()).map(el => el.outerHTML)"""
    )
    assert nameless == []
    words = page.locator(".zx-window").get_attribute("aria-label")
    assert words.startswith("spectrogram of window 1 of 11") and words.endswith("46 times, dB re 1 unit²/Hz")
    page.mouse.move(*[page.locator(".zx-window").bounding_box()[k] + 200 for k in ("x", "y")])
    text = page.locator(".zx-readout").inner_text()
    assert text.endswith(" dB") and " s · " in text and " Hz · " in text
