"""SignalPreview: records, their windows and spectrograms, while the settings are being chosen."""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import traitlets

from ..data.call import call
from ..data.listing import Listing
from ..data.previewing import Previewer
from ..data.responses import read_responses
from ..data.signal_settings import SignalSettings
from ..data.windowing import Windowing
from ..data.workers import Workers
from ._preview_look import look, records_of
from ._reruns import CellWidget
from ._script import page_script, style_sheet
from ._settings_form import field_of, form_of, settings_of

logger = logging.getLogger(__name__)

PUSH_S = 0.5  # between two messages about headers that were read
LENGTHS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
USUAL_S, USUAL_POINTS = 30.0, 1200


class SignalPreview(CellWidget):
    """Look at records and at what `read_spectrograms` would make of them, while moving its settings.

    Choose a record, and a window of it by click or arrow keys: its spectrogram is the very picture that the network is
    given. Along the waveform lie the windows, those that would be dropped with the reason. The line of Python at the
    foot recreates what is seen, for all records.

    Parameters
    ----------
    source : obspy.Stream, path, or several paths
        As `read_spectrograms` takes it: a stream, a file, a pattern, a folder. Headers of many files are read in the
        background.
    settings : SignalSettings, optional
        To begin with; what the panel has no field for (triggers, responses, …) stays as it is in these.
    inventory : obspy.Inventory or path, optional
        Responses, which can then be removed.

    Attributes
    ----------
    settings : SignalSettings
        As they are in the panel; may be assigned.
    code : str
        The line that recreates them, `zx.read_spectrograms(…)`; where the source is in memory it is called `stream`.

    Raises
    ------
    FileNotFoundError
        If there is nothing at a path.
    ValueError
        If a setting is impossible.

    Notes
    -----
    The signal-to-noise ratio of a window is 10 log₁₀ (S² / N²) dB, where S and N are the 95th percentiles of the
    absolute amplitudes in the window and in as long a time before it (with `before_s`: after and before the arrival),
    both after preprocessing and without their means. This is the definition of STEAD (Mousavi et al. 2019), which
    SeisBench's data sets follow. 0 dB is "as loud as before".

    Examples
    --------
    >>> import obspy, zclust_explore as zx
    >>> preview = zx.SignalPreview(obspy.read())
    >>> preview.code
    'zx.read_spectrograms(stream, window_s=5.0)'
    """

    _esm = page_script("preview_widget.js")
    _css = style_sheet()

    records = traitlets.Dict().tag(sync=True)  # the list, as columns
    look = traitlets.Dict().tag(sync=True)  # what is on show, with the settings that it was made with
    problem = traitlets.Dict().tag(sync=True)  # what is wrong with a setting or a record, and in which field
    code = traitlets.Unicode("").tag(sync=True)

    _finish: Any = None  # an error in the constructor leaves an object that is closed, too

    def __init__(self, source: Any, settings: SignalSettings | None = None, *, inventory: Any = None) -> None:
        if not isinstance(source, str | os.PathLike) and not hasattr(source, "stats") and not hasattr(source, "traces"):
            source = list(source)  # it is needed twice: to read, and to be written into the line
        self._source, self._given = source, inventory
        inventory = read_responses(inventory)
        self._listing = Listing(source)
        # processes that read headers may be busy with it for long: then others read samples
        workers = self._listing.workers if self._listing.done else Workers(1)
        self._previewer = Previewer(self._listing, inventory, workers)
        self._settings = settings or _usual(self._listing)
        if settings is not None and self._listing.entries:
            try:
                self._previewer.check(settings)
            except ValueError:
                self._previewer.workers.__exit__()
                raise
        self._place: dict[str, Any] = {"record": 0, "shown": 40}
        self._newest: dict[str, str] = {}  # of each view: its latest question
        self._count = 0
        # one thread: answers never keep the kernel waiting, and come in the order of the questions
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="zclust-preview")
        self._closed = threading.Event()
        self._responses = inventory is not None or self._settings.preprocessing.output is not None
        records = records_of(self._listing, self._responses)
        super().__init__(records=records, code=call(self._settings, source, self._given))
        self.on_msg(self._asked)
        reference = weakref.ref(self)
        self._finish = weakref.finalize(self, _end, self._closed, self._worker, self._previewer.workers)
        if self._listing.entries:
            self._worker.submit(_answer, reference, "", form_of(self._settings), self._place)
        if not self._listing.done:
            threading.Thread(target=_list, args=(reference, self._listing, self._closed), daemon=True).start()

    @property
    def settings(self) -> SignalSettings:
        """The latest settings that are possible."""
        return self._settings

    @settings.setter
    def settings(self, settings: SignalSettings) -> None:
        if self._listing.entries:
            self._previewer.check(settings)
        self._accept(settings)
        self._worker.submit(_answer, weakref.ref(self), "", form_of(settings), self._place)

    def close(self) -> None:
        """End the widget and the processes that read for it."""
        if self._finish is not None:
            self._finish()
        super().close()

    def _accept(self, settings: SignalSettings) -> None:
        self._settings = settings
        self.code = call(settings, self._source, self._given)

    # -- questions from the browser ----------------------------------------------------------------------------------

    def _asked(self, _: Any, content: Any, buffers: Any) -> None:
        """Take a question; only the newest of a view will be answered in full."""
        if "id" not in content:
            return  # a remark, not a question
        number = str(content.get("id"))
        self._newest[number.rpartition("-")[0]] = number
        try:
            self._worker.submit(_answer, weakref.ref(self), number, content["form"], content["place"])
        except RuntimeError:
            self.send({"id": number, "error": "this widget was closed"})

    def _answer(self, number: str, form: dict[str, str], place: dict[str, Any]) -> dict[str, Any]:
        if number and self._newest.get(number.rpartition("-")[0]) != number:
            return {"stale": True}
        try:
            settings = settings_of(form, self._settings)
            seen = look(self._previewer, settings, place)
        except (ValueError, TypeError) as error:  # a setting that cannot be: the last picture stays
            self.problem = {"field": field_of(str(error)), "text": str(error)}
            return {}
        self._count += 1
        self._place = {name: seen.get(name, place.get(name)) for name in ("record", "at_s", "from_s")}
        self._place["shown"] = place.get("shown")
        with self.hold_sync():
            self._accept(settings)
            self.problem = {}
            self.look = {"number": self._count, "form": form_of(settings), "shown": place.get("shown"), **seen}
        return {}


