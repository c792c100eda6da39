"""Bounds on everything that comes from outside: sizes in bytes, times in seconds."""

FRAME_BYTES_MAX = 1 << 20
"""One frame as sent (SYNC 4)."""
CLIENT_PLAIN_BYTES_MAX = 2 << 20
SERVER_PLAIN_BYTES_MAX = 8 << 20
"""One frame after decompression, from a client and from a server."""
BATCH_BYTES = 64 << 10
"""A batch of entries or snapshot rows is cut at about this size."""
PART_CHARACTERS = 60_000
"""A text in a snapshot is sent in parts of this many code points."""
COMPRESS_BYTES_MIN = 256
"""Smaller frames are sent plain."""
CHANGES_PER_PUSH_MAX = 64
PUSH_WINDOW = 16
"""Frames of changes in flight."""
CHANGE_BYTES_MAX = 512 << 10
CHANNELS_MAX = 10_000
"""Channels in one `hello`."""
IN_DOUBT_MAX = 20_000

HELLO_WAIT_S = 10.0
"""From the open socket to the first whole frame, and to a valid hello."""
FRAME_WAIT_S = 10.0
"""From the first byte of a frame to its last."""
IDLE_PING_S = 5.0
"""Silence after which the server asks whether anybody is there."""
DEAD_S = 12.0
"""Silence after which the server takes the other for gone (SYNC 8)."""
CLIENT_PING_S = 4.0
CLIENT_DEAD_S = 9.0
"""Green never outlives 10 s without a frame while the window is active (case 31)."""
BACKGROUND_PING_S = 10.0
BACKGROUND_DEAD_S = 27.0

SEND_QUEUE_FRAMES_MAX = 256
SEND_QUEUE_BYTES_MAX = 1 << 20
"""Beyond either the connection goes into lag mode (SYNC 4)."""
MESSAGES_PER_S_MAX = 2_000
"""Frames other than pushes from one connection; pushes are slowed by leaving them unread."""
PRESENCE_PER_S_MAX = 30
PASSWORD_BYTES_MAX = 1024
PASSWORD_CHARACTERS_MIN = 12
TYPING_S = 5.0
"""A typing mark ends at every viewer after this (SYNC 8)."""
TYPING_REFRESH_S = 2.0
