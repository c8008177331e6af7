"""The catalogue as the Slovak bank uses it, and with Slovak words for the sentences of the examples."""

import sys
from pathlib import Path

import pytest

from sepa.tell.catalogue import Catalogue

sys.path.insert(0, str(Path(__file__).parent))  # examples.py and days.py stand beside the tests


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.load("sk")
