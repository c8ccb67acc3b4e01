"""Joins what a changed configuration touches: the files are checked whole, then the service goes on with them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.bootstrap import Service, account_book, configuration, mistakes, wording
from app.domain.watched import CONFIGURATION, accepted_again, rejected
from app.gateways.config_errors import ConfigInvalid
from app.gateways.config_load import PROGRAM, TAXONOMY


@dataclass(frozen=True, slots=True)
class Renewal:
    """Brings a service to what its files say now."""

    service: Service

    def fingerprint(self) -> str:
        """Names the exact text of all files that the configuration is made of; a file that is gone has its own."""
        told = hashlib.sha256()
        for path in self._files():
            told.update(str(path).encode() + b"\0" + _content(path) + b"\0")
        return told.hexdigest()

    def renew(self) -> None:
        """Check everything, and only then go on with it. Raises ConfigInvalid with every mistake."""
        settings = self.service.settings
        words, errors = wording(settings.config_dir), list(mistakes(settings.config_dir))
        try:
            configured = configuration(settings)
            book = account_book(settings, configured)
        except ConfigInvalid as invalid:
            raise ConfigInvalid([*invalid.errors, *errors]) from None
        if errors:
            raise ConfigInvalid(errors)
        self.service.change(configured, book, words)

    def tell_rejected(self, version: str, invalid: ConfigInvalid) -> None:
        """Say on the operator issue what is wrong. Raises Temporary, Permanent."""
        if not self.service.settings.paused:
            self.service.operator().tell(rejected(version, list(self._tellable(invalid))))

    def _tellable(self, invalid: ConfigInvalid) -> Iterator[str]:
        """The mistakes. Those of the account book may quote customers, who are no matter of the issue's readers."""
        book = self.service.settings.account_book
        if book and any(error.file == book.name for error in invalid.errors):
            yield f"{book.name} cannot be used; the service's log says why."
        yield from (str(error) for error in invalid.errors if book is None or error.file != book.name)

    def tell_accepted(self) -> None:
        """Settle what was said about an earlier one, if anything was. Raises Temporary, Permanent."""
        operator = self.service.operator()
        if not self.service.settings.paused and operator.states().get(CONFIGURATION, {}).get("open") is True:
            operator.tell(accepted_again())

    def _files(self) -> Iterator[Path]:
        settings = self.service.settings
        yield from (settings.config_dir / name for name in (TAXONOMY, PROGRAM))
        yield from sorted((settings.config_dir / "templates").rglob("*.j2"))
        if settings.account_book:
            yield settings.account_book


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b"\0gone"
