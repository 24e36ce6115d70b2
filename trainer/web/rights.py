"""The one table of rights: which roles reach which route, and the gate in front of every request.

A route that is missing here is refused to everybody, and a test names it.
"""

from flask import Flask, abort, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

ANYONE = frozenset({"anyone"})
SIGNED_IN = frozenset({"signed_in"})
TRAINEE = frozenset({"trainee"})
SUPERVISOR = frozenset({"supervisor"})
TRAINER = frozenset({"trainer"})
ADMIN = frozenset({"admin"})
MENTORS = frozenset({"mentor", "inspector"})
STAFF = SUPERVISOR | TRAINER | ADMIN

RIGHTS: dict[str, frozenset[str]] = {
    "static": ANYONE,
    "home.index": SIGNED_IN,
    "home.health": ANYONE,
    "auth.sign_in": ANYONE,
    "auth.setup": ANYONE,
    "auth.sign_out": SIGNED_IN,
    "auth.sign_out_everywhere": SIGNED_IN,
    "auth.account": SIGNED_IN,
    "auth.change_password": SIGNED_IN,
    "admin.accounts": ADMIN,
    "admin.account_new": ADMIN,
    "admin.account": ADMIN,
    "admin.account_reset": ADMIN,
    "admin.account_deactivate": ADMIN,
    "admin.account_activate": ADMIN,
    "admin.account_join_team": ADMIN,
    "admin.account_leave_team": ADMIN,
    "admin.account_set_klass": ADMIN,
    "admin.groups": ADMIN,
    "admin.team_save": ADMIN,
    "admin.klass_save": ADMIN,
    "roster.upload": SUPERVISOR | ADMIN,
    "roster.apply": SUPERVISOR | ADMIN,
    "roster.template": SUPERVISOR | ADMIN,
    "admin.audit": ADMIN,
    "admin.audit_csv": ADMIN,
    "admin.system": ADMIN,
    "exams.index": TRAINEE,
    "exams.assignment": TRAINEE,
    "exams.start": TRAINEE,
    "exams.start_paper": TRAINEE | TRAINER,
    "exams.attempt": TRAINEE | TRAINER,
    "exams.save": TRAINEE | TRAINER,
    "exams.submit": TRAINEE | TRAINER,
    "exams.irregularity": TRAINEE | TRAINER,
    "exams.result": TRAINEE | TRAINER,
    "exams.appeal": TRAINEE,
    "learn.today": TRAINEE,
    "learn.courses": TRAINEE,
    "learn.lesson": SIGNED_IN,
    "learn.read": TRAINEE,
    "learn.check": TRAINEE,
    "learn.answer_check": TRAINEE,
    "practice.index": TRAINEE,
    "practice.following": TRAINEE,
    "practice.question": TRAINEE,
    "practice.answer": TRAINEE,
    "practice.feedback": TRAINEE,
    "practice.again": TRAINEE,
    "practice.mistakes": TRAINEE,
    "practice.typing": TRAINEE,
    "practice.finish_typing": TRAINEE,
    "exchange.start_import": TRAINER,
    "exchange.check_import": TRAINER,
    "exchange.keep_import": TRAINER,
    "exchange.template": TRAINER,
    "exchange.export": TRAINER,
    "exchange.download": TRAINER,
    "exchange.picture": SIGNED_IN,
    "authoring.index": TRAINER,
    "authoring.questions": TRAINER,
    "authoring.question": TRAINER,
    "authoring.new_question": TRAINER,
    "authoring.edit_question": TRAINER,
    "authoring.save_question": TRAINER,
    "authoring.try_replies": TRAINER,
    "authoring.publish_question": TRAINER,
    "authoring.retire_question": TRAINER,
    "authoring.restore_question": TRAINER,
    "lessons.index": TRAINER,
    "lessons.lesson": TRAINER,
    "lessons.rules": TRAINER,
    "lessons.new_lesson": TRAINER,
    "lessons.edit": TRAINER,
    "lessons.preview": TRAINER,
    "lessons.save": TRAINER,
    "lessons.publish": TRAINER,
    "lessons.retire": TRAINER,
    "lessons.restore": TRAINER,
    "lessons.history": TRAINER,
    "cases.index": TRAINER,
    "cases.case": TRAINER,
    "cases.walk": TRAINER,
    "cases.try_out": TRAINER,
    "cases.line": TRAINER,
    "cases.new_case": TRAINER,
    "cases.edit": TRAINER,
    "cases.save": TRAINER,
    "cases.publish": TRAINER,
    "cases.retire": TRAINER,
    "cases.restore": TRAINER,
    "cases.history": TRAINER,
    "papers.index": TRAINER,
    "papers.paper": TRAINER,
    "papers.new_paper": TRAINER,
    "papers.edit": TRAINER,
    "papers.save": TRAINER,
    "papers.publish": TRAINER,
    "papers.retire": TRAINER,
    "papers.restore": TRAINER,
    "papers.history": TRAINER,
    "bench.index": TRAINER | ADMIN,
    "bench.start": TRAINER | ADMIN,
    "bench.template": TRAINER | ADMIN,
    "bench.run": TRAINER | ADMIN,
    "bench.patterns": TRAINER | ADMIN,
    "bench.export": TRAINER | ADMIN,
    "bench.keep": TRAINER | ADMIN,
    "bench.mark_row": TRAINER | ADMIN,
    "bench.delete_run": TRAINER | ADMIN,
    "bench.questions": TRAINER | ADMIN,
    "bench.sample_list": TRAINER | ADMIN,
    "bench.samples_jsonl": TRAINER | ADMIN,
    "bench.samples_xlsx": TRAINER | ADMIN,
    "bench.sample": TRAINER | ADMIN,
    "bench.label_sample": TRAINER | ADMIN,
    "bench.wording": TRAINER | ADMIN,
    "bench.entry": TRAINER | ADMIN,
    "bench.save_entry": TRAINER | ADMIN,
    "bench.house_file": TRAINER | ADMIN,
    "bench.draft": TRAINER | ADMIN,
    "bench.publish_draft": TRAINER | ADMIN,
    "preview.paper": TRAINER,
    "preview.question": TRAINER,
    "desk.index": TRAINEE | TRAINER,
    "desk.start": TRAINEE | TRAINER,
    "desk.exam_item": TRAINEE | TRAINER,
    "desk.session": TRAINEE | TRAINER,
    "desk.move": TRAINEE | TRAINER,
    "desk.back": TRAINEE | TRAINER,
    "desk.report": TRAINEE | TRAINER,
    "desk.start_several": TRAINEE | TRAINER,
    "desk.keep_time": TRAINEE | TRAINER,
    "desk.skip": TRAINEE | TRAINER,
    "desk.close": TRAINEE | TRAINER,
    "desk.sets": TRAINER,
    "desk.save_set": TRAINER,
    "desk.retire_set": TRAINER,
    "desk.running": TRAINER | SUPERVISOR | MENTORS,
    "desk.watch": TRAINER | SUPERVISOR | MENTORS,
    "replay.session": TRAINEE | TRAINER | SUPERVISOR | MENTORS,
    "replay.line": TRAINEE | TRAINER | SUPERVISOR | MENTORS,
    "replay.compare": TRAINEE | TRAINER | SUPERVISOR | MENTORS,
    "replay.comment": SUPERVISOR | TRAINER | MENTORS,
    "replay.retract": SUPERVISOR | TRAINER | MENTORS,
    "replay.comments": SUPERVISOR | TRAINER | MENTORS,
    "replay.answer": TRAINEE,
    "rules.index": SIGNED_IN,
    "rules.rule": SIGNED_IN,
    "rules.compare": SIGNED_IN,
    "rules.compare_csv": SIGNED_IN,
    "rules.compare_xlsx": SIGNED_IN,
    "rules.checking": TRAINER,
    "rules.checking_csv": TRAINER,
    "rules.check": TRAINER,
    "rules.save_check": TRAINER,
    "calculators.index": SIGNED_IN,
    "calculators.page": SIGNED_IN,
    "search.index": SIGNED_IN,
    "team.morning": SUPERVISOR | MENTORS,
    "team.people": SUPERVISOR | MENTORS,
    "team.export": SUPERVISOR,
    "team.person": SUPERVISOR | MENTORS,
    "team.attempt": SUPERVISOR,
    "team.override": SUPERVISOR,
    "team.void": SUPERVISOR,
    "team.decide_late": SUPERVISOR,
    "team.report": SUPERVISOR,
    "grading.queue": SUPERVISOR,
    "grading.review": SUPERVISOR,
    "grading.decide": SUPERVISOR,
    "grading.regrades": STAFF,
    "grading.plan_regrade": STAFF,
    "grading.regrade": STAFF,
    "grading.continue_regrade": STAFF,
    "grading.commit_regrade": STAFF,
    "grading.export_regrade": STAFF,
    "assignments.index": SUPERVISOR,
    "assignments.create": SUPERVISOR,
    "assignments.detail": SUPERVISOR,
    "assignments.grant": SUPERVISOR,
    "assignments.room": SUPERVISOR,
    "assignments.cancel": SUPERVISOR,
    "assignments.restore": SUPERVISOR,
    "certificates.page": SIGNED_IN,
    "certificates.pdf": SIGNED_IN,
    "certificates.verify": ANYONE,
    "certificates.index": SUPERVISOR | ADMIN,
    "certificates.revoke": SUPERVISOR | ADMIN,
    "certificates.restore": SUPERVISOR | ADMIN,
    "certificates.refresh_list": SUPERVISOR | ADMIN,
    "certificates.keep": SUPERVISOR | ADMIN,
}


def may_reach(endpoint: str, roles: frozenset[str], signed_in: bool) -> bool:
    """Whether somebody with these roles may reach the endpoint; unknown endpoints are nobody's."""
    allowed = RIGHTS.get(endpoint, frozenset())
    if allowed is ANYONE or "anyone" in allowed:
        return True
    return signed_in and ("signed_in" in allowed or bool(allowed & roles))


def guard_rights(app: Flask) -> None:
    """Put the gate in front of every request: sign-in first, then the role, then an initial password to change."""

    @app.before_request
    def check_rights() -> Response | None:
        endpoint = request.endpoint
        if endpoint is None:
            return None
        signed_in = bool(current_user.is_authenticated)
        if may_reach(endpoint, current_user.roles if signed_in else frozenset(), signed_in):
            if signed_in and current_user.must_change and endpoint not in MAY_WITH_INITIAL_PASSWORD:
                return redirect(url_for("auth.change_password"), 303)
            return None
        if not signed_in:
            if request.method == "GET":
                return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")), 303)
            abort(401)
        abort(403)


MAY_WITH_INITIAL_PASSWORD = {"static", "auth.change_password", "auth.sign_out", "auth.sign_out_everywhere"}
