"""Which parts of a task row fit a width, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

TITLE_LEAST_PX: Final = 140
LABEL_GUESS_PX: Final = 60
GAP_PX: Final = 10
EDGE_PX: Final = 8
SYNC_GAP_PX: Final = 8
SYNC_PX: Final = 14
DUE_PX: Final = 52
AVATARS_PX: Final = 44
CLIP_PX: Final = 16
COMMENTS_PX: Final = 32
CHECKLIST_PX: Final = 42


@dataclass(frozen=True, slots=True)
class TaskColumns:
    """Right edges in px from the row's left edge; None for what does not fit. `labels` is how many are shown."""

    sync: float
    due: float
    avatars: float
    clip: float | None
    comments: float | None
    checklist: float | None
    labels: int
    labels_right: float


@lru_cache(maxsize=256)
def task_columns(width: int, scale: float = 1.0, compact: bool = False) -> TaskColumns:
    """Lay out the right side of a row of `width` px; `compact` (a window below 1000 px) starts one label narrower.

    Dropped in this order when the title would get less than 140 px: second label, checklist, clip, comments, labels.
    """
    labels, checklist, clip, comments = (1, False, True, True) if compact else (2, True, True, True)
    while True:
        needed = _needed(scale, labels, checklist, clip, comments)
        if needed <= width:
            break
        if labels == 2:
            labels = 1
        elif checklist:
            checklist = False
        elif clip:
            clip = False
        elif comments:
            comments = False
        elif labels:
            labels = 0
        else:
            break
    sync = width - EDGE_PX
    due = sync - SYNC_PX - SYNC_GAP_PX
    avatars = due - DUE_PX * scale - GAP_PX
    edge = avatars - AVATARS_PX - GAP_PX
    clip_at = edge if clip else None
    edge -= CLIP_PX + GAP_PX if clip else 0
    comments_at = edge if comments else None
    edge -= COMMENTS_PX * scale + GAP_PX if comments else 0
    checklist_at = edge if checklist else None
    edge -= CHECKLIST_PX * scale + GAP_PX if checklist else 0
    return TaskColumns(sync, due, avatars, clip_at, comments_at, checklist_at, labels, edge)


def _needed(scale: float, labels: int, checklist: bool, clip: bool, comments: bool) -> float:
    left = 10 + 16 + 10 + TITLE_LEAST_PX * scale
    right = EDGE_PX + SYNC_PX + SYNC_GAP_PX + DUE_PX * scale + GAP_PX + AVATARS_PX
    right += CLIP_PX + GAP_PX if clip else 0
    right += COMMENTS_PX * scale + GAP_PX if comments else 0
    right += CHECKLIST_PX * scale + GAP_PX if checklist else 0
    return left + right + labels * (GAP_PX + LABEL_GUESS_PX * scale)
