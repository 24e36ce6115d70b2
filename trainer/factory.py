"""Makes the application. Importing it, or `app`, checks no setting and opens no database."""

from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules

from flask import Flask, request
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload
from werkzeug.middleware.proxy_fix import ProxyFix

from trainer import cli
from trainer.config import ROOT, Settings, read_settings, serving_key
from trainer.extensions import babel, csrf, db, login_manager, migrate
from trainer.models import User
from trainer.web import BLUEPRINTS
from trainer.web.exams.ways import put_lane
from trainer.web.failures import handle_failures
from trainer.web.frame import prepare_frame
from trainer.web.render import prepare_templates
from trainer.web.rights import guard_rights
from trainer.web.security import guard_answers


def create_app(settings: Settings | None = None) -> Flask:
    """The application with everything registered; `check_serving` must pass before it serves."""
    settings = settings or read_settings()
    app = Flask("trainer", root_path=str(ROOT), template_folder="templates", static_folder="static",
                instance_path=str(settings.instance.resolve()))
    _configure(app, settings)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "trainer" / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    babel.init_app(app)
    login_manager.init_app(app)
    prepare_templates(app)
    prepare_frame(app)
    guard_rights(app)
    guard_answers(app)
    handle_failures(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for found in iter_modules(cli.__path__):
        group = getattr(import_module(f"trainer.cli.{found.name}"), "group", None)
        if group is not None:
            app.cli.add_command(group)
    put_lane(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, *([settings.proxies] * 5))  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_use_lifo": True},  # the connection used last has its statements prepared and its pages at hand
        SESSION_COOKIE_NAME="shanggang_demo" if settings.demo else "shanggang",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=8 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
    )


def check_serving(app: Flask) -> None:
    """What a server needs before it answers: a signing key. Raises SettingError."""
    app.config["SECRET_KEY"] = serving_key(app.config["SETTINGS"])


_PERSON = select(User).where(User.id == bindparam("id")).options(joinedload(User.role_rows))


@login_manager.user_loader
def load_user(identifier: str) -> User | None:
    """The person of the session cookie, unless deactivated or signed out everywhere since."""
    number, _, epoch = identifier.partition(".")
    if not (number.isdigit() and epoch.isdigit()):
        return None
    request.get_data()  # whole, before the database is asked: a slow line must not keep the other writers waiting
    user = db.session.scalars(_PERSON, {"id": int(number)}).unique().one_or_none()
    return user if user is not None and user.active and user.session_epoch == int(epoch) else None
