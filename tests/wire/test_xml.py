"""The parser that reads customers' bytes is closed, and the texts that we write stay texts."""

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from sepa.wire.xml import attributes, elements, escape, piece_parser, stream_parser


def read(content: bytes) -> list[str | None]:
    """The texts of all elements, as both parsers read them; they must agree."""
    stream = stream_parser("end")
    stream.feed(content)
    stream.close()
    texts = [each.text for each in elements(stream)]
    root = etree.fromstring(content, piece_parser(drop_blanks=False))
    assert sorted(map(str, texts)) == sorted(str(each.text) for each in root.iter("*"))
    return texts


@pytest.mark.parametrize("depth", [250, 300])
def test_elements_nest_so_deep(depth: int) -> None:
    content = b"<a>" * depth + b"</a>" * depth
    if depth < 256:
        assert len(read(content)) == depth
        return
    with pytest.raises(etree.XMLSyntaxError, match="depth"):
        etree.fromstring(content, piece_parser(drop_blanks=False))
    with pytest.raises(etree.XMLSyntaxError, match="depth"):
        stream_parser("end").feed(content)


def test_no_entity_is_expanded() -> None:
    assert read(b'<!DOCTYPE a [<!ENTITY e "one">]><a>&e;</a>') != ["one"]


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """A document type that is fetched would be found broken."""
    place = tmp_path / "some.dtd"
    place.write_text("<!ELEMENT", "utf-8")
    assert read(f'<!DOCTYPE a SYSTEM "{place}"><a>1</a>'.encode()) == ["1"]


def test_the_network_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """libxml2 may have been built without any network; so what it is asked for is looked at."""
    asked: list[bool] = []
    for name in ("XMLParser", "XMLPullParser"):
        real = getattr(etree, name)

        def made(*given: Any, real: Any = real, **named: Any) -> Any:
            asked.append(named["no_network"])
            return real(*given, **named)

        monkeypatch.setattr(etree, name, made)
    piece_parser(drop_blanks=True)
    stream_parser("end")
    assert asked == [True, True]


def test_what_is_broken_stays_broken() -> None:
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(b"<a><b>1</a>", piece_parser(drop_blanks=False))
    with pytest.raises(etree.XMLSyntaxError):
        read(b"<a><b>1</a>")


EVIL = "</Nm><Nm>&\"'\r"


def test_a_text_ends_no_tag() -> None:
    written = f"<a{attributes({'b': EVIL})}>{escape(EVIL)}</a>"
    root = etree.fromstring(written)
    assert (root.text, dict(root.attrib), len(root)) == (EVIL, {"b": EVIL}, 0)
