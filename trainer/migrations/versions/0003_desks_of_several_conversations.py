"""the clock of a reception; sets of cases that a trainer puts together"""

import sqlalchemy as sa
from alembic import op

import trainer.models.base

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('desk_set',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('cases', trainer.models.base.JsonText(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', trainer.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('retired_at', trainer.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_desk_set_by_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_desk_set'))
    )
    with op.batch_alter_table('desk_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('clock', trainer.models.base.JsonText(), nullable=True))
        batch_op.add_column(sa.Column('set_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_desk_session_set_id_desk_set'), 'desk_set', ['set_id'], ['id'])


def downgrade():
    with op.batch_alter_table('desk_session', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_desk_session_set_id_desk_set'), type_='foreignkey')
        batch_op.drop_column('set_id')
        batch_op.drop_column('clock')
    op.drop_table('desk_set')
