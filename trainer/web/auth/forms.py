"""Forms of signing in; lengths are bounded so that nobody makes argon2 chew megabytes."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

LONGEST = Length(max=200, message="太长了，最多 200 个字符。")


class SignInForm(FlaskForm):
    staff_no = StringField("工号", [InputRequired("请填写工号。"), Length(max=64, message="工号最多 64 个字符。")])
    password = PasswordField("密码", [InputRequired("请填写密码。"), LONGEST])
    next = HiddenField()


class PasswordForm(FlaskForm):
    old = PasswordField("原密码", [InputRequired("请填写原密码。"), LONGEST])
    new = PasswordField("新密码", [InputRequired("请填写新密码。"), LONGEST])
    again = PasswordField("再输一次新密码", [InputRequired("请把新密码再输一次。"), EqualTo("new", "两次输入的新密码不一样，请再输一次。")])


class SetupForm(FlaskForm):
    code = StringField("启动码", [InputRequired("请填写启动码。"), Length(max=40, message="启动码没有这么长，请检查。")])
    staff_no = StringField("管理员工号", [InputRequired("请填写工号。")])
    name = StringField("姓名", [InputRequired("请填写姓名。")])
    password = PasswordField("密码", [InputRequired("请填写密码。"), LONGEST])
    again = PasswordField("再输一次密码", [InputRequired("请把密码再输一次。"), EqualTo("password", "两次输入的密码不一样，请再输一次。")])
