"""Every statement, written with SQLAlchemy Core on the declared tables and compiled to text once."""

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.sql.elements import ClauseElement

from app.store.schema import table

DIALECT = sqlite.dialect(paramstyle="named")

META, ACCOUNT, DEVICE, INVITE = table("meta"), table("account"), table("device"), table("invite")
CHANNEL, ENTITY, TEXT, TEXT_OP = table("channel"), table("entity"), table("text"), table("text_op")
LOG, OUTCOME = table("log"), table("outcome")
_YES: ColumnElement[bool] = literal_column("1")
_NO: ColumnElement[bool] = literal_column("0")


def sql(statement: ClauseElement) -> str:
    """The statement as text with named parameters, for the driver, which keeps it prepared (LIBRARIES F5)."""
    compiled = statement.compile(dialect=DIALECT)
    assert all(value is None for value in compiled.params.values()), "a constant must be written as one"
    return str(compiled)


def _put(into: Table, *keys: str) -> Insert:
    """Insert, or replace all but the keys."""
    statement = insert(into)
    others = {column.name: statement.excluded[column.name] for column in into.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=others)


# -- deciding ----------------------------------------------------------------------------------------------------------

AUTHOR = sql(
    select(DEVICE.c.user, ACCOUNT.c.role, DEVICE.c.revoked, DEVICE.c.forgotten_below)
    .select_from(DEVICE)
    .join(ACCOUNT, ACCOUNT.c.user == DEVICE.c.user)
    .where(DEVICE.c.id == bindparam("device"))
)
WORKSPACE = sql(select(META.c.value).where(META.c.key == literal_column("'workspace'")))
RECORDED = sql(
    select(OUTCOME.c.hash, OUTCOME.c.result).where(
        OUTCOME.c.device == bindparam("device"), OUTCOME.c.n == bindparam("n")
    )
)
HEAD = sql(
    select(
        CHANNEL.c.seq, CHANNEL.c.hash, CHANNEL.c.epoch, CHANNEL.c.access, CHANNEL.c.log_bytes, CHANNEL.c.state_bytes
    ).where(CHANNEL.c.id == bindparam("channel"))
)
ROW = sql(select(ENTITY.c.row).where(ENTITY.c.id == bindparam("item")))
CHANNEL_OF = sql(select(ENTITY.c.channel).where(ENTITY.c.id == bindparam("item")))
BODY = sql(select(TEXT.c.rev, TEXT.c.body).where(TEXT.c.item == bindparam("item"), TEXT.c.field == bindparam("field")))
STEPS = sql(
    select(TEXT_OP.c.device, TEXT_OP.c.n, TEXT_OP.c.op)
    .where(
        TEXT_OP.c.item == bindparam("item"), TEXT_OP.c.field == bindparam("field"), TEXT_OP.c.rev > bindparam("after")
    )
    .order_by(TEXT_OP.c.rev)
)

_of_kind = ENTITY.c.kind == bindparam("kind")
_in_scope = ENTITY.c.channel == bindparam("scope")
_rank: BindParameter[str] = bindparam("rank")
_before, _after = ENTITY.c.position < _rank, ENTITY.c.position > _rank
_max, _min = select(func.max(ENTITY.c.position)), select(func.min(ENTITY.c.position))
LAST_RANK = {True: sql(_max.where(_of_kind, _in_scope)), False: sql(_max.where(_of_kind))}
"""By whether there is a scope."""
RANK_BESIDE = {
    ("before", True): sql(_max.where(_of_kind, _in_scope, _before)),
    ("before", False): sql(_max.where(_of_kind, _before)),
    ("after", True): sql(_min.where(_of_kind, _in_scope, _after)),
    ("after", False): sql(_min.where(_of_kind, _after)),
}

PUT_CHANNEL = sql(_put(CHANNEL, "id"))
PUT_ROW = sql(_put(ENTITY, "id"))
PUT_TEXT = sql(_put(TEXT, "item", "field"))
ADD_STEP = sql(insert(TEXT_OP))
ADD_ENTRY = sql(insert(LOG))
ADD_OUTCOME = sql(insert(OUTCOME))
SEE = sql(
    update(DEVICE)
    .where(DEVICE.c.id == bindparam("device"))
    .values(highest=func.max(DEVICE.c.highest, bindparam("seen")))
)

# -- settling ----------------------------------------------------------------------------------------------------------

HIGHEST = sql(select(DEVICE.c.highest, DEVICE.c.forgotten_below).where(DEVICE.c.id == bindparam("device")))
FORGET = sql(delete(OUTCOME).where(OUTCOME.c.device == bindparam("device"), OUTCOME.c.n < bindparam("below")))
FORGOTTEN = sql(update(DEVICE).where(DEVICE.c.id == bindparam("device")).values(forgotten_below=bindparam("below")))

