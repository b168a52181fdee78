from django.contrib import messages
from django.http import HttpRequest


def say(request: HttpRequest, text: str, *, undo_url: str = "", level: int = messages.SUCCESS) -> None:
    """Tell the person on the next page what happened, with an "Undo" button that POSTs to `undo_url`."""
    messages.add_message(request, level, text, extra_tags=f"undo:{undo_url}" if undo_url else "")
