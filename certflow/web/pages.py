"""All blueprints, in the order of the journey."""

from flask import Blueprint

from certflow.web import (
    accounts,
    appraisals,
    authority,
    claims,
    definitions,
    documents,
    dossiers,
    evidence,
    handling,
    health,
    moving,
    people,
    proposals,
    rating_sets,
    rounds,
    verification,
    work,
    working_days,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.bp,
    accounts.bp,
    work.bp,
    dossiers.bp,
    handling.bp,
    claims.bp,
    evidence.bp,
    appraisals.bp,
    documents.bp,
    verification.bp,
    rounds.bp,
    moving.bp,
    people.bp,
    authority.bp,
    proposals.bp,
    working_days.bp,
    definitions.bp,
    rating_sets.bp,
)
