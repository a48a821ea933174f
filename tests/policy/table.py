"""The policy as a table for people: `poe policy` writes it anew from the rules at the routes."""

from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from certflow.app import create_app
from certflow.config import Settings
from certflow.http.policy import table_of

PAGE = Path(__file__).parents[2] / "docs" / "policy.md"
HEAD = """# Who may do what

One line for each address and method, made by `poe policy` from the rules at the routes; `poe check` compares it. Change
the rule at the route, never this page.

| address | method | for whom | about | in which part | when |
|---|---|---|---|---|---|
"""


def table_in_words(app: Flask) -> str:
    """The page: every route with its rule, by address."""
    lines = []
    for route in sorted(app.url_map.iter_rules(), key=lambda each: (each.rule, each.endpoint)):
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            rule = table_of(app)[route.endpoint, method]
            words = (rule.who.words, rule.about.words, rule.part.words, rule.when.words)
            lines.append(f"| `{route.rule}` | {method} | " + " | ".join(words) + " |\n")
    return HEAD + "".join(lines)


def main() -> None:
    """Write the page."""
    with TemporaryDirectory() as folder:
        path = Path(folder)
        settings = Settings(
            path,
            f"sqlite:///{path / 'empty.sqlite3'}",
            path.as_uri(),
            secret_key="only-for-this",
            audit_key="only-for-this",
            testing=True,
        )
        PAGE.write_text(table_in_words(create_app(settings)))


if __name__ == "__main__":
    main()
