"""The policy: each route states who may ask what of it, and the guard holds every request to that before the view runs.

A rule has four words. `Who` a page is for is known before its subject; `About` names the subject and looks it up;
`Part` says which of those who see the subject may do this; `When` says how the subject must be. The rooms declare the
words for what is theirs in their `policy` modules, each with the function that enforces it, so that this module knows
none of them. The guard locks nothing unless the rule says so: whoever writes locks the row in the service and looks
again, because the state may change in between.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from flask import Blueprint, Flask, current_app, g, request
from flask.sansio.app import App
from flask_babel import gettext as _

from certflow.errors import NotFound
from certflow.http.addresses import id_in
from certflow.http.person import actor
from certflow.models.base import only_reads
from certflow.models.people import User

T = TypeVar("T")
Named = Mapping[str, Any]
Table = dict[tuple[str, str], "Rule"]
Weighs = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Who:
    """Who a page is for, before anything is known of its subject; `require` raises NotPermitted."""

    name: str
    words: str
    require: Callable[[User], None] = lambda _person: None


@dataclass(frozen=True, slots=True)
class About(Generic[T]):
    """The subject of an address: `arguments` name its ids, `find` loads it by these for a person or raises NotFound.

    `judged` is what parts and states are asked of: a file and a paper are judged by their dossier. `lock` loads it as
    `find` does and keeps it locked for the service behind the page.
    """

    name: str
    words: str
    arguments: tuple[str, ...] = ()
    find: Callable[..., T] = lambda _person: cast(T, None)
    judged: Callable[[Any], Any] = lambda subject: subject
    lock: Callable[..., T] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Which of those who see the subject may do this; `require` raises NotPermitted."""

    name: str
    words: str
    require: Callable[[User, Any, Named], None] = lambda _person, _subject, _named: None


@dataclass(frozen=True, slots=True)
class When:
    """How the subject must be; `require` raises ActionNotOpen, or leaves it to the service that looks the rest up."""

    name: str
    words: str
    require: Callable[[User, Any, Named], None] = lambda _person, _subject, _named: None


ANYBODY = Who("anybody", "anybody, signed in or not")
SOMEBODY = Who("signed_in", "whoever is signed in")
NOTHING: About[None] = About("nothing", "nothing that some people may not see")
ANY_PART = Part("any", "everybody who sees it")
ALWAYS = When("always", "at any time")


@dataclass(frozen=True, slots=True)
class Rule:
    """The policy of one route for one method.

    With `told_by_view` the guard leaves a wrong state to the view, whose answer gives back what was typed; the status
    is the same. With `locks` the guard locks the subject, so that the service behind the page need not load it again.
    """

    who: Who = SOMEBODY
    about: About[Any] = NOTHING
    part: Part = ANY_PART
    when: When = ALWAYS
    told_by_view: bool = False
    locks: bool = False


PUBLIC = Rule(ANYBODY)
SIGNED_IN = Rule()


class Room(Blueprint):
    """The pages of a room: a blueprint that takes no route without the rule for each of its methods.

    With `only`, whoever that refuses is refused before any view of the room, even where the guard is taken away.
    """

    def __init__(self, name: str, import_name: str, *, only: Who | None = None, url_prefix: str | None = None) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix)
        self.rules: Table = {}
        self.noted: dict[str, str] = {}
        self.weighty: dict[str, Weighs] = {}
        self.only = only
        if only is not None:
            self.before_request(lambda: only.require(actor()))

    def page(self, path: str, rule: Rule, **options: Any) -> Callable[..., Any]:
        """Route GET of `path` to the view; `options` as a blueprint's route.

        `noted` says as what the audit notes that somebody was answered: "read" or "export".
        """
        return self.route(path, policy={"GET": rule}, **options)

    def form(self, path: str, rule: Rule, *, post: Rule | None = None, **options: Any) -> Callable[..., Any]:
        """Route GET and POST of `path` to the view; `post` is the rule of POST where it differs.

        `weighs` says of a POST, once the guard let it pass, whether the second factor is asked for again before it.
        """
        return self.route(path, policy={"GET": rule, "POST": post or rule}, **options)

    def action(self, path: str, rule: Rule, **options: Any) -> Callable[..., Any]:
        """Route POST of `path` to the view; `options` as for `form`."""
        return self.route(path, policy={"POST": rule}, **options)

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        """As a blueprint's; raises TypeError for a route without policy, or one that `only` contradicts."""
        policy: dict[str, Rule] = options.pop("policy", {})
        named = f"{self.name}.{endpoint or getattr(view_func, '__name__', '')}"
        if noted := options.pop("noted", ""):
            self.noted[named] = noted
        if weighs := options.pop("weighs", None):
            self.weighty[named] = weighs
        if not policy or view_func is None:
            raise TypeError(f"{self.name}: the route {rule} states no policy; use page, form or action with a rule")
        if self.only is not None and any(each.who != self.only for each in policy.values()):
            raise TypeError(f"{self.name}: the route {rule} is looser than the room, which is for {self.only.words}")
        for method, each in policy.items():
            self.rules[f"{self.name}.{endpoint or view_func.__name__}", method] = each
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, methods=list(policy), **options)

    def register(self, app: App, options: dict[str, Any]) -> None:
        """As a blueprint's; the rules join the application's table."""
        super().register(app, options)
        table_of(app).update(self.rules)
        noted_pages(app).update(self.noted)
        weighty_acts(app).update(self.weighty)


