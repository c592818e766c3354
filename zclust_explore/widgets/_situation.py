"""Where a run stands, in words for the person at the panel."""

from __future__ import annotations

import sys
from typing import Any

from ..data.run import Run

STEERED = ("learning_rate", "reconstruction_weight", "update_interval", "n_epochs")


def situation(run: Run, status: str) -> dict[str, Any]:
    """Say what happened: `warnings`, `stop_reason`, `interrupted`, `phase` of the last snapshot, `forked`, `undo`."""
    events, steps = run.events, len(run)
    told: dict[str, Any] = {
        "warnings": list(dict.fromkeys(event["message"] for event in events if event["kind"] == "warning"))[-3:],
        "stop_reason": run.stop_reason or "",
        "forked": next((event["message"] for event in reversed(events) if event["kind"] == "fork"), ""),
        "undo": next((_dated(event) for event in reversed(events) if event["kind"] == "act"), ""),
        "interrupted": "",
        "snapshots": steps,
        "over": False,
    }
    if not steps:
        return told
    told["phase"] = run.snapshot().phase
    ended = [event for event in events if event["kind"] in ("pretrain", "cluster", "resume", "stop", "fork", "act")]
    last = ended[-1] if ended else {}
    told["over"] = last.get("status") == "finished" and told["phase"] == "cluster"
    if status == "idle" and last.get("kind") in ("pretrain", "cluster", "resume"):
        told["interrupted"] = (
            f"This training was cut off, as when a kernel ends or restarts. What it had recorded is kept, {steps} "
            "steps: Resume goes on from the last one, to the same result."
        )
    return told


def _dated(event: dict[str, Any]) -> str:
    return f"Step {event['step'] + 1}: {event['message']}"


def settings_now(run: Run) -> dict[str, Any]:
    """Settings that can be steered, as they are in force at the last snapshot."""
    phase = run.snapshot().phase if len(run) else "pretrain"
    begun = [event["settings"] for event in run.events if event["kind"] == phase]
    now = {"learning_rate": run.settings.get("learning_rate")} | (begun[-1] if begun else {})
    for act in run.acts:
        steered = act.get("settings", {})
        now |= {name: value for name, value in steered.items() if act["phase"] == phase or name == "learning_rate"}
    return {name: now[name] for name in STEERED if now.get(name) is not None}


def memory_mb() -> int:
    """Largest memory that this process has taken so far, in MB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6)
