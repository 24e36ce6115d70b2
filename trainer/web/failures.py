"""Error pages in kind Chinese, and what our own exceptions become."""

from flask import Flask, flash, jsonify, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from trainer.errors import ConflictError, TrainerError
from trainer.extensions import db

MESSAGES = {
    400: ("请求不完整", "页面可能放得太久，或内容被截断。请返回上一页，刷新后再提交一次。"),
    401: ("需要先登录", "登录已失效。请登录后再试；考试中的作答已保存在本机，登录后会自动补交。"),
    403: ("没有权限", "您的角色不能打开这一页。如确有需要，请联系管理员。"),
    404: ("没有找到", "这一页不存在，或您看不到它。请从左侧菜单重新进入。"),
    405: ("操作方式不对", "这个地址不接受这种操作。请从页面上的按钮进入。"),
    409: ("内容已被更新", "别处已经有更新的内容。请刷新页面，看过新内容后再提交。"),
    413: ("文件太大", "上传的内容超过了限制。请拆成小一些的文件再上传。"),
    429: ("操作太频繁", "请稍等片刻再试。"),
    500: ("系统出了问题", "问题已记录，已保存的内容不会丢失。请稍后再试，或告诉管理员出错的时间。"),
}


def _answer(code: int, message: str | None = None) -> tuple[str | Response, int]:
    title, text = MESSAGES.get(code, MESSAGES[500])
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(error=message or text), code
    return render_template("errors/error.html", code=code, title=title, message=message or text), code


def handle_failures(app: Flask) -> None:
    """Register handlers: a learner's mistake is a message, never a stack trace."""

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[str | Response, int]:
        return _answer(error.code or 500)

    @app.errorhandler(CSRFError)
    def csrf_error(_error: CSRFError) -> tuple[str | Response, int]:
        return _answer(400, "页面已过期（安全令牌失效）。请返回上一页，刷新后再提交；已填的内容浏览器通常会保留。")

    @app.errorhandler(TrainerError)
    def trainer_error(error: TrainerError) -> tuple[str | Response, int] | Response:
        db.session.rollback()
        code = 409 if isinstance(error, ConflictError) else 400
        wants_json = request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
        if request.method == "POST" and not wants_json and request.referrer:
            flash(error.message, "error")
            return redirect(request.referrer, 303)
        return _answer(code, error.message)

    @app.errorhandler(500)
    def own_error(error: HTTPException) -> tuple[str | Response, int]:
        db.session.rollback()
        return _answer(500)
