"""Write which letter is in which matter, from a scan's history, for evaluate_matters.py.

python -m benchmarks.matters.groups HISTORY --out groups.csv
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from risk_model.scan.book import Shelf


def main() -> None:
    """Write id and matter_id of every letter that the history knows."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("history", type=Path)
    cli.add_argument("--out", type=Path, required=True)
    options = cli.parse_args()
    shelf = Shelf(options.history)
    found = shelf.open(shelf.weeks()[-1] + 1).index.matter_ids()
    pd.DataFrame(found.items(), columns=["id", "matter_id"]).to_csv(options.out, index=False)


if __name__ == "__main__":
    main()
