"""Our own messages beside WTForms fields."""

from flask_wtf import FlaskForm

from trainer.errors import InputError


def put_error(form: FlaskForm, error: InputError) -> None:
    """Show the message at the field that the error names, else at the head of the form."""
    if error.field in form._fields:
        field = form[error.field]
        field.errors = [*field.errors, error.message]
    else:
        form.form_errors.append(error.message)
