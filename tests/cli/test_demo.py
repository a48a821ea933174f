"""`certflow demo`: one practice season, made once and looked at by every test here."""

import fcntl
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from certflow.catalogue import catalogue
from certflow.config import Settings
from certflow.demo import cast, folder, further_plan, plan, season
from certflow.demo.further_plan import Undertaking
from certflow.dossiers import dossiers
from certflow.errors import SetupError
from certflow.gateways import processes
from certflow.gateways.installation import equipment
from certflow.handling import handling
from certflow.law.scoring.coverage import coverage_of
from certflow.models.base import Model, begin_reading, db
from certflow.models.dossiers import Claim, Dossier, Evidence, Handling, HistoryEntry, Submission
from certflow.models.people import User
from certflow.models.results import Document, FormConfirmation, NumberBook, Recognition
from certflow.models.rounds import Round
from certflow.models.units import Unit, UnitAttribute
from certflow.results import papers as papers_service
from certflow.vietnamese import search_key
from tests import make
from tests.cli.conftest import in_its_own_process
from tests.gateways import paper_samples
from tests.resolutions import table
from tests.waiting import AT_MOST, eventually

ELSEWHERE = {"CERTFLOW_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "CERTFLOW_STORAGE_URL": "s3://none"}


@dataclass(frozen=True, slots=True)
class Practice:
    """A finished folder, what the command printed when it made it, and the processor seconds it took."""

    folder: Path
    told: str
    seconds: float


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    """Made by the first test process that asks; the others wait for it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    place, kept = shared / "practice", shared / "practice.json"
    with (shared / "practice.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = in_its_own_process("demo", "--no-serve", "--dir", str(place), **ELSEWHERE, COLUMNS="120")
            assert done.returncode == 0, done.stderr
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            kept.write_text(json.dumps((done.stdout + done.stderr, seconds)))
    return Practice(place, *json.loads(kept.read_text()))


@pytest.fixture
def at_practice(practice: Practice) -> Iterator[Flask]:
    """The application on the finished season, which several test processes read at once."""
    from certflow.app import create_app

    app = create_app(Settings.from_environment({"CERTFLOW_DIR": str(practice.folder)}))
    with app.app_context():
        begin_reading(True)
        yield app
        begin_reading(False)
        db.session.remove()
        db.engine.dispose()


def _count(model: type[Model], *where: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0


def _books() -> list[str]:
    return list(db.session.scalars(sa.select(NumberBook.notation)))


def test_it_tells_addresses_and_sign_ins_and_takes_no_more_than_minutes(practice: Practice) -> None:
    assert practice.seconds < AT_MOST, "processor seconds, with room for a slow machine"
    for told in (
        "canbo.xuantay",
        "canbo2.xuanhung, canbo2.thuaduc, thamdinh2.cammy",
        "truongphong.cammy",
        "so.dongnai",
        "giamdoc.xuantay",
        "giamdocso.dongnai",
        "quantri",
        cast.PASSWORD,
        "http://127.0.0.1:8000/",
    ):
        assert told in practice.told
    assert "CERTFLOW_DATABASE_URL is not used" in practice.told


def test_dossiers_stand_in_every_state(at_practice: Flask) -> None:
    spec = catalogue.definitions().workflow(*season.SCHEME)
    of_communes = Dossier.workflow == spec.name
    states = set(db.session.scalars(sa.select(Dossier.state).where(of_communes).distinct()))

    assert states == set(spec.states)
    assert _count(Dossier, of_communes) == 40
    assert _count(Unit, Unit.kind != "country") == 171


@pytest.mark.parametrize(
    ("undertaking", "states"),
    [
        (further_plan.RATING, ["drafting", "appraising", "proposed", "rated"]),
        (further_plan.REPORT, ["awaiting_leader", "submitted", "returned"]),
        (further_plan.DISTRICTS, ["drafting"]),
    ],
    ids=lambda given: given.scheme[0] if isinstance(given, Undertaking) else "",
)
def test_centres_and_districts_stand_where_they_were_planned(
    at_practice: Flask, undertaking: Undertaking, states: list[str]
) -> None:
    query = sa.select(Dossier).join(Dossier.round).where(Round.title == undertaking.title).order_by(Dossier.id)
    found = db.session.scalars(query).all()

    assert [(one.unit.name, one.state) for one in found] == list(zip(undertaking.places, states, strict=True))
    assert {(one.workflow, one.workflow_version) for one in found} == {undertaking.scheme}
    assert all(bool(one.holder) == (undertaking is further_plan.RATING) for one in found)


def test_a_district_counts_its_recognised_communes_from_the_practice_season(at_practice: Flask) -> None:
    dossier = db.session.scalars(sa.select(Dossier).where(Dossier.workflow == further_plan.DISTRICTS.scheme[0])).one()
    (computed,) = (code for code, one in catalogue.form_of(dossier).indicators.items() if one.computed)
    kept = coverage_of(db.session.get_one(Claim, (dossier.id, computed)).answer)
    recognised = sa.select(Unit.name).join(Recognition, Recognition.unit_id == Unit.id)
    query = recognised.where(Unit.parent_id == dossier.unit_id, Recognition.kind == "recognition")

    assert kept is not None
    assert {unit.name for unit in kept.counted(1)} == set(db.session.scalars(query)) != set()


def test_a_district_reports_what_became_of_its_communes(at_practice: Flask) -> None:
    district = cast.places()["Huyện Cẩm Mỹ"].id
    report = Dossier.workflow == further_plan.REPORT.scheme[0], Dossier.unit_id == district
    query = sa.select(Claim.indicator, Claim.answer).join(Dossier, Claim.dossier_id == Dossier.id).where(*report)
    said = {code: answer["value"] for code, answer in db.session.execute(query)}

    assert said["1.1"] == _count(Unit, Unit.parent_id == district)
    assert [said[f"1.{n}"] for n in range(2, 6)] == [7, 1, 2, 1]


def test_colleagues_share_dossiers_and_one_was_taken_over(at_practice: Flask) -> None:
    query = sa.select(Handling).order_by(Handling.id).options(sa.orm.joinedload(Handling.user))
    found = db.session.scalars(query).all()

    assert [(one.user.sign_in_name, one.ending) for one in found] == [
        ("canbo2.xuanhung", ""),
        ("canbo.thuaduc", ""),
        ("thamdinh.cammy", "taken_over"),
        ("thamdinh2.cammy", ""),
    ]
    dossiers_held = db.session.scalars(
        sa.select(Dossier).where(Dossier.id.in_({one.dossier_id for one in found}))
    ).all()
    assert len(handling.of_all(dossiers_held)) == 3
    assert "Xã Xuân Tây" not in {one.unit.name for one in dossiers_held}, "newcomers begin there, as README says"


def test_no_official_number_is_used(at_practice: Flask) -> None:
    rated = sa.select(Document).join(Dossier).where(Dossier.workflow == further_plan.RATING.scheme[0])
    papers = db.session.scalars(rated).all()

    assert all(notation.endswith(papers_service.PRACTICE_SUFFIX) for notation in _books())
    assert [paper.number for paper in papers] == [None]


def test_due_dates_live_and_dossiers_are_on_time_late_and_overdue(at_practice: Flask) -> None:
    query = sa.select(Dossier).options(sa.orm.joinedload(Dossier.round).selectinload(Round.dates))
    listed = dossiers.listed(db.session.scalars(query).unique().all())
    standings = [standing for one in listed for standing in one.standings]

    assert {True, False} <= {standing.on_time for standing in standings}
    assert any(standing.overdue for standing in standings)
    assert any(standing.reached_at is None and standing.days_left > 0 for standing in standings)


def test_the_season_is_plainly_named_as_practice(at_practice: Flask) -> None:
    rounds = db.session.scalars(sa.select(Round)).all()

    assert len(rounds) == 2 + len(further_plan.UNDERTAKINGS)
    assert all(one.practice and "thực hành" in one.title for one in rounds)
    poor = db.session.execute(sa.select(Unit.name, UnitAttribute.source).join(Unit)).one()
    assert tuple(poor) == (cast.DISADVANTAGED, plan.DISADVANTAGED_SOURCE)
    assert "mẫu" in poor.source
    assert _count(FormConfirmation) == 0


def test_every_paper_has_its_file_and_every_refusal_its_reasons(at_practice: Flask) -> None:
    papers = db.session.scalars(sa.select(Document)).all()

    recognised, rated = (_count(Recognition, Recognition.kind == kind) for kind in ("recognition", "rating"))
    assert recognised * 2 + rated + _count(Dossier, Dossier.state == "declined") == len(papers) > 20
    for paper in papers:
        assert paper.storage_key is not None
        assert next(iter(equipment().storage.open(paper.storage_key))).startswith(b"%PDF-")
    reasons = sa.select(HistoryEntry.note).where(
        HistoryEntry.action.in_(("decline", "return_for_changes", "send_back"))
    )
    assert all(len(note) > 40 for note in db.session.scalars(reasons))


def test_returned_dossiers_were_filed_again_and_evidence_is_real(at_practice: Flask) -> None:
    assert _count(Submission, Submission.number == 2) >= 3
    kinds = set(db.session.scalars(sa.select(Evidence.media_type).distinct()))
    assert kinds == {"application/pdf", "image/png"}


def test_the_printed_people_can_sign_in(at_practice: Flask) -> None:
    further = [(one.part, one.places[-1]) for one in cast.FURTHER if len(one.places) > 1]
    for part, unit in ((cast.COMMUNE_PARTS[0], "Xã Xuân Tây"), (cast.ADMINISTRATOR, None), *further):
        name = cast.sign_in_name(part, unit)
        db.session.rollback()
        make.sign_in(at_practice.test_client(), name, cast.PASSWORD)


def test_a_second_run_on_the_finished_folder_changes_nothing(practice: Practice, at_practice: Flask) -> None:
    before = (_count(User), _count(Dossier), _count(HistoryEntry))
    db.session.rollback()

    done = in_its_own_process("demo", "--no-serve", "--dir", str(practice.folder))

    assert done.returncode == 0, done.stderr
    assert "is complete; nothing was changed" in done.stderr
    assert (_count(User), _count(Dossier), _count(HistoryEntry)) == before


def test_sign_in_names_are_those_of_the_units_short_names(at_practice: Flask) -> None:
    part = cast.COMMUNE_PARTS[0]
    for name, unit in cast.places().items():
        short = search_key(unit.short_name).replace(" ", "")
        assert cast.sign_in_name(part, name) == f"{part.prefix}.{short}", name


@pytest.fixture
def season_copy(practice: Practice, tmp_path: Path) -> Path:
    """A finished season that a test may change."""
    return Path(shutil.copytree(practice.folder, tmp_path / "season"))


RENAMED = """rename;26425;commune;;Phường Gia Ray;;;
rename;75;province;;Thành phố Đồng Nai;;;
rename;739;district;;Thị xã Cẩm Mỹ;;;
rename;XUANTAY;commune;;Phường Xuân Tây;;;"""
MERGED = """move;XUANHUNG;commune;;;;739;
merge;XUANTAY;commune;XUANTAY;Xã Cẩm Tây;;739;
merge;26425;commune;XUANTAY;;;;"""


@pytest.mark.parametrize(
    ("rows", "present_names"),
    [
        (
            RENAMED,
            (
                "giaray",
                "Tỉnh Đồng Nai (now Thành phố Đồng Nai)",
                "Huyện Cẩm Mỹ (now Thị xã Cẩm Mỹ)",
                "Xã Xuân Tây (now Phường Xuân Tây)",
            ),
        ),
        (MERGED, ("Xã Xuân Tây (now Xã Cẩm Tây)",)),
    ],
    ids=["renamed", "moved-and-merged"],
)
def test_it_starts_again_after_a_resolution(
    season_copy: Path, at_practice: Flask, rows: str, present_names: tuple[str, ...]
) -> None:
    for word, commune in (("XUANTAY", "Xã Xuân Tây"), ("XUANHUNG", "Xã Xuân Hưng")):
        rows = rows.replace(word, cast.places()[commune].code)
    resolution = season_copy.parent / "resolution.csv"
    resolution.write_bytes(table(*rows.splitlines()))
    applied = in_its_own_process("units", "apply", str(resolution), CERTFLOW_DIR=str(season_copy))
    assert applied.returncode == 0, applied.stdout + applied.stderr

    done = in_its_own_process("demo", "--no-serve", "--dir", str(season_copy), COLUMNS="160")

    assert done.returncode == 0, done.stderr
    assert "nothing was changed" in done.stderr
    sign_ins = ("canbo.xuantay", "so.dongnai", "truongphong.cammy", "giamdoc.xuantay", "canbo2.xuanhung")
    for words in (*present_names, *sign_ins):
        assert words in done.stdout, words


def _papers(folder_: Path) -> dict[str, list[str]]:
    """The addresses in words, and in the codes, of the papers that name one."""
    from certflow.app import create_app

    app = create_app(Settings.from_environment({"CERTFLOW_DIR": str(folder_)}))
    with app.app_context():
        documents = [one for one in db.session.scalars(sa.select(Document)) if one.facts.get("verify_url")]
        storage = equipment().storage
        files = [b"".join(storage.open(one.storage_key or "")) for one in documents]
        assert [hashlib.sha256(file).hexdigest() for file in files] == [one.sha256 for one in documents]
        named = [str(one.facts["verify_url"]) for one in documents]
        coded = [text for file in files for text in paper_samples.qr_codes(file)]
        db.session.remove()
        db.engine.dispose()
    return {"named": named, "coded": coded}


def test_papers_name_the_address_at_which_the_season_is_served(practice: Practice, season_copy: Path) -> None:
    before = _papers(season_copy)
    done = in_its_own_process("demo", "--no-serve", "--dir", str(season_copy), "--port", "8123")
    again = in_its_own_process("demo", "--no-serve", "--dir", str(season_copy))
    after = _papers(season_copy)

    assert len(before["named"]) > 15
    for texts, base in ((before, "http://127.0.0.1:8000/verify/"), (after, "http://127.0.0.1:8123/verify/")):
        assert {text.rpartition("/")[0] + "/" for text in texts["named"] + texts["coded"]} == {base}
    assert f"{len(before['named'])} papers now name http://127.0.0.1:8123." in done.stderr
    assert "nothing was changed" in again.stderr, "the port is kept"
    assert "http://127.0.0.1:8123/verify/" in again.stdout


def test_in_the_machines_network_a_telephone_reaches_what_the_papers_encode(season_copy: Path) -> None:
    here = _outside(
        "from certflow.gateways import processes; print(processes.network_address('0.0.0.0') or '127.0.0.1')"
    )
    port = processes.free_port("0.0.0.0", 20_000 + os.getpid() % 20_000)
    command = [sys.executable, "-m", "certflow", "demo", "--dir", str(season_copy), "--host", "0.0.0.0"]
    log = season_copy.parent / "log"
    with log.open("w") as said:
        serving = subprocess.Popen(
            [*command, "--port", str(port)], stdout=said, stderr=said, env=os.environ | {"COLUMNS": "160"}
        )
    try:
        eventually(lambda: serving.poll() is not None or "answers at" in log.read_text())
        url = re.search(r"public: +(http://\S+/verify/\S{10,})", log.read_text())
        assert url is not None, log.read_text()
        assert url[1].startswith(f"http://{here}:{port}/verify/")
        eventually(lambda: _outside(f"import urllib.request as u; print(u.urlopen('{url[1]}').status)") == "200")
    finally:
        serving.terminate()
        serving.wait(AT_MOST)
    assert f"http://127.0.0.1:{port}/" in log.read_text()
    assert {text.rpartition("/")[0] for text in _papers(season_copy)["coded"]} == {f"http://{here}:{port}/verify"}


def _outside(code: str) -> str:
    """What Python prints in a process of its own, which may use this machine's address in its network."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=AT_MOST)
    return done.stdout.strip()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_no_other_machine_reaches_what_listens_to_this_one_alone(host: str) -> None:
    assert processes.network_address(host) is None


def test_a_host_that_was_chosen_is_the_address_in_the_network() -> None:
    assert processes.network_address("192.0.2.17") == "192.0.2.17"


def test_a_host_of_another_machine_is_refused(tmp_path: Path) -> None:
    done = in_its_own_process("demo", "--dir", str(tmp_path / "season"), "--host", "192.0.2.17")

    assert done.returncode == 2
    assert "certflow demo --host 0.0.0.0" in done.stderr


def test_a_folder_that_holds_anything_else_is_refused_and_kept(tmp_path: Path) -> None:
    foreign = tmp_path / "office"
    foreign.mkdir()
    (foreign / "certflow.sqlite3").write_bytes(b"an office's database")

    done = in_its_own_process("demo", "--no-serve", "--dir", str(foreign))

    assert done.returncode == 2
    assert "no practice season" in done.stderr
    assert "certflow demo --dir ANOTHER-FOLDER" in done.stderr
    assert {path.name: path.read_bytes() for path in foreign.iterdir()} == {"certflow.sqlite3": b"an office's database"}


def test_a_database_that_holds_anything_is_refused(app: Flask) -> None:
    class Silent:
        def begin(self, what: str, pieces: int) -> None:
            pass

        def tick(self) -> None:
            pass

    with app.app_context():
        make.units()
        with pytest.raises(SetupError, match="holds something"):
            season.build(Silent())
        assert _count(User) == 0


def test_a_season_that_was_cut_off_is_taken_away(tmp_path: Path) -> None:
    place = tmp_path / "season"
    with folder.held(place) as first:
        (place / "certflow.sqlite3").write_bytes(b"half")
        (place / "files").mkdir()
        (place / "notes.txt").write_text("someone's own")
        assert (first.port, first.remade) == (None, False)

    with folder.held(place) as second:
        assert (second.port, second.remade) == (None, True)
        assert sorted(path.name for path in place.iterdir()) == ["notes.txt", "practice-season.json"]
        second.finish(8123)

    with folder.held(place) as third:
        assert (third.port, third.remade) == (8123, False)


def test_one_folder_is_held_by_one_command_at_a_time(tmp_path: Path) -> None:
    place, another = tmp_path / "season", pytest.raises(SetupError, match="another `certflow demo`")

    with folder.held(place), another, folder.held(place):
        pass
