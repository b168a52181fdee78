"""What can be wrong with the moments of an event."""


class WrongMoment(Exception):
    """`moment` names the field that cannot be right."""

    def __init__(self, moment: str) -> None:
        super().__init__(moment)
        self.moment = moment


class InTheFuture(WrongMoment):
    """It lies after the moment at which it is told."""


class OutOfOrder(WrongMoment):
    """It lies before a moment that must precede it: occurred, noticed, established."""
