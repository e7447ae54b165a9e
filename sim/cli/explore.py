"""`ilrs explore`: look at studies and sweeps in the browser, replication by replication."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("explore")
@click.argument("folders", nargs=-1, required=True, metavar="DIR...", type=click.Path(path_type=Path))
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. Any other than this machine's own lets others on the network look.",
)
@click.option("--port", default=8050, show_default=True, type=click.IntRange(1, 65535))
def command(folders: tuple[Path, ...], host: str, port: int) -> None:
    """Serve a page on which studies are compared, replications opened and sweeps brushed, until interrupted.

    DIR is a run or sweep folder, or a folder with such folders below it. Nothing outside them is served, nothing is
    written. Needs the extra [explore].
    """
    from sim.problems import InputError

    try:
        from dashboards.explorer import LOOPBACK, listen
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("dash", "flask"):
            raise
        raise InputError("ilrs explore needs Dash: pip install 'ilrs[explore]'") from error
    from dashboards.shelf import open_shelf

    shelf = open_shelf(folders)
    try:
        server = listen(shelf, host, port)
    except OSError as error:
        raise InputError(f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port") from error
    if host not in LOOPBACK:
        click.echo(f"warning: whoever can reach {host}:{port} can look at these studies", err=True)
    for reason in shelf.left_out:
        click.echo(f"left out: {reason}", err=True)
    click.echo(f"{len(shelf.volumes)} studies and {len(shelf.sweeps)} sweeps: http://{host}:{server.port}", err=True)
    server.serve_forever()
