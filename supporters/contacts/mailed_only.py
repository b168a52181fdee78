"""Whether somebody can be mailed and not called: what is said to them, and of them, then says "mail"."""

from supporters.models import Offer


def is_mailed(offer: Offer) -> bool:
    """Of the person of `offer`; it reads their account and how they wish to be reached."""
    wish, person = getattr(offer, "reach_me", None), offer.involvement
    return mailed_only(
        numbers=(wish.telephone if wish else "", person.telephone_now),
        addresses=(wish.email if wish else "", person.email_now),
    )


def mailed_only(*, numbers: tuple[str | None, ...], addresses: tuple[str | None, ...]) -> bool:
    """No number of theirs is known, and an address is: of what they gave and what stands there already."""
    return not any(numbers) and any(addresses)
