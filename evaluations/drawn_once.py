"""What was drawn lies beside the private keys until the row that holds it is committed: it is drawn once.

Whoever can make that row fail, night after night, would else read one draw after the other in the log of the
database, and their mean tells what the noise hides.
"""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction


def drawn_once(name: str, draw: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `draw` gives, or gave when the row was not committed; as JSON gives it back. Call it in the
    transaction that stores the row, in the worker: it is on disk before anybody sees it, and goes with the
    commit.
    """
    path = _path(name)
    if not path.exists():
        _keep(path, json.dumps(draw()))
    transaction.on_commit(lambda: path.unlink(missing_ok=True), robust=True)
    kept: dict[str, Any] = json.loads(path.read_text())
    return kept


def names(kind: str) -> list[str]:
    """What of this kind was drawn and, as far as is known here, not stored: `name` without "kind-"."""
    found = Path(settings.EVALUATION_KEY_DIR).glob(f"{kind}-*.drawn")
    return sorted(path.stem.removeprefix(f"{kind}-") for path in found)


def forget(name: str) -> None:
    """It is stored; whoever did was killed before it could say so."""
    _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    return Path(settings.EVALUATION_KEY_DIR) / f"{name}.drawn"


def _keep(path: Path, content: str) -> None:
    """Whole, and on disk, when this returns; whoever was first is kept."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
