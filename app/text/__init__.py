"""Text operations on ``str``: pure functions, in the format of the public ``ot-text-unicode`` type."""

from app.text.compose import compose
from app.text.errors import MalformedOperation, OperationMismatch, OperationTooLarge, TextOperationError
from app.text.operation import (
    APPLIED_COMPONENTS_MAX,
    CARRIED_BYTES_MAX,
    COMPONENTS_MAX,
    COUNT_MAX,
    TEXT_LENGTH_MAX,
    Component,
    Delete,
    Op,
    apply,
    check,
    check_form,
    check_normal,
    deleted_length,
    invert,
    length_after,
    length_before,
    make_invertible,
    normalize,
)
from app.text.rebase import transform_many, transform_pair
from app.text.transform import Side, transform, transform_position

__all__ = [
    "APPLIED_COMPONENTS_MAX",
    "CARRIED_BYTES_MAX",
    "COMPONENTS_MAX",
    "COUNT_MAX",
    "TEXT_LENGTH_MAX",
    "Component",
    "Delete",
    "MalformedOperation",
    "Op",
    "OperationMismatch",
    "OperationTooLarge",
    "Side",
    "TextOperationError",
    "apply",
    "check",
    "check_form",
    "check_normal",
    "compose",
    "deleted_length",
    "invert",
    "length_after",
    "length_before",
    "make_invertible",
    "normalize",
    "transform",
    "transform_many",
    "transform_pair",
    "transform_position",
]
