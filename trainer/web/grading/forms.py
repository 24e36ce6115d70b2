"""The form of a regrade."""

from datetime import datetime

from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectChoice, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import Length, Optional

from trainer.models import Assignment, Release, Revision
from trainer.services.regrading import KINDS, Scope
from trainer.web.clock import BEIJING, beijing


class RegradeForm(FlaskForm):
    """What to judge again, by which release or date."""

    kind = RadioField("做什么", choices=[SelectChoice(value=code, label=word) for code, word in KINDS.items()], default="release")
    assignments = SelectMultipleField("考试", coerce=int)
    papers = SelectMultipleField("试卷")
    questions = TextAreaField("只看这些题", validators=[Length(max=4000, message="一次最多 4000 个字，请分几次做。")])
    release = SelectField("规则发布版本", coerce=int)
    as_of = DateField("按哪一天的规则", validators=[Optional()])

    def offer(self, exams: list[Assignment], papers: list[Revision], releases: list[Release]) -> None:
        """Fill the choices."""
        self.assignments.choices = [(one.id, f"{one.title}（{beijing(one.opens_at, '%Y-%m-%d')}）") for one in exams]
        self.papers.choices = [(one.item.slug, str(one.body["title"])) for one in papers]
        self.release.choices = [(one.id, f"第 {one.number} 版（{beijing(one.published_at)}）") for one in releases]

    def scope(self) -> Scope:
        """What was chosen; question ids are taken one a line, or apart by commas."""
        text = (self.questions.data or "").replace("，", "\n").replace(",", "\n")
        slugs = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
        return Scope(tuple(self.assignments.data or ()), tuple(self.papers.data or ()), slugs)

    def moment(self) -> datetime | None:
        """The end of the chosen day in Beijing, where one was chosen."""
        day = self.as_of.data
        return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=BEIJING) if day else None
