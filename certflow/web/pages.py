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
    health,
    inheritance,
    moving,
    offices,
    people,
    places,
    rating_sets,
    rounds,
    unit_changes,
    verification,
    work,
    working_days,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.bp,
    accounts.bp,
    work.bp,
    dossiers.bp,
    claims.bp,
    evidence.bp,
    appraisals.bp,
    documents.bp,
    verification.bp,
    rounds.bp,
    moving.bp,
    people.bp,
    places.bp,
    offices.bp,
    authority.bp,
    inheritance.bp,
    working_days.bp,
    unit_changes.bp,
    definitions.bp,
    rating_sets.bp,
)
