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
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    help="Processes that make replications again, so that many can look at once [default: one for each processor].",
)
def command(folders: tuple[Path, ...], host: str, port: int, jobs: int | None) -> None:
    """Serve a page on which studies are compared, replications opened and sweeps brushed, until interrupted.

    DIR is a run or sweep folder, or a folder with such folders below it. Nothing outside them is served, nothing is
    written. Needs the extra [explore].
    """
    import functools
    import os

    from sim.problems import InputError, counted

    try:
        from dashboards.explorer import LOOPBACK, job_of, listen
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("dash", "flask"):
            raise
        raise InputError("ilrs explore needs Dash: pip install 'ilrs[explore]'") from error
    from dashboards.study_list import open_shelf
    from sim.study.engines import Pool, ask

    shelf = open_shelf(folders)
    with Pool(jobs or os.cpu_count() or 1) as workers:
        try:
            server = listen(shelf, host, port, functools.partial(ask, workers, job_of(shelf)))
        except OSError as error:
            raise InputError(f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port") from error
        if host not in LOOPBACK:
            click.echo(f"warning: whoever can reach {host}:{port} can look at these studies", err=True)
        for reason in shelf.left_out:
            click.echo(f"left out: {reason}", err=True)
        held = f"{counted(len(shelf.volumes), 'study', 'studies')} and {counted(len(shelf.sweeps), 'sweep')}"
        click.echo(f"{held}: http://{host}:{server.port}", err=True)
        server.serve_forever()