# -- reading -----------------------------------------------------------------------------------------------------------

HEADS = sql(
    select(CHANNEL.c.id, CHANNEL.c.seq, CHANNEL.c.hash, CHANNEL.c.epoch, CHANNEL.c.access, ENTITY.c.row)
    .select_from(CHANNEL)
    .outerjoin(ENTITY, ENTITY.c.id == func.substr(CHANNEL.c.id, literal_column("3")))
    .order_by(CHANNEL.c.id)
)
ENTRIES = sql(
    select(LOG.c.entry).where(LOG.c.channel == bindparam("channel"), LOG.c.seq > bindparam("after")).order_by(LOG.c.seq)
)
BYTES_BEFORE = sql(
    select(LOG.c.bytes_before).where(LOG.c.channel == bindparam("channel"), LOG.c.seq == bindparam("seq"))
)
ROWS_OF_CHANNEL = sql(select(ENTITY.c.row).where(ENTITY.c.channel == bindparam("channel")))
TEXTS_OF_CHANNEL = sql(
    select(TEXT.c.item, TEXT.c.field, TEXT.c.rev, TEXT.c.body)
    .where(TEXT.c.channel == bindparam("channel"))
    .order_by(TEXT.c.item, TEXT.c.field)
)

# -- accounts ----------------------------------------------------------------------------------------------------------

ADD_META = sql(insert(META))
DEVICE_OF_TOKEN = sql(
    select(DEVICE.c.id, DEVICE.c.user, ACCOUNT.c.role, DEVICE.c.highest, DEVICE.c.name)
    .select_from(DEVICE)
    .join(ACCOUNT, ACCOUNT.c.user == DEVICE.c.user)
    .where(DEVICE.c.token_hash == bindparam("token_hash"), DEVICE.c.revoked == _NO)
)
_account = select(ACCOUNT.c.user, ACCOUNT.c.email, ACCOUNT.c.password_hash, ACCOUNT.c.role)
ACCOUNT_OF_EMAIL = sql(_account.where(ACCOUNT.c.email_key == bindparam("email_key")))
ACCOUNT_OF_USER = sql(_account.where(ACCOUNT.c.user == bindparam("user")))
ADD_ACCOUNT = sql(insert(ACCOUNT))
COUNT_ACCOUNTS = sql(select(func.count()).select_from(ACCOUNT))
OWNERS = sql(select(func.count()).select_from(ACCOUNT).where(ACCOUNT.c.role == literal_column("'owner'")))
SET_PASSWORD = sql(
    update(ACCOUNT).where(ACCOUNT.c.user == bindparam("of_user")).values(password_hash=bindparam("new_hash"))
)
MEMBERS = sql(
    select(ACCOUNT.c.user, ACCOUNT.c.role, ENTITY.c.row)
    .select_from(ACCOUNT)
    .join(ENTITY, ENTITY.c.id == ACCOUNT.c.user)
)
ADD_INVITE = sql(insert(INVITE))
INVITE_OF_SECRET = sql(
    select(INVITE.c.secret_hash, INVITE.c.role, INVITE.c.uses_left, INVITE.c.until, INVITE.c.made_by).where(
        INVITE.c.secret_hash == bindparam("secret_hash")
    )
)
USE_INVITE = sql(
    update(INVITE)
    .where(INVITE.c.secret_hash == bindparam("secret"), INVITE.c.uses_left > literal_column("0"))
    .values(uses_left=INVITE.c.uses_left - literal_column("1"))
)
ADD_DEVICE = sql(insert(DEVICE))
OWNER_OF_DEVICE = sql(select(DEVICE.c.user).where(DEVICE.c.id == bindparam("device")))
RENEW_DEVICE = sql(
    update(DEVICE)
    .where(DEVICE.c.id == bindparam("device"))
    .values(token_hash=bindparam("new_hash"), name=bindparam("new_name"), revoked=_NO)
)
REVOKE_DEVICE = sql(
    update(DEVICE)
    .where(DEVICE.c.id == bindparam("device"), DEVICE.c.user == bindparam("of_user"), DEVICE.c.revoked == _NO)
    .values(revoked=_YES, token_hash=null())
)
DEVICES = sql(
    select(DEVICE.c.id, DEVICE.c.name, DEVICE.c.made_at, DEVICE.c.revoked)
    .where(DEVICE.c.user == bindparam("user"))
    .order_by(DEVICE.c.made_at, DEVICE.c.id)
)
