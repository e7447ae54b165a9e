"""`ilrs score`: a slip model judged on a table of what was planned and what happened."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.options import as_json
from sim.cli.printing import print_json


@click.command("score")
@click.argument("law", type=click.Path(path_type=Path))
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--law", "name", default="", metavar="NAME", help="Which of its models; the one by class if not given.")
@as_json("the scores")
def command(law: Path, table: Path, name: str, json_: bool) -> None:
    """Judge a slip model on a table (CSV): how often P10 to P90 holds, and CRPS beside the plain forecasters.

    LAW is a catalogue file with `slips`, as `ilrs calibrate -o` writes it. TABLE has the columns programme, agency,
    kind, said_on, planned and actual; rows with `open: yes` have not come yet, and count as inside until they are
    proved outside. A model by class takes what is not known of its figures into account, and is wider for an agency or
    a kind that it does not know.
    """
    from sim.calibration.class_fit import describe_score
    from sim.calibration.law_file import read_law, score_law
    from sim.calibration.statements import COLUMNS, read_statements
    from sim.scenario.table import find_table, read_table

    read = read_law(law, name)
    wanted = f"a table of statements has {', '.join(COLUMNS)}"
    score = score_law(read, read_statements(read_table(find_table(table), wanted=wanted)))
    if json_:
        print_json(score.document())
    else:
        click.echo("\n".join(describe_score(read.name, table.name, score)))
