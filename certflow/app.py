"""Puts the parts together: the only module that knows them all."""

from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from certflow import clock, models
from certflow.accounts.pages import gate, known_browsers
from certflow.accounts.words import with_present_name
from certflow.assessment.previews import is_previewed
from certflow.assessment.words.entries import is_rated, level_of, scale, words_of
from certflow.assessment.words.figures import doubt
from certflow.audit import changes
from certflow.audit.pages import noting
from certflow.catalogue import catalogue
from certflow.config import MAX_UPLOAD_BYTES, Settings, resource
from certflow.desk import navigation
from certflow.desk.blueprints import blueprints
from certflow.dossiers.effects import EFFECTS
from certflow.dossiers.pages import first_views
from certflow.gateways import installation, private_files
from certflow.gateways.queue import open_queue
from certflow.gateways.storage import open_storage
from certflow.http import errors as web_errors
from certflow.http import person, policy, transfer
from certflow.law.specs.words import Text
from certflow.models import row_security
from certflow.models.base import db, engine_options, prepare, require_strict_sqlite
from certflow.models.running import deadlines
from certflow.results.pages.lookups import Lookups

FORM_OVERHEAD = gate.LARGEST_FORM


def create_app(settings: Settings | None = None) -> Flask:
    """The application for `settings` (from the environment by default).

    Raises DefinitionError with every fault of the definitions, SetupError for whatever the installation lacks.
    """
    settings = settings or Settings.from_environment()
    catalogue.read(EFFECTS)  # before a folder or a database is made for an application that cannot start
    private_files.keep(settings)
    app = Flask("certflow", template_folder=str(resource("templates")), static_folder="http/static")
    app.config.update(_flask_settings(settings))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _speak(app)
    _store(app)
    install(app, settings)
    transfer.register(app)
    _guard(app)
    first_views.register(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    navigation.register(app)
    if settings.testing:
        _require_rules(app)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _guard(app: Flask) -> None:
    """What stands before and behind every view, in the order in which Flask asks it; answers pass it in the reverse."""
    app.before_request(gate.bound)  # before anything reads what was sent
    app.before_request(noting.begin)
    CSRFProtect(app)  # makes the tokens; the gate checks them, once it knows who is signed in
    web_errors.register(app)
    gate.register(app)
    noting.register(app)


def _flask_settings(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "MAX_CONTENT_LENGTH": MAX_UPLOAD_BYTES + FORM_OVERHEAD,
        "MAX_FORM_MEMORY_SIZE": FORM_OVERHEAD,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_NAME": known_browsers.cookie_name("certflow", secure=settings.secure_cookies),
        "SESSION_COOKIE_PATH": "/",
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "BABEL_DEFAULT_LOCALE": "vi",
        "BABEL_DEFAULT_TIMEZONE": clock.ZONE.key,
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
        "TESTING": settings.testing,
    }


def _require_rules(app: Flask) -> None:
    """A route without a policy rule is closed to everybody; in tests it stops the start, to be noticed."""
    missing = policy.without_rule(app)
    if missing:
        raise RuntimeError(f"these routes state no policy rule: {missing}")


def _speak(app: Flask) -> None:
    """The language of a request, and the words of dossiers for every template."""
    person.register(app)
    app.jinja_env.globals |= {"today": clock.today, "level_of": level_of, "scale": scale, "words_of": words_of}
    app.jinja_env.globals |= {"with_present_name": with_present_name, "doubt": doubt}
    app.jinja_env.tests |= {"text": lambda value: isinstance(value, Text), "rated": is_rated}
    app.jinja_env.tests["previewed"] = is_previewed


def install(app: Flask, settings: Settings) -> None:
    """Put what lies outside `app` in place: storage, queue, and the definitions with those published before."""
    with app.app_context():
        installation.keep(
            installation.Equipment(
                settings=settings,
                storage=open_storage(settings.storage_url, create=True),
                queue=open_queue(settings.database_url),
            )
        )
        installation.keep(Lookups())
        catalogue.use(catalogue.read(EFFECTS))
        catalogue.recall()


def _store(app: Flask) -> None:
    db.init_app(app)
    Migrate(app, models.db, directory=str(resource("migrations")))
    with app.app_context():
        prepare(db.engine)
        row_security.prepare(db.engine)
        changes.prepare(db.engine)
        deadlines.prepare(db.engine)
        with db.engine.connect() as connection:
            require_strict_sqlite(connection)
