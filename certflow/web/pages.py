"""All blueprints, in the order of the journey."""

from flask import Blueprint

from certflow.web import (
    accounts,
    appraisals,
    authority,
    claims,
    councils,
    definitions,
    documents,
    dossiers,
    evidence,
    health,
    moving,
    people,
    rating_sets,
    recusals,
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
    claims.bp,
    evidence.bp,
    appraisals.bp,
    documents.bp,
    verification.bp,
    rounds.bp,
    moving.bp,
    people.bp,
    authority.bp,
    recusals.bp,
    councils.bp,
    working_days.bp,
    definitions.bp,
    rating_sets.bp,
)
