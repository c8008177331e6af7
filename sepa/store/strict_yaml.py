"""YAML as we read it of the bank's own files: no key twice, no value under another's name, no objects, not deep.

An alias (`*name`) can make a page stand for billions of values, and a deep nest ends Python's own stack; neither is
needed to write a profile down. Whatever is wrong is a YAMLError with its line.
"""

from typing import Any

import yaml

LEVELS_MAX = 32


class StrictLoader(yaml.SafeLoader):
    """The safe loader of PyYAML, made strict."""

    _level = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise _refused(f"*{event.anchor}: write the value out", event.start_mark)
        if self._level == LEVELS_MAX:
            raise _refused(f"at most {LEVELS_MAX} levels", event.start_mark)
        self._level += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._level -= 1

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refused("a key must be a text", key.start_mark)
            if key.value in seen:
                raise _refused(f"the key {key.value} stands twice", key.start_mark)
            seen.add(key.value)
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, TypeError, AttributeError) as fault:  # such as the 30th of February
            problem = f"{str(node.value)[:80]!r} is no {node.tag.rpartition(':')[2]}"
            raise _refused(problem, node.start_mark) from fault


def _refused(problem: str, mark: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
