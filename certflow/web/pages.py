"""All blueprints, in the order of the journey."""

from flask import Blueprint

from certflow.web import (
    accounts,
    appraisals,
    authority,
    claims,
    definitions,
    delegations,
    documents,
    dossiers,
    evidence,
    health,
    moving,
    people,
    rating_sets,
    rounds,
    signing_rules,
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
    delegations.bp,
    signing_rules.bp,
    working_days.bp,
    definitions.bp,
    rating_sets.bp,
)
