"""The pages of commands and settings are made from the program itself, so they name all there is."""

from app.entrypoints.cli import app
from app.entrypoints.generate import generated
from app.entrypoints.reference_pages import WHO, commands_page, settings_page
from app.settings import Settings
from tests.strangers.conftest import HOUSE


def test_the_pages_are_what_would_be_made_now() -> None:
    made = generated(HOUSE)
    for page in ("docs/commands.md", "docs/settings.md"):
        assert (HOUSE / page).read_text() == made[page], f"{page} is stale; run `make generate` and commit it"


def test_each_setting_says_what_it_is_and_who_reads_it() -> None:
    assert set(WHO) == set(Settings.model_fields)
    page = settings_page()
    assert (
        "| `SOUNDING_BOARD_SIGNING_KEY` | key that signs our notes; service and CI jobs share it. Several: `new,old` "
        "| needed | `serve`, `worker`, `sweep`, `score`, `due`, `agenda`, `explain`, `check --online` | yes |\n"
    ) in page
    assert "| `SOUNDING_BOARD_DATA_DIR` | where the inbox and the journal are kept | `var` | " in page
    secret = [line.split("`")[1] for line in page.splitlines() if line.endswith("| yes |")]
    assert secret == [
        "SOUNDING_BOARD_GITLAB_TOKEN",
        "SOUNDING_BOARD_OPERATOR_TOKEN",
        "SOUNDING_BOARD_SIGNING_KEY",
        "SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN",
        "SOUNDING_BOARD_WEBHOOK_SECRET",
        "SOUNDING_BOARD_DATABASE_URL",
    ]


def test_each_command_has_its_place_with_every_word() -> None:
    page = commands_page(app)
    assert [line.rpartition(" ")[2] for line in page.splitlines() if line.startswith("## ")] == [
        *("demo", "init", "check", "status", "calendar", "plan", "apply", "note", "score", "due", "agenda", "serve"),
        *("worker", "sweep", "explain", "inbox", "journal", "move"),
    ]
    assert "| `--limit` `LIMIT` | How many lines to show. | `50` |" in page
    assert (
        "| `--allow-delete` `N` | How many things may be deleted. | `SOUNDING_BOARD_ALLOW_DELETE`, else `0` |" in page
    )
    assert "| `--merge-request` `PROJECT!IID` | Where. | needed |" in page
