"""All blueprints, in the order of the journey."""

from certflow.accounts.pages import accounts, invitations, second_factor, sessions
from certflow.approval.pages import proposals
from certflow.assessment.pages import appraisals, claims, evidence
from certflow.criteria.pages import definitions, rating_sets
from certflow.desk import work
from certflow.dossiers.pages import dossiers, moving, receipts
from certflow.handling import pages
from certflow.http import health
from certflow.http.policy import Room
from certflow.impartiality.pages import conflicts, councils
from certflow.people.pages import importing, people
from certflow.results.pages import documents, revocations, verification
from certflow.rounds.pages import rounds, working_days
from certflow.rules.pages import authority, delegations, inheritance, signing_rules
from certflow.units.pages import offices, resolutions, units

BLUEPRINTS: tuple[Room, ...] = (
    health.bp,
    accounts.bp,
    invitations.bp,
    second_factor.bp,
    sessions.bp,
    work.bp,
    dossiers.bp,
    pages.bp,
    claims.bp,
    evidence.bp,
    appraisals.bp,
    documents.bp,
    verification.bp,
    rounds.bp,
    moving.bp,
    people.bp,
    importing.bp,
    units.bp,
    offices.bp,
    authority.bp,
    inheritance.bp,
    proposals.bp,
    receipts.bp,
    revocations.bp,
    delegations.bp,
    signing_rules.bp,
    conflicts.bp,
    councils.bp,
    working_days.bp,
    resolutions.bp,
    definitions.bp,
    rating_sets.bp,
)
