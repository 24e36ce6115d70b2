"""what came of a remark on a replay; walks of cases"""

import sqlalchemy as sa
from alembic import op

import trainer.models.base
from trainer.models.append_only import trigger_statements

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('desk_comment_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=1000), nullable=False),
    sa.Column('at', trainer.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_desk_comment_note_by_id_user_account')),
    sa.ForeignKeyConstraint(['comment_id'], ['desk_comment.id'], name=op.f('fk_desk_comment_note_comment_id_desk_comment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_desk_comment_note')),
    sa.UniqueConstraint('comment_id', 'kind', name=op.f('uq_desk_comment_note_comment_id_kind'))
    )
    with op.batch_alter_table('desk_comment_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_desk_comment_note_comment_id'), ['comment_id'], unique=False)
    op.create_table('case_walk',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('engine', sa.String(length=64), nullable=False),
    sa.Column('variant_no', sa.Integer(), nullable=False),
    sa.Column('found', trainer.models.base.JsonText(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', trainer.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_case_walk_by_id_user_account')),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_case_walk_release_id_release')),
    sa.ForeignKeyConstraint(['revision_id'], ['revision.id'], name=op.f('fk_case_walk_revision_id_revision')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_walk')),
    sa.UniqueConstraint('revision_id', 'release_id', 'engine', 'variant_no', name=op.f('uq_case_walk_revision_id_release_id_engine_variant_no'))
    )
    with op.batch_alter_table('case_walk', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_walk_revision_id'), ['revision_id'], unique=False)
    for statement in trigger_statements(op.get_bind().dialect.name, ('desk_comment_note',)):
        op.execute(statement)


def downgrade():
    with op.batch_alter_table('case_walk', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_walk_revision_id'))
    op.drop_table('case_walk')
    with op.batch_alter_table('desk_comment_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_desk_comment_note_comment_id'))
    op.drop_table('desk_comment_note')
