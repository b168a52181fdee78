import pytest


@pytest.fixture(autouse=True)
def _own_keys(settings, tmp_path):
    """The private keys of each test lie in a folder of its own."""
    settings.EVALUATION_KEY_DIR = tmp_path / "keys"
