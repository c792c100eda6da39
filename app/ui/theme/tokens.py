"""Every colour, size, letter style and duration of the window, without Qt."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final, Literal

ThemeName = Literal["light", "dark"]

INK_LIGHT: Final = "#1F1E1B"
INK_DARK: Final = "#161512"
WHITE: Final = "#FFFFFF"


@dataclass(frozen=True, slots=True)
class PersonColour:
    """The fill of a person's disc and the colour of the initials on it, as "#RRGGBB"."""

    fill: str
    text: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """All colours of one theme as "#RRGGBB"; an alpha beside a colour is 0.0 to 1.0."""

    name: ThemeName
    window: str
    surface: str
    raised: str
    inset: str
    hover: str
    pressed: str
    selected: str
    border: str
    line: str
    border_strong: str
    text: str
    text2: str
    text3: str
    accent: str
    accent_hover: str
    accent_pressed: str
    accent_text: str
    on_accent: str
    green: str
    green_fill: str
    green_soft: str
    yellow: str
    yellow_fill: str
    yellow_soft: str
    red: str
    red_fill: str
    red_soft: str
    danger: str
    danger_hover: str
    danger_pressed: str
    violet: str
    orange: str
    orange_soft: str
    inserted: str
    deleted: str
    skeleton: str
    shadow: str
    shadow_alpha: float
    scrim: str
    scrim_alpha: float
    ink: str
    people: tuple[PersonColour, ...]
    extra_label: str

    def person(self, slot: int) -> PersonColour:
        """The colours of the person in `slot`; slots are given in order of joining and wrap at eight."""
        return self.people[slot % len(self.people)]

    def label(self, slot: int) -> str:
        """The dot of a label or project: the eight people's fills and one more."""
        place = slot % (len(self.people) + 1)
        return self.extra_label if place == len(self.people) else self.people[place].fill


LIGHT: Final = Tokens(
    name="light",
    window="#F6F5F2",
    surface="#FFFFFF",
    raised="#FFFFFF",
    inset="#FAF9F7",
    hover="#F2F1ED",
    pressed="#E9E7E2",
    selected="#E8EDFB",
    border="#E6E4DE",
    line="#D6D3CB",
    border_strong="#8A867D",
    text="#1F1E1B",
    text2="#5B5850",
    text3="#6B675E",
    accent="#2F55D0",
    accent_hover="#2748B8",
    accent_pressed="#203C9C",
    accent_text="#2748B8",
    on_accent="#FFFFFF",
    green="#187540",
    green_fill="#22A15A",
    green_soft="#E3F4EA",
    yellow="#7F5200",
    yellow_fill="#BF7F00",
    yellow_soft="#FCF1D2",
    red="#BC2C24",
    red_fill="#D6382F",
    red_soft="#FCE8E6",
    danger="#C22F27",
    danger_hover="#AD2A23",
    danger_pressed="#97251F",
    violet="#6B4BC4",
    orange="#A54807",
    orange_soft="#FCEBDD",
    inserted="#DDF3E4",
    deleted="#FBE3E0",
    skeleton="#ECEAE5",
    shadow="#1F1E1B",
    shadow_alpha=0.14,
    scrim="#1F1E1B",
    scrim_alpha=0.40,
    ink=INK_LIGHT,
    people=(
        PersonColour("#106EB3", WHITE),
        PersonColour("#E9702B", INK_LIGHT),
        PersonColour("#3AA195", INK_LIGHT),
        PersonColour("#CB67EE", INK_LIGHT),
        PersonColour("#8F5F08", WHITE),
        PersonColour("#6D0E2F", WHITE),
        PersonColour("#273170", WHITE),
        PersonColour("#515865", WHITE),
    ),
    extra_label="#D4487A",
)

