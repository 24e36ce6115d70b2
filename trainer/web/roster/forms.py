"""The two steps of an import."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField


class RosterForm(FlaskForm):
    file = FileField("名单文件")


class AgreedRosterForm(FlaskForm):
    rows = HiddenField()
