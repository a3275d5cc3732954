import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.util import has_compiled_ext

assert has_compiled_ext()


class Base(orm.DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    name: orm.Mapped[str]
    posts: orm.Mapped[list["Post"]] = orm.relationship(back_populates="user")


class Post(Base):
    __tablename__ = "post"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    user_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("user.id"))
    user: orm.Mapped[User] = orm.relationship(back_populates="posts")


engine = sa.create_engine("sqlite://")
Base.metadata.create_all(engine)
with orm.Session(engine) as s:
    s.add_all([User(name="a", posts=[Post(), Post()]), User(name="b")])
    s.commit()
    rows = s.execute(sa.select(User.name, sa.func.count(Post.id)).outerjoin(Post).group_by(User.name).order_by(User.name)).all()
    assert [tuple(r) for r in rows] == [("a", 2), ("b", 0)] and s.get(User, 1).posts[0].user.name == "a"