DARK: Final = Tokens(
    name="dark",
    window="#161512",
    surface="#1C1B18",
    raised="#262420",
    inset="#211F1C",
    hover="#252420",
    pressed="#302D28",
    selected="#252E4A",
    border="#312F2A",
    line="#45423B",
    border_strong="#7D7970",
    text="#EEECE7",
    text2="#B3AFA5",
    text3="#9C988F",
    accent="#4467DE",
    accent_hover="#5374E4",
    accent_pressed="#3A59C6",
    accent_text="#92A9FA",
    on_accent="#FFFFFF",
    green="#4FC37F",
    green_fill="#3DBE74",
    green_soft="#1B3325",
    yellow="#E3B341",
    yellow_fill="#E3B341",
    yellow_soft="#382D12",
    red="#FF7B72",
    red_fill="#F0574D",
    red_soft="#42201D",
    danger="#C93A32",
    danger_hover="#B8342C",
    danger_pressed="#A32E27",
    violet="#B39DF3",
    orange="#F0975A",
    orange_soft="#3B2615",
    inserted="#1D3A28",
    deleted="#47221F",
    skeleton="#2B2925",
    shadow="#000000",
    shadow_alpha=0.50,
    scrim="#000000",
    scrim_alpha=0.55,
    ink=INK_DARK,
    people=(
        PersonColour("#228FF4", INK_DARK),
        PersonColour("#E99564", INK_DARK),
        PersonColour("#A8EECE", INK_DARK),
        PersonColour("#B264B7", INK_DARK),
        PersonColour("#F3D135", INK_DARK),
        PersonColour("#DD585B", INK_DARK),
        PersonColour("#27C0FE", INK_DARK),
        PersonColour("#9DA2B4", INK_DARK),
    ),
    extra_label="#D4487A",
)


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """Size and line height in px, weight as in CSS, letter spacing in px."""

    size: int
    line: int
    weight: int
    spacing: float = 0.0


TYPE: Final[dict[str, TypeStyle]] = {
    "caption": TypeStyle(11, 16, 500),
    "caption-strong": TypeStyle(11, 16, 600),
    "small": TypeStyle(12, 16, 400),
    "small-medium": TypeStyle(12, 16, 500),
    "small-strong": TypeStyle(12, 16, 600),
    "body": TypeStyle(13, 20, 400),
    "body-medium": TypeStyle(13, 20, 500),
    "body-strong": TypeStyle(13, 20, 600),
    "description": TypeStyle(14, 22, 400),
    "section": TypeStyle(16, 24, 600),
    "title": TypeStyle(20, 28, 600, -0.25),
    "display": TypeStyle(28, 36, 600, -0.5),
    "note": TypeStyle(16, 27, 400),
    "note-h2": TypeStyle(20, 28, 600),
    "note-h1": TypeStyle(28, 36, 600),
    "mono": TypeStyle(12, 18, 400),
    "mono-large": TypeStyle(15, 24, 400),
}


@dataclass(frozen=True, slots=True)
class Metrics:
    """Sizes in device-independent px, at a text size of 100 %."""

    sidebar: int = 256
    rail: int = 56
    detail: int = 472
    header: int = 56
    tabs: int = 40
    workspace_row: int = 40
    search: int = 32
    nav_row: int = 30
    section_label: int = 28
    footer: int = 48
    task_row: int = 36
    group_row: int = 32
    pending_row: int = 54
    pending_panel: int = 456
    menu_row: int = 30
    property_row: int = 30
    property_value: int = 26
    property_key: int = 84
    button: int = 28
    button_dialog: int = 32
    button_large: int = 36
    field: int = 32
    field_form: int = 36
    pill: int = 28
    toast: int = 40
    tag: int = 20
    count: int = 18
    checkbox: int = 16
    reaction: int = 22
    composer: int = 40
    composer_most: int = 160

    def scaled(self, factor: float) -> Metrics:
        """The same sizes for text `factor` times as large; they never shrink below their drawing."""
        grow = max(1.0, factor)
        return replace(self, **{field.name: round(getattr(self, field.name) * grow) for field in fields(self)})


WIDE_PX: Final = 1280
NARROW_PX: Final = 1000
WINDOW_LEAST_PX: Final = (720, 480)
SHADOW_MARGIN_PX: Final = 28
SHADOW_OFFSET_PX: Final = 8
RADIUS_TAG: Final = 4
RADIUS_CONTROL: Final = 6
RADIUS_FIELD: Final = 8
RADIUS_CARD: Final = 10
RADIUS_POPOVER: Final = 12
DISABLED_ALPHA: Final = 0.45
SELECTION_ALPHA: Final = 0.26
TINT_ALPHA: Final = 0.16
