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
    invitations,
    moving,
    people,
    people_import,
    rating_sets,
    rounds,
    second_factor,
    sessions,
    verification,
    work,
    working_days,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.bp,
    accounts.bp,
    invitations.bp,
    second_factor.bp,
    sessions.bp,
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
    people_import.bp,
    authority.bp,
    working_days.bp,
    definitions.bp,
    rating_sets.bp,
)
