"""`sounding-board init`: from a few answers to the files of a program, ready to commit."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from app import bootstrap
from app.domain.fresh_pipeline import COMPONENTS, pipeline_file
from app.domain.fresh_program import FreshProgram, program_file
from app.domain.fresh_taxonomy import taxonomy_file
from app.entrypoints.init_answers import OPTIONS, QUESTIONS, Question, fresh_program
from app.gateways.config_load import PROGRAM, TAXONOMY, Texts, understand
from app.gateways.config_schema import program_schema, taxonomy_schema
from app.gateways.git_branch import default_branch

IGNORED = """\
# What commands leave here: the inbox and the journal of a service, kept plans, and what a pipeline shows.
/var/
/check.txt
/plan.json
/plan.md
/problems.txt
"""

NEXT = """\
Next:
1. Put your people into program.yml, and look: sounding-board check{where}
2. Commit the files, push them to the branch {ref} of {home}, and add the variables named at the top of
   .gitlab-ci.yml there. From then on merge requests show the plan, and the default branch applies it.
3. With SOUNDING_BOARD_GITLAB_URL={gitlab} and a Maintainer's token in SOUNDING_BOARD_OPERATOR_TOKEN:
   sounding-board plan{where}, then sounding-board apply{where}"""

One = str | None
Several = list[str] | None

DirectoryArgument = Annotated[Path, typer.Argument(help="Where the files go.")]
GitLabOption = Annotated[One, typer.Option(envvar="SOUNDING_BOARD_GITLAB_URL", metavar="URL", help="GitLab's address.")]
ProjectOption = Annotated[One, typer.Option(metavar="PATH", help="The project whose issues are the requests.")]
NameOption = Annotated[One, typer.Option(help="What the program is called.")]
TierOption = Annotated[One, typer.Option(help="premium (also for Ultimate) or free.")]
AreaOption = Annotated[Several, typer.Option(metavar="KEY=NAME", help="An area; may be given again.")]
RegionOption = Annotated[Several, typer.Option(metavar="KEY", help="A region; may be given again.")]
ThemeOption = Annotated[Several, typer.Option(metavar="AREA=KEY", help="A theme of an area; may be given again.")]
LeadOption = Annotated[
    Several, typer.Option(metavar="[AREA=]HANDLE", help="Who leads the program and its areas; one of an area again.")
]
PmOption = Annotated[
    Several, typer.Option(metavar="[AREA=]HANDLE", help="Who decides for product; one of an area again.")
]
ServiceOption = Annotated[One, typer.Option(metavar="URL", help="Where the service will listen.")]
LabelsOption = Annotated[One, typer.Option("--labels-in", metavar="GROUP", help="The group that shall own the labels.")]
HomeOption = Annotated[
    One, typer.Option(metavar="PATH", help="The project with these files; the requests' if left out.")
]
RefOption = Annotated[
    One, typer.Option(metavar="BRANCH", help="Its default branch; what git says here, or main, if left out.")
]
PackageOption = Annotated[One, typer.Option(metavar="WHAT", help="What pip installs in pipelines: git+https://…@tag.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Ask nothing; take what is usual for the rest.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Write over files that are there.")]


def init(
    directory: DirectoryArgument = Path(),
    gitlab: GitLabOption = None,
    project: ProjectOption = None,
    name: NameOption = None,
    tier: TierOption = None,
    area: AreaOption = None,
    region: RegionOption = None,
    theme: ThemeOption = None,
    lead: LeadOption = None,
    pm: PmOption = None,
    service: ServiceOption = None,
    labels_in: LabelsOption = None,
    home: HomeOption = None,
    ref: RefOption = None,
    package: PackageOption = None,
    yes: YesOption = False,
    force: ForceOption = False,
) -> None:
    """Begin a program: write its configuration and its pipelines, with comments, ready to commit."""
    given: dict[str, str | list[str] | None] = {
        "gitlab": gitlab, "project": project, "name": name, "tier": tier, "area": area, "region": region,
        "theme": theme, "lead": lead, "pm": pm, "service": service, "labels-in": labels_in, "home": home,
        "ref": ref or default_branch(directory), "package": package,
    }  # fmt: skip
    asks = sys.stdin.isatty() and not yes
    fresh = fresh_program(_answers({flag: said for flag, said in given.items() if said is not None}, asks))
    files = _files(fresh)
    _refuse_to_overwrite(directory, files, force)
    for path, text in files.items():
        _write(directory / path, text)
    _tell(directory, files, fresh)


def _answers(given: Mapping[str, str | list[str]], asks: bool) -> dict[str, Any]:
    """The answers of flags, then of the person or of what is usual. Raises typer.BadParameter."""
    missing = [f"--{q.flag}" for q in QUESTIONS if q.default is None and q.flag not in given]
    if missing and not asks:
        raise typer.BadParameter(f"nobody can be asked here, so please give {' and '.join(missing)}.")
    answers: dict[str, Any] = {}
    for question in (*QUESTIONS, *OPTIONS):
        if question.flag in given:
            answers[question.flag] = _by_flag(question, given[question.flag], answers)
        elif asks and question in QUESTIONS:
            answers[question.flag] = _by_person(question, answers)
        else:
            usual = question.default(answers) if question.default else ""
            answers[question.flag] = question.understood(usual, answers)
    return answers


def _by_flag(question: Question, said: str | list[str], so_far: Mapping[str, Any]) -> Any:
    try:
        return question.read([said] if isinstance(said, str) else said, so_far)
    except ValueError as wrong:
        raise typer.BadParameter(f"{wrong}.", param_hint=f"--{question.flag}") from None


def _by_person(question: Question, so_far: Mapping[str, Any]) -> Any:
    usual = question.default(so_far) if question.default else None
    while True:
        said = typer.prompt(question.words, default=usual, show_default=bool(usual))
        try:
            return question.understood(said, so_far)
        except ValueError as wrong:
            typer.echo(f"  {wrong}.")


def _files(fresh: FreshProgram) -> dict[str, str]:
    """Every file by its path. Raises ConfigInvalid should the configuration not stand by itself."""
    now = bootstrap.utc_now()
    shipped = (bootstrap.SHIPPED / TAXONOMY).read_text(encoding="utf-8")
    components = {n: (bootstrap.SHIPPED / "templates" / f"{n}.yml").read_text(encoding="utf-8") for n in COMPONENTS}
    taxonomy, program = taxonomy_file(shipped, fresh, now), program_file(fresh, now.date())
    understand(Texts(taxonomy.encode(), program.encode()))
    return {
        PROGRAM: program,
        TAXONOMY: taxonomy,
        ".gitlab-ci.yml": pipeline_file(components, fresh),
        ".gitignore": IGNORED,
        "schemas/program.schema.json": program_schema(),
        "schemas/label_taxonomy.schema.json": taxonomy_schema(),
    }


def _refuse_to_overwrite(directory: Path, files: Mapping[str, str], force: bool) -> None:
    there = [name for name, text in files.items() if _differs(directory / name, text)]
    if there and not force:
        typer.echo(f"Nothing was written: {', '.join(there)} would be overwritten. --force does that.", err=True)
        raise typer.Exit(1)


def _differs(path: Path, text: str) -> bool:
    return path.exists() and not (path.is_file() and path.read_bytes() == text.encode())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _tell(directory: Path, files: Mapping[str, str], fresh: FreshProgram) -> None:
    where = "" if directory == Path() else f" --config {directory}"
    typer.echo(f"Written{f' into {directory}' if where else ''}: {', '.join(files)}.")
    typer.echo("")
    typer.echo(NEXT.format(where=where, gitlab=fresh.gitlab, home=fresh.home, ref=fresh.ref))
