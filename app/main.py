"""The roof: what uvicorn starts, `uvicorn app.main:create_app --factory`."""

import sys

from fastapi import FastAPI

from app import bootstrap
from app.entrypoints.logging_setup import set_up_logging
from app.entrypoints.web import create_web
from app.settings import Settings, read_settings


def create_app() -> FastAPI:
    """The service, from the environment. Raises SettingsInvalid and ConfigInvalid with everything that is wrong."""
    settings = read_settings(Settings)
    set_up_logging(sys.stderr, "info", settings.all_secrets())
    return create_web(settings, bootstrap.configuration(settings))
