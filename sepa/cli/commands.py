"""The commands. Each opens what it needs, calls the pipeline once, and shows what came of it.

Pages, plots and SQL are imported by the commands that use them: `sepa check` starts in half the time without.
"""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from sepa.cli import tables
from sepa.cli.comparing import DIFFERENT, Terms, compare
from sepa.cli.opening import opened, reference_for
from sepa.cli.options import (
    OUR_FAULT,
    REFUSED,
    At,
    HomeFolder,
    Json,
    Stop,
    day,
    instant,
    progress,
    say_json,
    screen,
)
from sepa.pipeline.check import check_file
from sepa.pipeline.outputs import late_in
from sepa.pipeline.start import AlreadyThere, start
from sepa.rules import RULES
from sepa.store.profiles import ProfileFault, load_profile, parameters, profile_names
from sepa.store.reference import ReferenceFault

app = typer.Typer(
    name="sepa",
    help="A SEPA clearing desk: judge every order, pay what is due, say what became of each and why.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command()
def check(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Message files to judge.",
            show_default=False,
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    bank: Annotated[
        str, typer.Option(metavar="PROFILE", help="A profile's name, or a YAML file.")
    ] = "otp-sk",
    at: At = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", exists=True, file_okay=False, help="Reference data: accounts, consents, banks."
        ),
    ] = None,
    partner: Annotated[
        str | None, typer.Option(metavar="ID", help="Judge as if this partner had sent it.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="PROFILE", help="Show what would end differently under this profile instead."),
    ] = None,
    at_against: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="Show what would end differently at this instant instead."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Judge files without changing anything. Ends with 1 when something is refused.

    With --against, --at-against or both, files are judged twice, and only what would end differently is shown:
    then it ends with 1 when something would, and with 0 when nothing would, whatever is refused.
    """
    try:
        profile = load_profile(bank)
        other = load_profile(against) if against else profile
        reference = reference_for(data, profile, other)
    except (ProfileFault, ReferenceFault) as fault:
        raise Stop(str(fault)) from None
    received_at = instant(at, profile)
    if against or at_against:
        sides = (
            Terms(profile, received_at),
            Terms(other, instant(at_against, other, "--at-against") if at_against else received_at),
        )
        if compare(files, *sides, reference=reference, data=data, partner=partner, as_json=as_json):
            raise typer.Exit(DIFFERENT)
        return
    refused = False
    if not as_json:
        tables.show_terms(screen, profile, received_at, data)
    with progress() as bar:
        task = bar.add_task("judging", total=len(files))
        for file in files:
            checked = check_file(
                file,
                profile=profile,
                reference=reference,
                received_at=received_at,
                partner=partner,
                every=as_json,
                told=lambda orders: bar.update(task, description=f"judging, {orders} orders"),
            )
            refused |= checked.verdict.status in ("RJCT", "PART")
            if as_json:
                say_json(checked.lines())
            else:
                tables.show_checked(screen, checked)
            bar.advance(task)
    raise typer.Exit(REFUSED if refused else 0)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    sample: Annotated[
        bool, typer.Option("--sample", help="With the sample bank and the drops of its day, 2026-04-02.")
    ] = False,
) -> None:
    """Make a home: the folders a desk lives in."""
    try:
        made = start(folder.absolute(), sample=sample)
    except AlreadyThere as there:
        raise Stop(str(there)) from None
    screen.print(f"A home is ready in {folder}.", markup=False)
    if made:
        screen.print(f"{made} files wait in the inboxes. Next:", markup=False)
        screen.print(f"  sepa run --home {folder} --at 2026-04-02T10:00", markup=False, soft_wrap=True)
    else:
        screen.print(
            "Put accounts.csv, consents.csv, participants.csv, screening.csv and partners.yaml into its reference "
            "folder, "
            "and the bank's terms as profile.yaml; without it the desk works by otp-sk."
        )


@app.command()
def rules(
    which: Annotated[
        list[str] | None,
        typer.Argument(metavar="RULE", help="Only these: an id, a name or a family.", show_default=False),
    ] = None,
    as_json: Json = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="The catalogue as docs/rules.md holds it.")
    ] = False,
) -> None:
    """List every rule, or show some of them in full.

    Sentence, source, element, codes, parameters with their values in each profile, and a pair of examples:
    what the rule refuses, and the nearest that it takes.
    """
    from sepa.cli.rules_page import rule_line, rules_markdown, selected, show_card, show_rules

    found = selected(RULES, which or ())
    if not found:
        raise Stop(f"There is no rule {', '.join(which or ())}; sepa rules lists them all.")
    profiles = {name: parameters(load_profile(name)) for name in profile_names()}
    if as_json:
        say_json(msgspec.json.encode(rule_line(rule, profiles)) for rule in found)
    elif markdown:
        sys.stdout.write(rules_markdown(found, profiles))
    elif which:
        for rule in found:
            show_card(screen, rule, profiles)
    else:
        show_rules(screen, found)


@app.command()
def explain(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A payment's key, or the beginning of a file's.")],
    home: HomeFolder = None,
    as_json: Json = False,
) -> None:
    """Tell a payment's whole story.

    What happened to it, when, by which rule and on whose word, from the journal.
    """
    with opened(home) as desk:
        if "-" not in key:
            files = desk.journal.find_files(prefix=key)
            if not files:
                raise Stop(f"No file has a key that begins with {key}.")
            tables.show_files(screen, files, as_json=as_json)
            return
        order, story = desk.journal.order(key), desk.journal.story(key)
        if order is None:
            raise Stop(f"No payment has the key {key}. Keys stand in every report and in sepa check --json.")
        tables.show_story(screen, order, story, desk.profile, late_in(desk, story), as_json=as_json)


@app.command()
def reconcile(
    date: Annotated[str, typer.Argument(metavar="DATE")],
    home: HomeFolder = None,
    at: At = None,
    as_json: Json = False,
) -> None:
    """Prove that a day adds up, to the cent.

    Money in = paid + waiting + held + refused + unsettled. Ends with 3 if it is not so.
    """
    from sepa.pipeline.day import reconcile as prove

    with opened(home) as desk:
        proof = prove(desk, day(date), instant(at, desk.profile))
    if as_json:
        say_json([msgspec.json.encode(proof)])
    else:
        tables.show_proof(screen, proof)
    raise typer.Exit(0 if proof.holds else OUR_FAULT)
