"""Where the folders that lie beside the package are: schemas we emit against, and fixtures."""

from pathlib import Path


class PlaceMissing(Exception):
    """A folder that belongs to the repository is not there."""


def schemas_folder() -> Path:
    """The folder of our own schemas. PlaceMissing when the package runs without its repository."""
    return _beside_the_package("schemas")


def fixtures_folder() -> Path:
    """The folder of sample drops and reference data. PlaceMissing as for `schemas_folder`."""
    return _beside_the_package("fixtures")


def _beside_the_package(name: str) -> Path:
    folder = Path(__file__).resolve().parents[2] / name
    if not folder.is_dir():
        raise PlaceMissing(
            f"There is no folder {name}/ beside the package at {folder.parent}. "
            "Run the desk from its repository, installed in editable form."
        )
    return folder