def table_of(app: App) -> Table:
    """The rules of all routes of `app`, by endpoint and method; HEAD and OPTIONS follow GET, which have no line."""
    table: Table = app.extensions.setdefault("certflow.policy", {("static", "GET"): PUBLIC})
    return table


def noted_pages(app: App) -> dict[str, str]:
    """The endpoints of `app` whose answers the audit notes, and as what."""
    noted: dict[str, str] = app.extensions.setdefault("certflow.noted", {})
    return noted


def weighty_acts(app: App) -> dict[str, Weighs]:
    """The endpoints of `app` whose POST may need the second factor once more, and when it does."""
    weighty: dict[str, Weighs] = app.extensions.setdefault("certflow.weighty", {})
    return weighty


def always() -> bool:
    """Says of every POST that it needs the second factor once more."""
    return True


def rule_for(table: Table, endpoint: str, method: str) -> Rule | None:
    """The rule for a request; None for a route without one, which is closed to everybody."""
    rule = table.get((endpoint, "GET" if method in ("HEAD", "OPTIONS") else method))
    return table.get((endpoint, "POST")) if rule is None and method == "OPTIONS" else rule


def is_public(endpoint: str | None) -> bool:
    """Whether every method of an endpoint is open without signing in."""
    table = table_of(current_app)
    rules = [table[endpoint, method] for method in ("GET", "POST") if endpoint and (endpoint, method) in table]
    return bool(rules) and all(rule.who is ANYBODY for rule in rules)


def without_rule(app: Flask) -> list[tuple[str, str]]:
    """The routes of `app` that are closed to everybody, because no rule was stated for them."""
    routes = {(rule.endpoint, m) for rule in app.url_map.iter_rules() for m in (rule.methods or set())}
    return sorted(route for route in routes if route[1] not in ("HEAD", "OPTIONS") and route not in table_of(app))


def hold() -> None:
    """Hold the request to its rule; a route without one is closed to everybody."""
    g.pop("held", None)
    g.pop("judged", None)
    if request.endpoint is None:
        return
    rule = rule_for(table_of(current_app), request.endpoint, request.method)
    if rule is None:
        raise NotFound(_("There is nothing at this address, or you are not allowed to see it."))
    if rule.who != ANYBODY:
        require(rule, actor(), request.view_args or {})


def require(rule: Rule, person: User, view_args: Named) -> None:
    """Check `rule` for `person` and the ids in the path; raises its Refusal."""
    rule.who.require(person)
    if rule.about == NOTHING:
        return
    ids = tuple(_id(view_args, name) for name in rule.about.arguments)
    locks = rule.locks and not only_reads()  # whoever reads first looks again when they write
    find = rule.about.lock if locks and rule.about.lock is not None else rule.about.find
    subject = find(*ids, person)
    rule.part.require(person, rule.about.judged(subject), view_args)
    if not rule.told_by_view:
        rule.when.require(person, rule.about.judged(subject), view_args)
    g.held, g.judged = ((rule.about.name, ids), subject), rule.about.judged(subject)


def _id(view_args: Named, name: str) -> int:
    """The id in the path, or among what was sent; -1, which nothing has, when it is none."""
    if name in view_args:
        return int(view_args[name])
    return id_in(request.args if request.method == "GET" else request.form, name)


def subject(about: About[T], *ids: int) -> T:
    """The subject with these ids, when the person who is signed in may see it; raises NotFound.

    It is what the guard has loaded for this request, once; then, as after a rollback, it is loaded anew.
    """
    key, loaded = g.pop("held", (None, None))
    return cast(T, loaded) if key == (about.name, ids) else about.find(*ids, actor())


def judged() -> Any:
    """What the rule of this request was asked of: of a file or a paper its dossier; None where it is about nothing."""
    return g.get("judged")


def register(app: Flask) -> None:
    """Put the guard in front of every view of `app`, behind the login wall."""
    app.before_request(hold)
