"""Everything that knows a tag name: the gate, the reader and the writers."""

from sepa.wire.paths import element_path
from sepa.wire.read import read

__all__ = ["element_path", "read"]
