"""The environment is read once, strictly, and the README lists all of it."""

import re
from pathlib import Path

import pytest

from web import config

ROOT = Path(__file__).resolve().parents[2]


def read(var: Path, **environ: str) -> config.Config:
    return config.read({"CARERELAY_VAR": str(var), **environ})


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    found = read(tmp_path / "var")
    assert (found.database_url, found.host, found.port, found.secure_cookies) == ("", "127.0.0.1", 8000, False)
    assert found.postgres_dir == tmp_path / "var" / "postgres"


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = read(tmp_path).secret_key
    assert read(tmp_path).secret_key == first
    assert len(first) >= config.SHORTEST_SECRET
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data_keys", "secret_key"]


def test_the_data_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    first = read(tmp_path).data_keys
    assert read(tmp_path).keyring.newest.id == "k1"
    assert (tmp_path / "data_keys").stat().st_mode & 0o777 == 0o600
    assert first not in repr(read(tmp_path)), "a configuration that is printed must not show its keys"


def test_data_keys_that_cannot_be_read_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "data_keys").write_text("k1:dG9vIHNob3J0")
    (tmp_path / "data_keys").chmod(0o600)
    with pytest.raises(config.ConfigInvalid, match="CARERELAY_DATA_KEYS"):
        read(tmp_path)


def test_two_folders_have_two_secrets(tmp_path: Path) -> None:
    assert read(tmp_path / "a").secret_key != read(tmp_path / "b").secret_key


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    read(tmp_path)
    (tmp_path / "secret_key").chmod(0o644)
    with pytest.raises(config.ConfigInvalid, match="chmod 600"):
        read(tmp_path)


def test_the_secret_of_the_environment_wins(tmp_path: Path) -> None:
    assert read(tmp_path, SECRET_KEY="s" * 32).secret_key == "s" * 32
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("postgresql://a:b@host/name", "postgresql+psycopg://a:b@host/name"),
        ("postgres://host/name", "postgresql+psycopg://host/name"),
        ("postgresql+psycopg:///name?host=/run", "postgresql+psycopg:///name?host=/run"),
    ],
)
def test_the_database_may_be_written_as_everywhere(tmp_path: Path, given: str, understood: str) -> None:
    assert read(tmp_path, DATABASE_URL=given).database_url == understood


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:///x.db"),
        ("DATABASE_URL", "host/name"),
        ("SECRET_KEY", "short"),
        ("CARERELAY_PORT", "eighty"),
        ("CARERELAY_PORT", "70000"),
        ("CARERELAY_THREADS", "0"),
        ("CARERELAY_SECURE_COOKIES", "maybe"),
        ("CARERELAY_TIMEZONE", "Asia/Bijie"),
        ("CARERELAY_TIMEZONE", "../etc/passwd"),
        ("CARERELAY_MAX_UPLOAD_MB", "-1"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(config.ConfigInvalid, match=name):
        read(tmp_path, **{name: value})


def test_the_readme_lists_every_variable_as_it_is() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", text, re.MULTILINE)
    assert rows == [(variable.name, variable.default, variable.meaning) for variable in config.VARIABLES]


def test_no_other_variable_is_read() -> None:
    source = Path(config.__file__).read_text(encoding="utf-8")
    used = set(re.findall(r'environ(?:\.get\(|, )"([A-Z_]+)"', source))
    assert used == {variable.name for variable in config.VARIABLES}
    elsewhere = [
        str(file)
        for folder in ("models", "workflow", "web")
        for file in (ROOT / folder).rglob("*.py")
        if file.name not in {"config.py", "assets.py"}  # assets.py is a build tool, it runs without settings
        and re.search(r"os\.environ\[|os\.environ\.get|os\.getenv", file.read_text(encoding="utf-8"))
    ]
    assert elsewhere == []
