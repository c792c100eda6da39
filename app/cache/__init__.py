"""The client's two files: a cache that can be fetched again and an outbox that must not be lost."""
