import io

import pandas as pd

d = pd.read_csv(io.StringIO("name,day,n\na,2024-01-01,1\nb,2024-01-02,2\na,2024-01-03,4\n"), parse_dates=["day"])
assert d.groupby("name")["n"].sum().to_dict() == {"a": 5, "b": 2}
assert d.set_index("day")["n"].resample("2D").sum().tolist() == [3, 4]
assert d.merge(pd.DataFrame({"name": ["a"], "w": [10]}), how="left")["w"].isna().sum() == 1
assert d.pivot_table(index="name", values="n", aggfunc="max").loc["a", "n"] == 4
assert pd.read_json(io.StringIO(d.to_json())).shape == (3, 3) and "2024" in d.to_string()
