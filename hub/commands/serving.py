"""``hub demo``, ``hub serve``, ``hub migrate``."""

import asyncio
import signal
from typing import Annotated

import structlog
import typer
import uvloop

from hub.db.engine import Database
from hub.demo.run import run_demo
from hub.logs import configure_logs
from hub.running import running
from hub.server import serving
from hub.settings import Settings, settings
from hub.workers import serve_together

Port = Annotated[int, typer.Option("--port", envvar="PORT", help="Port on 127.0.0.1.")]


def demo(
    port: Port = 8000,
    stop: Annotated[
        bool, typer.Option("--exit", help="Print the journey and stop with status 0.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One line of JSON on standard output when ready.")
    ] = False,
) -> None:
    """Push real returns through the API, publish a release, and serve it."""
    configure_logs("WARNING")
    _end_well()
    try:
        uvloop.run(run_demo(port, stop=stop, as_json=as_json))
    except KeyboardInterrupt:
        structlog.get_logger().debug("demo stopped")


def serve(
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Server processes on the one port.")
    ] = 1,
) -> None:
    """Serve the hub. Settings come from the environment (HUB_…)."""
    chosen = settings()
    configure_logs(chosen.log_level)
    _end_well()
    if workers == 1:
        uvloop.run(_serve(chosen))
    else:
        serve_together(chosen, workers)


async def _serve(chosen: Settings) -> None:
    async with running(chosen) as hub, serving(hub) as task:
        await task


def _end_well() -> None:
    """Make SIGTERM end a command as Ctrl-C does: everything opened is closed."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def migrate() -> None:
    """Bring the database's schema up to date; harmless to repeat."""
    asyncio.run(_migrate(settings()))
    typer.echo("The database is up to date.")


async def _migrate(chosen: Settings) -> None:
    database = await Database.open(chosen, migrate=True)
    await database.close()
