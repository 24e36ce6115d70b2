"""Forms of the administrator."""

from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from trainer.models import ROLES


class AccountForm(FlaskForm):
    name = StringField("姓名", [InputRequired("请填写姓名。"), Length(max=60, message="姓名最多 60 个字。")])
    roles = SelectMultipleField("角色", choices=dict(ROLES), widget=ListWidget(prefix_label=False),
                                option_widget=CheckboxInput(), validate_choice=False)
    contact = StringField("联系方式", [Length(max=120, message="联系方式最多 120 个字符。")])


class NewAccountForm(AccountForm):
    staff_no = StringField("工号", [InputRequired("请填写工号。"), Length(max=32, message="工号最多 32 位。")])
