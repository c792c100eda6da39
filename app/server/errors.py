"""What keeps a server from starting, as a sentence for people."""


class ServerFailure(Exception):
    """The server cannot start or go on; `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
