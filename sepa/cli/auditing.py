"""`sepa audit`: seal a day, and prove that the past was not rewritten."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from sepa.cli.commands import app
from sepa.cli.opening import opened
from sepa.cli.options import REFUSED, At, HomeFolder, Json, Stop, day, instant, say_json, screen
from sepa.cli.tables import some

SHOWN_MAX = 20

audit_app = typer.Typer(
    help="Prove that nothing was changed, removed or added since it was written, and seal days.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(audit_app, name="audit")


@audit_app.command()
def verify(
    seal: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A seal that was kept outside: its past must still be the same.",
            exists=True,
            dir_okay=False,
            readable=True,
            show_default=False,
        ),
    ] = None,
    all_files: Annotated[
        bool,
        typer.Option(
            "--all-files", help="A published file that is gone is a flaw; else it may have been fetched."
        ),
    ] = False,
    home: HomeFolder = None,
    as_json: Json = False,
) -> None:
    """Follow the chain from its first link, and hold every row, seal and file against it. Changes nothing.

    Names what was changed, removed, reordered or added, the oldest first, and what was lawfully purged. Ends with 1
    when anything is not as it was written.
    """
    from sepa.pipeline.audit import NoSeal, audit, read_seal

    try:
        kept = read_seal(seal.read_bytes()) if seal is not None else None
    except NoSeal as fault:
        raise Stop(f"{seal}: {fault}") from None
    with opened(home) as desk:
        found = audit(desk, seal=kept, all_files=all_files)
    if as_json:
        say_json(msgspec.json.encode({"kind": "flaw", **msgspec.to_builtins(each)}) for each in found.flaws)
        say_json(msgspec.json.encode({"kind": "purged", **msgspec.to_builtins(each)}) for each in found.gone)
        say_json(
            [
                msgspec.json.encode(
                    {
                        "kind": "audit",
                        "holds": not found.flaws,
                        "links": found.links,
                        "seals": len(found.seals),
                        "flaws": len(found.flaws),
                        "purged": len(found.gone),
                        "fetched": list(found.fetched),
                    }
                )
            ]
        )
    else:
        for flaw in found.flaws[:SHOWN_MAX]:
            screen.print(flaw.sentence, markup=False, style="red", soft_wrap=True)
        if len(found.flaws) > SHOWN_MAX:
            screen.print(f"... and {len(found.flaws) - SHOWN_MAX} more; --json shows them all", style="dim")
        for each in found.gone:
            told = f"Lawfully purged: file {each.file_key[:24]} by {each.by} on {each.at:%Y-%m-%d} ({each.reason})."
            screen.print(told, markup=False, soft_wrap=True)
        if found.fetched:
            screen.print(f"{some(len(found.fetched), 'published file')} no longer here.", style="dim")
        whole = "every row and file is as it was written" if not found.flaws else "the past was changed"
        told = f"{some(found.links, 'link')}, {some(len(found.seals), 'sealed day')}: {whole}."
        screen.print(told, style="green" if not found.flaws else "red")
        if kept is not None and not found.flaws:
            screen.print(f"Nothing written before the seal of {kept.day} was changed since.", style="green")
    raise typer.Exit(REFUSED if found.flaws else 0)


@audit_app.command()
def seal(
    date: Annotated[str, typer.Argument(metavar="DATE")],
    home: HomeFolder = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Seal a day: how far the chain goes now, told in a small file to keep outside.

    The DAG "End of day" does it every evening.
    """
    from sepa.pipeline.audit import seal_day

    with opened(home) as desk:
        done = seal_day(desk, day(date), instant(at, desk.profile))
    if as_json:
        say_json([msgspec.json.encode({"kind": "seal", "path": done.path, **msgspec.to_builtins(done.seal)})])
    else:
        screen.print(f"{done.seal.day} is sealed at link {done.seal.link}: {done.path}", markup=False)
