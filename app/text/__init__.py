"""Text operations on ``str``: pure functions, in the format of the public ``ot-text-unicode`` type."""

from app.text.compose import compose
from app.text.difference import Hunk, difference, hunks, operation_of
from app.text.errors import MalformedOperation, OperationMismatch, OperationTooLarge, TextOperationError
from app.text.operation import (
    APPLIED_COMPONENTS_MAX,
    CARRIED_BYTES_MAX,
    COMPONENTS_MAX,
    COUNT_MAX,
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
from app.text.split import split
from app.text.three_way import Buried, Merge, Overlap, buried_inserts, hunks_of, three_way, three_way_operation
from app.text.transform import Side, transform, transform_position

__all__ = [
    "APPLIED_COMPONENTS_MAX",
    "CARRIED_BYTES_MAX",
    "COMPONENTS_MAX",
    "COUNT_MAX",
    "Buried",
    "Component",
    "Delete",
    "Hunk",
    "MalformedOperation",
    "Merge",
    "Op",
    "OperationMismatch",
    "OperationTooLarge",
    "Overlap",
    "Side",
    "TextOperationError",
    "apply",
    "buried_inserts",
    "check",
    "check_form",
    "check_normal",
    "compose",
    "deleted_length",
    "difference",
    "hunks",
    "hunks_of",
    "invert",
    "length_after",
    "length_before",
    "make_invertible",
    "normalize",
    "operation_of",
    "split",
    "three_way",
    "three_way_operation",
    "transform",
    "transform_many",
    "transform_pair",
    "transform_position",
]
