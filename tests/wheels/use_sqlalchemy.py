"""The compiled parts (rows, processors, immutable dicts, ordered sets, cache keys), expressions, and the ORM over sqlite3."""

import datetime
import decimal
import pickle

import sqlalchemy as sa
from sqlalchemy import orm, util
from sqlalchemy.engine import _processors_cy
from sqlalchemy.util import _has_cython

assert _has_cython.HAS_CYEXTENSION and _processors_cy.__file__.endswith(".so")
frozen = util.immutabledict({"a": 1})
assert frozen.union({"b": 2}) == {"a": 1, "b": 2} and pickle.loads(pickle.dumps(frozen)) == frozen
try:
    frozen["c"] = 3
except TypeError:
    pass
else:
    raise AssertionError("no TypeError")
assert list(util.OrderedSet([3, 1, 3, 2]) | [9]) == [3, 1, 2, 9] and list(util.unique_list("abca")) == ["a", "b", "c"]
assert _processors_cy.to_decimal_processor_factory(decimal.Decimal, 2)(1.5) == decimal.Decimal("1.50")
assert _processors_cy.str_to_date("2024-02-29") == datetime.date(2024, 2, 29)


class Base(orm.DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(20), unique=True)
    born: orm.Mapped[datetime.date | None]
    posts: orm.Mapped[list["Post"]] = orm.relationship(back_populates="user", cascade="all, delete-orphan")


class Post(Base):
    __tablename__ = "posts"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    title: orm.Mapped[str]
    price: orm.Mapped[decimal.Decimal] = orm.mapped_column(sa.Numeric(8, 2))
    user_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("users.id"))
    user: orm.Mapped[User] = orm.relationship(back_populates="posts")


engine = sa.create_engine("sqlite://", connect_args={"detect_types": 0})
Base.metadata.create_all(engine)
with orm.Session(engine) as session:
    ann = User(name="ann", born=datetime.date(1990, 1, 2))
    ann.posts = [Post(title=f"post {i}", price=decimal.Decimal(i) / 4) for i in range(20)]
    session.add_all([ann, User(name="bob")])
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(Post)) == 20
    row = session.execute(sa.select(User.name, sa.func.sum(Post.id).label("total")).join(User.posts).group_by(User.name)).one()
    assert row == ("ann", 210) and row.total == 210 and row._mapping["name"] == "ann" and hash(row) == hash(("ann", 210))
    assert pickle.loads(pickle.dumps(row)).name == "ann"
    first = session.scalars(sa.select(Post).order_by(Post.price.desc()).options(orm.joinedload(Post.user))).first()
    assert first.price == decimal.Decimal("4.75") and first.user is ann
    ann.posts.pop(0)
    session.flush()
    assert session.scalar(sa.select(sa.func.count(Post.id))) == 19
    session.rollback()
    assert len(ann.posts) == 20
    session.add(User(name="bob"))
    try:
        session.commit()
    except sa.exc.IntegrityError as e:
        assert "UNIQUE" in str(e)
        session.rollback()
    else:
        raise AssertionError("no IntegrityError")
with engine.connect() as connection:
    result = connection.execute(sa.text("select id, name from users order by id"))
    assert list(result.keys()) == ["id", "name"]
    assert [tuple(r) for r in result] == [(1, "ann"), (2, "bob")]
    assert connection.execute(sa.select(User.__table__.c.born).where(User.__table__.c.name.like("a%"))).scalar_one() == datetime.date(1990, 1, 2)
both = sa.select(User).where(User.id.in_([1, 2]), User.name != "x").order_by(User.name)
assert "users.id IN (1, 2)" in str(both.compile(compile_kwargs={"literal_binds": True}))
