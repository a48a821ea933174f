"""All blueprints, in the order of the journey."""

from flask import Blueprint

from certflow.web import (
    accounts,
    appraisals,
    claims,
    definitions,
    documents,
    dossiers,
    evidence,
    health,
    people,
    rating_sets,
    rounds,
    verification,
    work,
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
    people.bp,
    definitions.bp,
    rating_sets.bp,
)
