"""A message that is refused by its head alone, for what came in earlier files. None of its orders is read."""

import datetime

from sepa.model.finding import NOTHING, Findings
from sepa.model.journal import FileRow
from sepa.model.message import MessageHead
from sepa.model.verdict import FileVerdict
from sepa.rules.files import content_seen, message_id_used
from sepa.store.journal import Sealing


def came_before(head: MessageHead, file: FileRow, sealing: Sealing) -> Findings:
    """Why a message is refused unread: another sender's orders of these very bytes stand, or its MsgId is used up."""
    if sealing.stands_elsewhere():
        return (content_seen(brought(file.name, file.received_at)),)
    owner = sealing.message_id_owner(file.partner, head.group_header.message_id)
    return (message_id_used(head, owner),) if owner is not None else NOTHING


def brought(name: str, received_at: datetime.datetime) -> str:
    """A file as its sender knows it. Of another sender's file nobody is told anything."""
    return f"{name}, {received_at:%Y-%m-%d %H:%M} UTC"


def refused_unread(head: MessageHead, findings: Findings) -> FileVerdict:
    """A whole message refused by its head alone; none of its orders is taken in."""
    return FileVerdict(
        status="RJCT",
        findings=findings,
        head=head,
        blocks=(),
        count=0,
        sum_text="0.00",
        message_id=head.group_header.message_id,
        message_name=head.name,
    )
