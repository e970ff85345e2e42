"""The migrations build what the models describe, and can be undone."""

from sqlalchemy import create_engine, inspect

from models import migrations


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_models_and_migrations_are_equal(database_url: str) -> None:
    with migrations.connect(database_url) as connection:
        assert migrations.differences(connection) == []


def test_a_forgotten_column_is_noticed(database_url: str) -> None:
    with migrations.connect(database_url) as connection:
        connection.exec_driver_sql('ALTER TABLE "case" DROP COLUMN level')
        assert [difference[0] for difference in migrations.differences(connection)] == ["add_column"]


def test_up_down_and_up_again(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    built = tables(empty_database_url)
    assert len(built) > len(migrations.load_metadata().tables)

    migrations.downgrade(empty_database_url)
    assert tables(empty_database_url) == {"alembic_version"}

    migrations.upgrade(empty_database_url)
    assert tables(empty_database_url) == built


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    before = tables(database_url)
    migrations.upgrade(database_url)
    assert tables(database_url) == before


def test_the_versions_form_one_line_of_numbers() -> None:
    files = sorted((migrations.FOLDER / "versions").glob("*.py"))
    assert [file.name[:4] for file in files] == [f"{number:04d}" for number in range(1, len(files) + 1)]
    assert migrations.head() == files[-1].name[:4]
