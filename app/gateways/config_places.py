"""On which line of the configuration each thing is declared that GitLab is to have."""

from collections.abc import Iterator, Mapping

from app.domain.provision import Where
from app.gateways.config_document import Document, Trail

_ALONE = ("labels_in", "service", "templates", "pipelines")


def places(taxonomy: Document, program: Document) -> Mapping[str, Where]:
    """Lines by key: `label:<title>`, `board:<project path>/<name>`, `project:<path>`, `schedule:<job>`, and the names
    of the top keys of program.yml that ask for something themselves.
    """
    return dict([*_labels(taxonomy), *_projects(program), *_schedules(program)])


def _labels(taxonomy: Document) -> Iterator[tuple[str, Where]]:
    for pattern in ("scopes/*/labels/*/title", "plain_labels/*/title"):
        for trail, title in taxonomy.each(pattern, str):
            yield f"label:{title}", _where(taxonomy, trail)


def _projects(program: Document) -> Iterator[tuple[str, Where]]:
    for trail, path in program.each("projects/*/path", str):
        yield f"project:{path}", _where(program, trail)
    for trail, name in program.each("projects/*/boards/*/name", str):
        yield f"board:{program.text('projects', trail[1], 'path')}/{name}", _where(program, trail)


def _schedules(program: Document) -> Iterator[tuple[str, Where]]:
    for key in _ALONE:
        if (key,) in program.keys:
            yield key, Where(program.file, program.keys[(key,)][0])
    for trail, job in program.each("pipelines/schedules/*/job", str):
        yield f"schedule:{job}", _where(program, trail)


def _where(document: Document, trail: Trail) -> Where:
    return Where(document.file, document.values[trail][0])
