"""What the tests of the look share: a theme in each colour, and a made-up team."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.theme.theme import Theme


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    look = Theme(qapp, "light", reduced_motion=True)
    yield look
    look.choose("light")


@pytest.fixture
def moving_theme(qapp: QApplication) -> Iterator[Theme]:
    look = Theme(qapp, "light", reduced_motion=False)
    yield look
    look.set_reduced_motion(True)
