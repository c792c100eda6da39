"""What is said between client and server: messages, codec, limits, versions."""
