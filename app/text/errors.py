"""What can be wrong with a text operation."""

from __future__ import annotations


class TextOperationError(ValueError):
    """A text operation that cannot be used.

    ``code`` is stable and fit for a protocol; the message names places by number and never repeats the document.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class MalformedOperation(TextOperationError):
    """The operation is wrong by itself, whatever the text.

    Codes: ``not_a_list``, ``bad_component``, ``bad_count``, ``empty_component``, ``adjacent_components``,
    ``trailing_skip``, ``lone_surrogate``, ``bad_side``, ``bad_position``, ``deleted_text_missing``.
    """


class OperationTooLarge(TextOperationError):
    """The operation is above a limit. Codes: ``too_many_components``, ``too_much_text``."""


class OperationMismatch(TextOperationError):
    """The operation does not fit this text. Codes: ``past_end``, ``text_differs``."""
