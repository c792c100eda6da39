"""Et'al: plan work together, at once when connected and on when not."""

__version__ = "0.1.0"
