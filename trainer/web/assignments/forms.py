"""Forms of exam assignments."""

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    IntegerField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from trainer.errors import InputError
from trainer.services.assignments import KEYS_VISIBLE

EXTRA_TIME = [SelectChoice(value=1000, label="不加时"), SelectChoice(value=1250, label="1.25 倍"), SelectChoice(value=1500, label="1.5 倍"),
              SelectChoice(value=2000, label="2 倍")]


class FormWithErrors(FlaskForm):
    """A form that can show what a service refused, at the field it names."""

    def show(self, error: InputError) -> None:
        """Put the message at its field, or at the head of the form."""
        name = "teams" if error.field == "targets" else "who" if error.field in ("user_id", "team_id") else error.field
        field = self._fields.get(name or "")
        if field is None:
            self.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]


class AssignmentForm(FormWithErrors):
    """A new assignment."""

    paper = SelectField("试卷", validators=[InputRequired("请选择一份试卷。")])
    title = StringField("考试名称", validators=[Length(max=100, message="名称最多 100 个字。")])
    opens_at = DateTimeLocalField("开始时间", format="%Y-%m-%dT%H:%M", validators=[InputRequired("请填写开始时间。")])
    closes_at = DateTimeLocalField("截止时间", format="%Y-%m-%dT%H:%M", validators=[InputRequired("请填写截止时间。")])
    attempts = IntegerField("可考次数", default=2, validators=[InputRequired("请填写次数。"), NumberRange(1, 10, "次数应为 1 到 10。")])
    cooldown = IntegerField("两次间隔（小时）", default=0, validators=[InputRequired("请填写小时数，不限填 0。"), NumberRange(0, 720, "应为 0 到 720 小时。")])
    keys_visible = SelectField("什么时候公布答案", choices=[SelectChoice(value="", label="按试卷的规定")] + [
        SelectChoice(value=code, label=word) for code, word in KEYS_VISIBLE.items()], default="")
    room_code = BooleanField("开考要输考场口令")
    teams = SelectMultipleField("团队", coerce=int)
    classes = SelectMultipleField("班级", coerce=int)
    people = SelectMultipleField("学员", coerce=int)


class ExceptionForm(FormWithErrors):
    """特批 for one person (p12) or one team (t3)."""

    who = SelectField("给谁")
    extra_attempts = IntegerField("增加次数", default=0, validators=[InputRequired("不增加请填 0。"), NumberRange(0, 5, "应为 0 到 5 次。")])
    time_factor = SelectField("答题时间", coerce=int, choices=EXTRA_TIME, default=1000)
    opens_at = DateTimeLocalField("改为从这时开放", format="%Y-%m-%dT%H:%M", validators=[Optional()])
    closes_at = DateTimeLocalField("改为到这时截止", format="%Y-%m-%dT%H:%M", validators=[Optional()])
    reason = StringField("原因", validators=[InputRequired("请写明特批的原因，会留在记录里。"), Length(max=200)])
