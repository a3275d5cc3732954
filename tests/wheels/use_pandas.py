"""Tables: grouping, joining, time series, CSV, missing values, strings, and callbacks from Cython."""

import io

import pandas as pd

table = pd.read_csv(io.StringIO("day,shop,sold,price\n2024-01-01,a,3,1.5\n2024-01-02,b,5,2.0\n2024-01-03,a,,1.0\n2024-01-04,b,7,2.5\n"),
                    parse_dates=["day"])
assert table.shape == (4, 4) and int(table.sold.isna().sum()) == 1 and str(table.day.dtype).startswith("datetime64")
assert table.groupby("shop").sold.sum().to_dict() == {"a": 3.0, "b": 12.0}
assert table.groupby("shop").price.apply(lambda s: s.max() - s.min()).round(6).tolist() == [0.5, 0.5]
towns = pd.DataFrame({"shop": ["a", "b"], "town": ["Ulm", "Bonn"]})
joined = table.merge(towns, on="shop")
assert joined.sort_values("day").town.tolist() == ["Ulm", "Bonn", "Ulm", "Bonn"]
assert table.set_index("day").price.resample("2D").mean().tolist() == [1.75, 1.75]
assert table.sold.ffill().rolling(2).sum().tolist()[1:] == [8.0, 10.0, 12.0]
assert joined.pivot_table(index="shop", columns="town", values="price", aggfunc="mean").loc["a", "Ulm"] == 1.25
assert towns.town.str.upper().tolist() == ["ULM", "BONN"] and towns.town.str.contains("o").tolist() == [False, True]
assert pd.Timestamp("2024-02-29") + pd.offsets.MonthEnd(1) == pd.Timestamp("2024-03-31")
assert pd.date_range("2024-01-01", periods=3, freq="D", tz="UTC")[2].isoformat() == "2024-01-03T00:00:00+00:00"
assert table.describe().loc["mean", "price"] == 1.75
assert pd.Categorical(["x", "y", "x"]).codes.tolist() == [0, 1, 0]
out = io.StringIO()
table.to_csv(out, index=False)
assert pd.read_csv(io.StringIO(out.getvalue())).equals(pd.read_csv(io.StringIO(out.getvalue())))
assert pd.read_json(io.StringIO(towns.to_json())).town.tolist() == ["Ulm", "Bonn"]
assert pd.Series([1, 2, 3]).map({1: "one", 3: "three"}).tolist()[::2] == ["one", "three"]
assert table.query("price > 1.2 and shop == 'b'").sold.tolist() == [5.0, 7.0]
try:
    table["nothing"]
except KeyError as e:
    assert e.args == ("nothing",)
else:
    raise AssertionError("no KeyError")
