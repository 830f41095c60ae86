"""Scores bsuite's logs by bsuite's own `summary_analysis.bsuite_score`.

Run: python score.py FOLDER [ID ...]

FOLDER has the CSV files that bsuite writes, one for each id, of one agent; ids take a part of them. Prints JSON
{experiment: {score, episodes, ids}}: the score in [0,1], the fewest episodes that an id has, and the ids.
"""

import json
import sys
from pathlib import Path

import pandas as pd

# bsuite 0.3.6 scores deep_sea by Series.append, which pandas 2 has no more.
pd.Series.append = lambda self, other: pd.concat([self, other])

from bsuite.experiments import summary_analysis  # noqa: E402
from bsuite.logging import csv_load  # noqa: E402


def scores(folder: str, ids: list[str]) -> dict[str, dict]:
    """The score of every experiment that `folder` has logs of, for some `ids` or, if there are none, for all.

    Raises:
        ValueError: there is no log of an id.
    """
    if not any(Path(folder).glob("bsuite_id_-_*.csv")):
        raise ValueError(f"{folder} has no log bsuite_id_-_*.csv; expected a folder that bsuite wrote.")
    df, _ = csv_load.load_bsuite(folder)
    missing = sorted(set(ids) - set(df.bsuite_id))
    if missing:
        raise ValueError(f"{folder} has no log of {', '.join(missing)}.")
    df = df[df.bsuite_id.isin(ids)] if ids else df
    episodes = df.groupby(["bsuite_env", "bsuite_id"]).episode.max()
    return {
        row.bsuite_env: {
            "score": float(row.score),
            "episodes": int(episodes[row.bsuite_env].min()),
            "ids": sorted(episodes[row.bsuite_env].index, key=lambda id: int(id.split("/")[1])),
        }
        for row in summary_analysis.bsuite_score(df).itertuples()
    }


if __name__ == "__main__":
    print(json.dumps(scores(sys.argv[1], sys.argv[2:])))
