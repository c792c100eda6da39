"""The colours keep the contrast the look promises."""

from __future__ import annotations

import pytest

from app.ui.theme.tokens import DARK, LIGHT, Metrics, Tokens


def luminance(value: str) -> float:
    parts = [int(value[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def grounds(tokens: Tokens) -> tuple[str, ...]:
    return (
        tokens.window,
        tokens.surface,
        tokens.raised,
        tokens.inset,
        tokens.hover,
        tokens.pressed,
        tokens.selected,
    )


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)
class TestContrast:
    @pytest.mark.parametrize(("name", "least"), [("text", 11.3), ("text2", 5.7), ("text3", 4.56), ("accent_text", 5.9)])
    def test_words_can_be_read_on_every_ground(self, tokens: Tokens, name: str, least: float) -> None:
        assert min(contrast(getattr(tokens, name), ground) for ground in grounds(tokens)) >= least - 0.05

    def test_words_on_filled_buttons_can_be_read(self, tokens: Tokens) -> None:
        assert contrast(tokens.on_accent, tokens.accent) >= 4.5
        for fill in (tokens.danger, tokens.danger_hover, tokens.danger_pressed, tokens.accent_pressed):
            assert contrast(tokens.on_accent, fill) >= 4.5

    def test_the_word_of_a_state_can_be_read_on_its_soft_ground(self, tokens: Tokens) -> None:
        pairs = (
            (tokens.green, tokens.green_soft),
            (tokens.yellow, tokens.yellow_soft),
            (tokens.red, tokens.red_soft),
            (tokens.orange, tokens.orange_soft),
            (tokens.accent_text, tokens.selected),
        )
        for word, ground in pairs:
            assert contrast(word, ground) >= 4.9, (word, ground)

    def test_fills_people_and_edges_stand_out_from_the_surface(self, tokens: Tokens) -> None:
        shapes = [tokens.green_fill, tokens.yellow_fill, tokens.red_fill, tokens.accent, tokens.border_strong]
        shapes += [person.fill for person in tokens.people]
        for fill in shapes:
            assert contrast(fill, tokens.surface) >= 2.95, fill

    def test_initials_can_be_read_on_every_person(self, tokens: Tokens) -> None:
        assert len(tokens.people) == 8
        for person in tokens.people:
            assert contrast(person.text, person.fill) >= 4.5, person


def test_the_ninth_person_has_the_first_colour_again_and_labels_have_nine() -> None:
    assert LIGHT.person(8) == LIGHT.person(0)
    assert len({LIGHT.label(slot) for slot in range(9)}) == 9
    assert LIGHT.label(9) == LIGHT.label(0)


def test_rows_grow_with_the_text_and_never_shrink() -> None:
    assert Metrics().scaled(2.0).task_row == 72
    assert Metrics().scaled(0.8) == Metrics()
