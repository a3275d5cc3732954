"""Models: parsing, coercion, nested and generic models, validators called back from Rust, errors, JSON, schemas."""

from datetime import date
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, computed_field, field_validator, model_validator

T = TypeVar("T")


class Item(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: str = Field(min_length=1)
    price: Annotated[float, Field(gt=0)]

    @field_validator("name")
    @classmethod
    def strip(cls, value):
        return value.strip()


class Page(BaseModel, Generic[T]):
    items: list[T]
    kind: Literal["list", "map"] = "list"
    day: date | None = None

    @computed_field
    @property
    def total(self) -> int:
        return len(self.items)

    @model_validator(mode="after")
    def check(self):
        if len(self.items) > 2:
            raise ValueError("too many")
        return self


page = Page[Item].model_validate({"items": [{"name": " pen ", "price": "1.5"}], "day": "2024-02-29"})
assert page.items[0] == Item(name="pen", price=1.5) and page.day == date(2024, 2, 29)
assert page.model_dump_json() == '{"items":[{"name":"pen","price":1.5}],"kind":"list","day":"2024-02-29","total":1}'
assert Page[Item].model_validate_json(page.model_dump_json()) == page
try:
    Page[Item].model_validate({"items": [{"name": "", "price": -1}, 7], "kind": "heap"})
except ValidationError as e:
    assert [(".".join(map(str, x["loc"])), x["type"]) for x in e.errors()] == [
        ("items.0.name", "string_too_short"), ("items.0.price", "greater_than"), ("items.1", "model_type"), ("kind", "literal_error")]
else:
    raise AssertionError("no ValidationError")
try:
    Page[int](items=[1, 2, 3])
except ValidationError as e:
    assert "too many" in str(e) and isinstance(e.errors()[0]["ctx"]["error"], ValueError)
else:
    raise AssertionError("no ValidationError")
try:
    page.items[0].name = "x"
except ValidationError as e:
    assert e.errors()[0]["type"] == "frozen_instance"
else:
    raise AssertionError("the item is frozen")
assert TypeAdapter(dict[str, tuple[int, ...]]).validate_python({"a": ["1", 2]}) == {"a": (1, 2)}
assert Page[Item].model_json_schema()["properties"]["kind"]["default"] == "list"
assert [TypeAdapter(list[int]).validate_json(b"[%d, 2]" % n)[0] for n in range(50)] == list(range(50))
