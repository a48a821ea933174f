"""Units through time: dated versions, successions, what documents say of units, offices, and the places of a dossier."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = "kind IN ('country', 'province', 'district', 'commune')"
PARENTS = "(kind IN ('country', 'province')) = (parent_id IS NULL)"
PERIOD = "ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on"
ABOUT_THE_UNIT = sa.text("holder_id IS NULL")
SAID = "code, kind, name, short_name, search_key, sort_key, parent_id"
PLACES = ("commune", "district", "province")


def upgrade() -> None:
    _create_resolution()
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("starts_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("heir_id", sa.Integer(), nullable=True))
        batch_op.drop_constraint(op.f("uq_unit_code"), type_="unique")
        batch_op.create_index(batch_op.f("ix_unit_code"), ["code"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_heir_id"), ["heir_id"], unique=False)
        batch_op.create_foreign_key(op.f("fk_unit_heir_id"), "unit", ["heir_id"], ["id"])
        batch_op.create_check_constraint(op.f("ck_unit_heir"), "heir_id IS NULL OR ends_on IS NOT NULL")
    _create_unit_version()
    _create_succession()
    _create_unit_attribute()
    _create_organisation()
    op.execute(f"INSERT INTO unit_version (unit_id, {SAID}, change) SELECT id, {SAID}, '' FROM unit")
    op.execute(
        "INSERT INTO unit_attribute (unit_id, name, source, entered_at) "
        "SELECT id, 'disadvantaged_area', disadvantaged_source, CURRENT_TIMESTAMP FROM unit WHERE disadvantaged_area"
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_unit_disadvantaged_source"), type_="check")
        batch_op.drop_column("disadvantaged_area")
        batch_op.drop_column("disadvantaged_source")
    _place_people()
    _place_dossiers()


def _create_resolution() -> None:
    op.create_table(
        "resolution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("issued_by", sa.String(length=200), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["applied_by_id"], ["user_account.id"], name=op.f("fk_resolution_applied_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution")),
        sa.UniqueConstraint("number", "effective_on", name=op.f("uq_resolution_number_effective_on")),
    )


def _create_unit_version() -> None:
    op.create_table(
        "unit_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("short_name", sa.String(length=120), nullable=False),
        sa.Column("search_key", sa.String(length=120), nullable=False),
        sa.Column("sort_key", sa.String(length=400), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("change", sa.String(length=40), nullable=False),
        sa.Column("resolution_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_unit_version_kind")),
        sa.CheckConstraint(PARENTS, name=op.f("ck_unit_version_parent")),
        sa.CheckConstraint(PERIOD, name=op.f("ck_unit_version_period")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_version_unit_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_version_parent_id")),
        sa.ForeignKeyConstraint(["resolution_id"], ["resolution.id"], name=op.f("fk_unit_version_resolution_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_version")),
    )
    op.create_index("ix_unit_version_unit_id_starts_on", "unit_version", ["unit_id", "starts_on"])
    op.create_index("ix_unit_version_parent_id_sort_key", "unit_version", ["parent_id", "sort_key"])
    op.create_index(op.f("ix_unit_version_code"), "unit_version", ["code"])
    op.create_index(op.f("ix_unit_version_search_key"), "unit_version", ["search_key"])


def _create_succession() -> None:
    op.create_table(
        "succession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("predecessor_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("extent", sa.String(length=5), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("resolution_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('merge', 'split', 'tier_removed', 'tier_changed')", name=op.f("ck_succession_kind")
        ),
        sa.CheckConstraint("extent IN ('whole', 'part')", name=op.f("ck_succession_extent")),
        sa.CheckConstraint("(kind = 'tier_removed') = (successor_id IS NULL)", name=op.f("ck_succession_successor")),
        sa.ForeignKeyConstraint(["predecessor_id"], ["unit.id"], name=op.f("fk_succession_predecessor_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["unit.id"], name=op.f("fk_succession_successor_id")),
        sa.ForeignKeyConstraint(["resolution_id"], ["resolution.id"], name=op.f("fk_succession_resolution_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_succession")),
        sa.UniqueConstraint(
            "predecessor_id",
            "successor_id",
            "effective_on",
            name=op.f("uq_succession_predecessor_id_successor_id_effective_on"),
        ),
    )
    op.create_index(op.f("ix_succession_successor_id"), "succession", ["successor_id"])


def _create_unit_attribute() -> None:
    op.create_table(
        "unit_attribute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name IN ('disadvantaged_area')", name=op.f("ck_unit_attribute_name")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_unit_attribute_source")),
        sa.CheckConstraint(PERIOD, name=op.f("ck_unit_attribute_period")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_attribute_unit_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user_account.id"], name=op.f("fk_unit_attribute_entered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_attribute")),
    )
    op.create_index("ix_unit_attribute_unit_id_name", "unit_attribute", ["unit_id", "name"])


def _create_organisation() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("search_key", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(PERIOD, name=op.f("ck_organisation_period")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_organisation_unit_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user_account.id"], name=op.f("fk_organisation_entered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("unit_id", "kind", "name", name=op.f("uq_organisation_unit_id_kind_name")),
    )
    op.create_index(op.f("ix_organisation_search_key"), "organisation", ["search_key"])


def _place_people() -> None:
    with op.batch_alter_table("holder", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_holder_organisation_id"), "organisation", ["organisation_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_holder_organisation_id"), ["organisation_id"], unique=False)
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("document", sa.String(length=300), server_default="", nullable=False))
        batch_op.create_foreign_key(op.f("fk_appointment_organisation_id"), "organisation", ["organisation_id"], ["id"])


def _place_dossiers() -> None:
    _drop_partial_index()
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        for column in ("place_id", *(f"{kind}_id" for kind in PLACES)):
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_dossier_place_id"), "unit_version", ["place_id"], ["id"])
        for kind in PLACES:
            batch_op.create_foreign_key(op.f(f"fk_dossier_{kind}_id"), "unit", [f"{kind}_id"], ["id"])
            batch_op.create_index(f"ix_dossier_{kind}_id_state", [f"{kind}_id", "state"], unique=False)
    above = "SELECT u.parent_id FROM unit u WHERE u.id = "
    kind = "(SELECT u.kind FROM unit u WHERE u.id = dossier.unit_id)"
    op.execute("UPDATE dossier SET place_id = (SELECT v.id FROM unit_version v WHERE v.unit_id = dossier.unit_id)")
    op.execute(f"UPDATE dossier SET commune_id = unit_id WHERE {kind} = 'commune'")
    op.execute(
        f"UPDATE dossier SET district_id = CASE WHEN {kind} = 'district' THEN unit_id ELSE (SELECT p.id FROM unit u "
        f"JOIN unit p ON p.id = u.parent_id WHERE u.id = dossier.unit_id AND p.kind = 'district') END"
    )
    op.execute(
        f"UPDATE dossier SET province_id = CASE WHEN {kind} = 'province' THEN unit_id WHEN district_id IS NOT NULL "
        f"THEN ({above} dossier.district_id) ELSE ({above} dossier.unit_id) END"
    )
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.alter_column("place_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("province_id", existing_type=sa.Integer(), nullable=False)
    _create_partial_index()


def _drop_partial_index() -> None:
    op.drop_index("uq_dossier_round_unit", table_name="dossier")


def _create_partial_index() -> None:
    only = {"sqlite_where": ABOUT_THE_UNIT, "postgresql_where": ABOUT_THE_UNIT}
    op.create_index("uq_dossier_round_unit", "dossier", ["round_id", "unit_id"], unique=True, **only)


def downgrade() -> None:
    _drop_partial_index()
    with op.batch_alter_table("dossier", schema=None) as batch_op:
        for kind in PLACES:
            batch_op.drop_index(f"ix_dossier_{kind}_id_state")
            batch_op.drop_constraint(op.f(f"fk_dossier_{kind}_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_dossier_place_id"), type_="foreignkey")
        for column in ("place_id", *(f"{kind}_id" for kind in PLACES)):
            batch_op.drop_column(column)
    _create_partial_index()
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_appointment_organisation_id"), type_="foreignkey")
        batch_op.drop_column("document")
        batch_op.drop_column("organisation_id")
    with op.batch_alter_table("holder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_holder_organisation_id"))
        batch_op.drop_constraint(op.f("fk_holder_organisation_id"), type_="foreignkey")
        batch_op.drop_column("organisation_id")
    _restore_units()
    for table in ("organisation", "unit_attribute", "succession", "unit_version", "resolution"):
        op.drop_table(table)


def _restore_units() -> None:
    """A code names one unit again, so units that ended must be gone; refused by the constraint while they are not."""
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("disadvantaged_area", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("disadvantaged_source", sa.String(length=300), nullable=True))
    said = "SELECT a.source FROM unit_attribute a WHERE a.unit_id = unit.id"
    op.execute(f"UPDATE unit SET disadvantaged_area = EXISTS ({said}), disadvantaged_source = ''")
    op.execute(f"UPDATE unit SET disadvantaged_source = ({said} LIMIT 1) WHERE disadvantaged_area")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.alter_column("disadvantaged_area", existing_type=sa.Boolean(), nullable=False)
        batch_op.alter_column("disadvantaged_source", existing_type=sa.String(length=300), nullable=False)
        batch_op.create_check_constraint(
            op.f("ck_unit_disadvantaged_source"), "NOT disadvantaged_area OR disadvantaged_source <> ''"
        )
        batch_op.drop_constraint(op.f("ck_unit_heir"), type_="check")
        batch_op.drop_constraint(op.f("fk_unit_heir_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_unit_heir_id"))
        batch_op.drop_index(batch_op.f("ix_unit_code"))
        batch_op.create_unique_constraint(op.f("uq_unit_code"), ["code"])
        for column in ("heir_id", "ends_on", "starts_on"):
            batch_op.drop_column(column)