def _answer(reference: weakref.ref[SignalPreview], number: str, form: dict[str, str], place: dict[str, Any]) -> None:
    """Answer on the worker; every question gets an answer, if only that something failed."""
    widget = reference()
    if widget is None or widget._closed.is_set():
        return
    try:
        answer = widget._answer(number, form, place)
    except Exception as error:
        logger.exception("the preview of a record failed")
        answer = {"error": f"{type(error).__name__}: {error}"}
        if not number:
            widget.problem = {"field": "", "text": answer["error"]}
    if number:
        widget.send({"id": number, **answer})


def _list(reference: weakref.ref[SignalPreview], listing: Listing, closed: threading.Event) -> None:
    """Read the headers that are left, and show what there is now and then."""
    told = time.monotonic()
    more = True
    while more and not closed.is_set():
        more = listing.advance()
        if more and time.monotonic() - told < PUSH_S:
            continue
        told = time.monotonic()
        widget = reference()
        if widget is None:
            break
        widget.records = records_of(listing, widget._responses)
        del widget  # between two looks nothing here keeps it alive
    if listing.workers is not None:
        listing.workers.__exit__()


def _end(closed: threading.Event, worker: ThreadPoolExecutor, workers: Workers) -> None:
    """End processes after the question that is being answered; nothing here waits for it."""
    closed.set()
    try:
        worker.submit(workers.__exit__)
    except RuntimeError:  # Python itself is ending
        workers.__exit__()
    worker.shutdown(wait=False)


def _usual(listing: Listing) -> SignalSettings:
    """Windows of half a minute, or as long as the first record allows and as its sampling rate needs."""
    window_s = USUAL_S
    for entry in listing.entries[:1]:
        most = min(max(USUAL_S, USUAL_POINTS / entry.sampling_rate), entry.seconds / 6)
        window_s = float(max((length for length in LENGTHS_S if length <= most), default=entry.seconds / 6))
    return SignalSettings(Windowing(window_s))
