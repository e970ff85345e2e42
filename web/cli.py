"""The command line: `carerelay serve`, `worker`, `migrate`, `demo`, `publish`, `check`, `simulate`, `user add`,
`user reset` and `permissions`; `audit` and `keys` are in web.guarding, `people` in web.indexing."""

import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from models import migrations
from web import config as configuration
from web import guarding, indexing, placing, serving, simulating
from web.command import database as _database
from web.command import work as _work
from web.config import Config
from web.telling import tell_findings
from workflow import studio
from workflow.engine import Bundle, BundleRefused

LIBRARY = configuration.ROOT / "bpmn"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """社工接力 CareRelay: the service that medical social work runs on."""


main.add_command(guarding.audit)
main.add_command(guarding.keys)
main.add_command(indexing.people)


@main.command()
@click.option("--host", help="Address to listen on (CARERELAY_HOST).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (CARERELAY_PORT).")
@click.option("--worker", "with_worker", is_flag=True, help="Run a worker for due dates and reminders beside it.")
@click.option("--demo", "with_demo", is_flag=True, help="Load demo people and cases first, and print the accounts.")
def serve(*, host: str | None, port: int | None, with_worker: bool, with_demo: bool) -> None:
    """Bring the database up to date and serve the pages until Ctrl-C."""
    from web.app import create_app

    _log()
    serving.stop_on_signals()
    with _stopping(), ExitStack() as stack:
        config = stack.enter_context(_database(migrate=True))
        config = replace(config, host=host or config.host, port=config.port if port is None else port)
        server = stack.enter_context(serving.listening(create_app(config), config))
        if with_demo:
            _load_demo(config)
        if with_worker:
            stack.enter_context(serving.worker_process())
        click.echo(f"\n社工接力 CareRelay: http://{config.host}:{server.effective_port}    (Ctrl-C 停止 / stops)\n")
        server.run()


@main.command()
@click.option("--until-input-ends", is_flag=True, hidden=True, help="Stop when the standard input is closed.")
def worker(*, until_input_ends: bool) -> None:
    """Work off what is due (reminders, due dates, messages) until Ctrl-C; start as many as you like."""
    from workflow.clock import worker as clock_worker

    _log()
    serving.stop_on_signals()
    with _stopping(), _database(migrate=True) as config:
        if until_input_ends:
            serving.stop_when_input_ends(sys.stdin.buffer)
        clock_worker.run(config.database_url, config.attachments_dir)


@main.command()
@click.option("--new", "message", metavar="MESSAGE", help="Write the next version file from the models instead.")
def migrate(*, message: str | None) -> None:
    """Bring the database to the shape that this version expects."""
    with _database(migrate=True) as config:
        if message:
            migrations.create(config.database_url, message)
        click.echo(f"数据库已是最新 / database is up to date: {migrations.head()}")


@main.command()
def demo() -> None:
    """Load demo organisations, people and cases (again: changes nothing), and print the accounts."""
    with _database(migrate=True) as config:
        _load_demo(config)


@main.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
def publish(*, folders: tuple[Path, ...]) -> None:
    """Publish process folders (all of bpmn/ when none is named); unchanged ones keep their version."""
    with _database(migrate=True) as config, _work(config) as session:
        for folder in folders or _library():
            version = studio.publish(session, None, Bundle.from_folder(folder))
            click.echo(f"{version.process_key} v{version.number}  {version.name_zh} / {version.name_en}")


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def check(*, files: tuple[Path, ...]) -> None:
    """Check diagrams, decision tables and forms; exit code 1 when something is wrong."""
    sys.exit(1 if tell_findings(studio.check_files(files)) else 0)


@main.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--answers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What is entered and when, written like a scenario (bpmn/README.md).",
)
@click.option("--ask", is_flag=True, help="Ask for what the answers leave open, even when the input is no terminal.")
def simulate(*, file: Path, answers: Path | None, ask: bool) -> None:
    """Play one case of a diagram or process folder, without database.

    Exit code 0: it reached its end; 1: the files are refused; 2: an answer is refused or missing, or it went otherwise.
    """
    try:
        bundle, process = studio.open_process(file)
    except BundleRefused as refused:
        tell_findings(refused.findings)
        sys.exit(1)
    asking = simulating.Asking(forced=ask, terminal=sys.stdin.isatty())
    sys.exit(simulating.simulate(bundle, process, answers, asking, datetime.now(UTC)))


main.add_command(placing.organisation)


@main.group()
def user() -> None:
    """Accounts of people who work with CareRelay."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The name that others see.")
@click.option("--organisation", required=True, metavar="CODE", help="Code of the organisation the person works in.")
@click.option("--role", "roles", required=True, multiple=True, help="Role held there; may be given several times.")
@click.option("--locale", type=click.Choice(["zh_CN", "en"]), default="zh_CN", show_default=True)
@click.password_option(help="Asked for when not given; better not given, the shell remembers it.")
def add_user(
    *, username: str, name: str, organisation: str, roles: tuple[str, ...], locale: str, password: str
) -> None:
    """Add an account with its roles in one organisation."""
    from workflow import identity

    with _database(migrate=True) as config, _work(config) as session:
        identity.add_user(
            session, None, username=username, password=password, name=name, locale=locale,
            organisation_code=organisation, roles=roles, now=datetime.now(UTC),
        )  # fmt: skip
        click.echo(f"{username}: {', '.join(roles)} @ {organisation}")


@user.command("reset")
@click.argument("username")
@click.option("--second-factor", "factor", is_flag=True, help="Forget the second factor too: phone and codes are lost.")
def reset_user(*, username: str, factor: bool) -> None:
    """Print a new password for somebody's next sign-in; for when no administrator can give one."""
    from workflow import letting_in

    with _database(migrate=True) as config, _work(config) as session:
        password = letting_in.let_back_in(session, username, datetime.now(UTC), forget_second_factor=factor)
        click.echo(f"{password}\n只能用来登录一次，然后要换新密码 / good for one sign-in, then a new one is asked for")


@main.command()
def permissions() -> None:
    """Print who may do what, as a table for people who do not read code."""
    from workflow import permissions as table

    click.echo(table.describe())


# ---- shared by the commands ----------------------------------------------------------------------------------------


def _log() -> None:
    """Write what happens to the terminal; where it goes from there is the service manager's business."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("procrastinate").setLevel(logging.WARNING)  # else one line a minute that nothing was due
    logging.getLogger("alembic.runtime.migration").addFilter(lambda record: "Running" in record.msg)  # no preamble


@contextmanager
def _stopping() -> Iterator[None]:
    """Take a request to stop as the normal end that it is, and say when everything is down."""
    with suppress(KeyboardInterrupt):
        yield
    click.echo("已停止 / stopped")


def _library() -> list[Path]:
    return sorted(folder for folder in LIBRARY.iterdir() if folder.is_dir())


def _load_demo(config: Config) -> None:
    """Publish the library, load the demo and print who can sign in."""
    from workflow import demo as demo_data

    with _work(config) as session:
        for folder in _library():
            studio.publish(session, None, Bundle.from_folder(folder))
        demo_data.load(session, datetime.now(UTC))
    click.echo(f"\n演示账号 / demo accounts (密码 / password: {demo_data.PASSWORD})\n")
    for account in demo_data.ACCOUNTS:
        click.echo(f"    {account.username:<12} {account.name}")
    click.echo(
        "\n演示中登录不要求第二重验证（设置“谁登录时必须使用第二重验证”为 0） /\n"
        "the demo asks nobody for a second factor (setting second_factor_roles is 0)"
    )


if __name__ == "__main__":
    main()
