"""The web edge: one blueprint a feature, registered from this one list."""

from flask import Blueprint

from trainer.web import (
    assignments,
    authoring,
    bench,
    calculators,
    cases,
    certificates,
    desk,
    exams,
    exchange,
    grading,
    home,
    learn,
    lessons,
    papers,
    practice,
    preview,
    replay,
    rules,
    search,
    team,
)
from trainer.web.admin.views import bp as admin
from trainer.web.auth.views import bp as auth
from trainer.web.roster.views import bp as roster

BLUEPRINTS: list[Blueprint] = [
    home.bp, auth, admin, roster, learn.bp, practice.bp, exams.bp, desk.bp, replay.bp, certificates.bp, team.bp, grading.bp, assignments.bp,
    authoring.bp, cases.bp, papers.bp, lessons.bp, preview.bp, exchange.bp, bench.bp, rules.bp, calculators.bp, search.bp,
]
