from datetime import date

from pydantic import BaseModel, Field, ValidationError


class Item(BaseModel):
    name: str
    price: float = Field(gt=0)
    tags: list[str] = []
    when: date | None = None


i = Item.model_validate_json('{"name": "x", "price": "2.5", "when": "2024-02-29"}')
assert i.price == 2.5 and i.when == date(2024, 2, 29) and Item(**i.model_dump()) == i
try:
    Item(name=3, price=-1)
except ValidationError as e:
    assert [x["type"] for x in e.errors()] == ["string_type", "greater_than"]
assert Item.model_json_schema()["required"] == ["name", "price"]
