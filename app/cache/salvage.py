"""Reading the rows of a damaged journal from its raw pages, those that SQLite no longer gives too.

A changed bit makes SQLite refuse a page, and makes a write-ahead log end before it, silently. Here every page of the
file and every frame of the log is decrypted by itself and searched for rows; each row proves by its own hash that it
is whole. File format: sqlite.org/fileformat2.html; pages of SQLCipher 4: AES-256-CBC, then vector and HMAC.
"""

from collections.abc import Callable, Iterator

from app.cache.journal import HASH_BYTES, JournalRow

PAGE_BYTES = 4096
_VECTOR_BYTES = 16
_RESERVED_BYTES = 80
USABLE_BYTES = PAGE_BYTES - _RESERVED_BYTES
_SALT_BYTES = 16
_WAL_HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24
_HASHES = bytes([12 + 2 * HASH_BYTES]) * 2  # the serial types of the columns `digest` and `chain`
_VARINT_BYTES_MAX = 9

Pages = dict[int, bytes]


def salvage(database: bytes, log: bytes, key: bytes) -> list[JournalRow]:
    """Every whole row found in the bytes of a journal and of its write-ahead log, oldest state first.

    A row stands in the result as often as it was found; there may be rows that were never committed.
    """
    open_page = _decryptor(key)
    pages: Pages = {}
    found: dict[tuple[int, bytes, bytes], JournalRow] = {}
    for number, page in _pages_of(database):
        pages[number] = open_page(number, page)
    for page in list(pages.values()):
        for row in _rows_in(page, pages):
            found[(row.id, row.digest, row.chain)] = row
    touched: list[int] = []
    for number, page, ends_commit in _frames_of(log):
        pages[number] = open_page(number, page)
        touched.append(number)
        if ends_commit:
            for number_touched in touched:
                for row in _rows_in(pages[number_touched], pages):
                    found[(row.id, row.digest, row.chain)] = row
            touched.clear()
    for number in touched:  # the log's end was cut, or the mark of a commit was hit
        for row in _rows_in(pages[number], pages):
            found[(row.id, row.digest, row.chain)] = row
    return list(found.values())


def _decryptor(key: bytes) -> Callable[[int, bytes], bytes]:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    algorithm = algorithms.AES256(key)

    def open_page(number: int, page: bytes) -> bytes:
        start = _SALT_BYTES if number == 1 else 0
        vector = page[USABLE_BYTES : USABLE_BYTES + _VECTOR_BYTES]
        opened = Cipher(algorithm, modes.CBC(vector)).decryptor().update(page[start:USABLE_BYTES])
        return bytes(start) + opened

    return open_page


def _pages_of(database: bytes) -> Iterator[tuple[int, bytes]]:
    for number in range(1, len(database) // PAGE_BYTES + 1):
        yield number, database[(number - 1) * PAGE_BYTES : number * PAGE_BYTES]


def _frames_of(log: bytes) -> Iterator[tuple[int, bytes, bool]]:
    place = _WAL_HEADER_BYTES
    while place + _FRAME_HEADER_BYTES + PAGE_BYTES <= len(log):
        number = int.from_bytes(log[place : place + 4], "big")
        size = int.from_bytes(log[place + 4 : place + 8], "big")
        place += _FRAME_HEADER_BYTES
        yield number, log[place : place + PAGE_BYTES], size != 0
        place += PAGE_BYTES


def _rows_in(page: bytes, pages: Pages) -> Iterator[JournalRow]:
    """Looks for the types of the two hashes, so a page whose own head is spoilt still gives its rows."""
    place = page.find(_HASHES)
    while place >= 0:
        for body_type_bytes in (1, 2, 3, 4):
            row = _row_at(page, place, body_type_bytes, pages)
            if row is not None:
                yield row
                break
        place = page.find(_HASHES, place + 1)


def _row_at(page: bytes, hashes: int, body_type_bytes: int, pages: Pages) -> JournalRow | None:
    """The row whose header ends with the types at `hashes`: header size, NULL for the id, the body's type, hashes."""
    header = hashes - body_type_bytes - 2
    header_bytes = body_type_bytes + 4
    if header < 2 or page[header] != header_bytes or page[header + 1] != 0:
        return None
    body_type, end = _varint(page, header + 2)
    if end != hashes or body_type < 12 or body_type % 2:
        return None
    body_bytes = (body_type - 12) // 2
    payload_bytes = header_bytes + body_bytes + 2 * HASH_BYTES
    for start in range(header - 2, max(-1, header - 2 * _VARINT_BYTES_MAX), -1):
        size, after = _varint(page, start)
        id_, end = _varint(page, after)
        if size != payload_bytes or end != header:
            continue
        payload = _payload(page, header, payload_bytes, pages)[header_bytes:]
        body, hashes_found = payload[:body_bytes], payload[body_bytes:]
        digest, chain = hashes_found[:HASH_BYTES], hashes_found[HASH_BYTES:]
        row = JournalRow(id_, body, digest, chain)
        if len(chain) == HASH_BYTES and row.sound:
            return row
    return None


def _payload(page: bytes, start: int, size: int, pages: Pages) -> bytes:
    """A cell's payload, the part on overflow pages too; shorter than `size` when a page is missing."""
    local_max = USABLE_BYTES - 35
    if size <= local_max:
        return page[start : start + size]
    local_min = (USABLE_BYTES - 12) * 32 // 255 - 23
    local = local_min + (size - local_min) % (USABLE_BYTES - 4)
    if local > local_max:
        local = local_min
    parts = [page[start : start + local]]
    left = size - local
    number = int.from_bytes(page[start + local : start + local + 4], "big")
    while left > 0 and number in pages:
        part = pages[number][4 : 4 + min(left, USABLE_BYTES - 4)]
        parts.append(part)
        left -= len(part)
        number = int.from_bytes(pages[number][:4], "big")
    return b"".join(parts)


def _varint(page: bytes, place: int) -> tuple[int, int]:
    """A variable-length number and the place after it; place -1 when it runs out of the page."""
    value = 0
    for index, byte in enumerate(page[place : place + _VARINT_BYTES_MAX] if place >= 0 else b""):
        if index == _VARINT_BYTES_MAX - 1:
            return value << 8 | byte, place + index + 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + index + 1
    return 0, -1
