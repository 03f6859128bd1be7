"""Measure speed and memory against what most would write and against the limits, all in one run.

python -m benchmarks.speed [--letters TABLE] [--model VERSION|PATH] [--million] [--quick] [--out FOLDER]

Without a table of labelled letters (columns of `petition-risk train --labelled`) the built-in corpus is used. Ratios are taken inside
one run; processor time on one core, so that other programs on the machine hardly count. Under ten minutes without `--million`.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import jieba
import numpy as np

from risk_model.errors import ArtifactError
from risk_model.model import RiskModel, load
from risk_model.runtime import CHOICE, available
from risk_model.text import segmenter
from risk_model.text.segment import private_cache

from .clock import child, environment, latencies, program, seconds, together
from .letters import examples, of_length, petitions, usual
from .peers import Textbook, fasttext, limits
from .plot import page
from .stages import compiled, stages, table

_BATCH = 1_000
_ENDLESS = 2 * 2**20


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: letters the peers are fitted on, rounds, single letters, letters of the pool, and sizes."""

    fit: int
    rounds: int
    single: int
    pool: int
    sizes: tuple[int, ...]
    lengths: tuple[int, ...]


_FULL = Effort(4_000, 3, 400, 8_000, (100, 1_000, 10_000, 100_000), (50, 150, 500, 1_500, 5_000, 15_000, 50_000))
_QUICK = Effort(1_000, 2, 100, 2_000, (100, 1_000, 10_000), (50, 500, 5_000, 50_000))


def main() -> None:
    """Measure, print and write."""
    cli = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=(__doc__ or "").split("\n", 1)[0])
    cli.add_argument("--letters", type=Path, help="a table of labelled letters; default: the built-in corpus")
    cli.add_argument("--model", help="version or folder; default: the served version, or a small one trained here")
    cli.add_argument("--million", action="store_true", help="scan a million letters too (minutes)")
    cli.add_argument("--quick", action="store_true", help="smaller peers, fewer repeats and sizes: for a busy machine")
    cli.add_argument("--out", type=Path, default=Path("out/speed"))
    options = cli.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        name = options.model or _served(Path(folder))
        os.environ["BENCH_MODEL"] = name
        if options.letters:
            os.environ["BENCH_LETTERS"] = str(options.letters.resolve())
        report = measure(load(name), name, options.letters, _QUICK if options.quick else _FULL, options.million)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "speed.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (options.out / "growth.svg").write_text(_drawn(report), encoding="utf-8")
    print(f"\n{options.out / 'speed.json'}, {options.out / 'growth.svg'}")


def _served(folder: Path) -> str:
    try:
        return load().version
    except ArtifactError:
        from risk_model.training.run import Plan, train, write

        print("no released model: training a small one on the corpus")
        settings = (("filters", 192), ("dimensions", 64), ("epochs", 2), ("folds", 2))
        write(train(Plan(settings=settings)), folder / "small", "small")
        return str(folder / "small")


def measure(model: RiskModel, name: str, letters_from: Path | None, effort: Effort, million: bool) -> dict[str, Any]:
    """Return every figure."""
    labelled = examples(letters_from)
    texts = usual(labelled.texts, _BATCH)
    report: dict[str, Any] = {
        "environment": environment(),
        "model": model.version,
        "letters": {"count": len(texts), "mean_characters": round(sum(map(len, texts)) / len(texts), 1)},
    }
    print(json.dumps(report, ensure_ascii=False, indent=1))
    print(f"\nfitting the peers on {effort.fit:,} letters", flush=True)
    rows = np.random.default_rng(1).permutation(len(labelled.texts))[: effort.fit]
    some, targets = [labelled.texts[i] for i in rows], labelled.targets[rows]
    # Not in the shared temp folder, where another user could plant what jieba unmarshals.
    jieba.dt.tmp_dir = str(private_cache())
    textbook = Textbook(some, targets, jieba.lcut)
    quick = Textbook(some, targets, segmenter().cut)
    hashed = Textbook(some, targets, segmenter().cut, hashing=True)
    letters = petitions(texts)
    models = engines(name)
    for each in models.values():
        each.score(letters, 5)
    others = {"HashingVectorizer, rjieba": hashed, "fastText, rjieba": fasttext(some, targets, segmenter().cut)}
    report["batch"] = _batch(models, texts, textbook, quick, {k: v for k, v in others.items() if v}, effort.rounds)
    report["evidence"] = _evidence(models, texts, textbook, quick, effort.rounds)
    report["stages"] = stages(model, letters, effort.rounds)
    print("\n" + "\n".join(table(report["stages"])), flush=True)
    if "compiled" in models:
        report["kernels"] = compiled(models["compiled"], letters, effort.rounds)
        print("\nkernel, with evidence           us a letter")
        for step, spent in report["kernels"].items():
            print(f"{step:<30} {spent:>12.1f}")
    report["single"] = {
        "textbook": latencies(lambda i: textbook.answer([texts[i]]), effort.single),
        "textbook, rjieba": latencies(lambda i: quick.answer([texts[i]]), effort.single),
        **{
            f"petition-risk, {kind}{', evidence' if words else ''}": latencies(
                lambda i, m=each, w=words: m.score([letters[i]], w), effort.single
            )
            for kind, each in models.items()
            for words in (0, 5)
        },
    }
    _show_single(report["single"])
    one, two = (child("pool", str(n), str(effort.pool)) for n in (1, 2))
    report["processes"] = {"one": one, "two": two, "ratio": one["wall"] / two["wall"]}
    print(f"\ntwo processes: {report['processes']['ratio']:.2f} times one (wall time; needs two idle cores)")
    report["cold_start"] = _cold_start(name)
    report["growth"] = [child("scan", str(n)) for n in (*effort.sizes, *((1_000_000,) if million else ()))]
    print("\nletters in a file  processor s  letters/s  peak MB")
    for row in report["growth"]:
        print(
            f"{row['letters']:>15,} {row['seconds']:>12.2f} {row['letters'] / row['seconds']:>10,.0f} {row['peak_mb']:>8,.0f}"
        )
    report["length"] = _lengths(model, texts, effort.lengths)
    return report


def engines(name: str) -> dict[str, RiskModel]:
    """Return the model on each engine that is installed."""
    out = {}
    before = os.environ.get(CHOICE)
    for kind in ("numpy", "compiled") if available() else ("numpy",):
        os.environ[CHOICE] = kind
        out[kind] = load(name)
        assert out[kind].engines
    os.environ.pop(CHOICE)
    if before is not None:
        os.environ[CHOICE] = before
    return out


def _batch(
    models: dict[str, RiskModel],
    texts: list[str],
    textbook: Textbook,
    quick: Textbook,
    others: dict[str, Any],
    rounds: int,
) -> dict[str, Any]:
    letters = petitions(texts)
    works = {
        "textbook": lambda: textbook.answer(texts),
        "textbook, rjieba": lambda: quick.answer(texts),
        **{name: (lambda peer=peer: peer.answer(texts)) for name, peer in others.items()},
        **{f"petition-risk, {kind}": (lambda m=each: m.score(letters)) for kind, each in models.items()},
        **{name: (lambda work=work: work(texts)) for name, work in limits().items()},
    }
    return _table("all outputs, no evidence", together(works, rounds), len(texts))


def _evidence(
    models: dict[str, RiskModel], texts: list[str], textbook: Textbook, quick: Textbook, rounds: int
) -> dict[str, Any]:
    letters = petitions(texts)
    works = {
        "textbook": lambda: textbook.explain(texts),
        "textbook, rjieba": lambda: quick.explain(texts),
        **{
            f"petition-risk, {kind}: five words and the facts": (lambda m=each: m.score(letters, 5))
            for kind, each in models.items()
        },
    }
    return _table("all outputs, five words of evidence", together(works, rounds), len(texts))


def _table(title: str, spent: dict[str, float], count: int) -> dict[str, Any]:
    base, limit = spent["textbook"], spent.get("segmentation alone (rjieba)")
    print(f"\n{title:<50} letters/s  x textbook" + ("  x segmentation" if limit else ""))
    rows = {}
    for name, s in spent.items():
        rows[name] = {"letters_per_second": count / s, "times_textbook": base / s}
        line = f"{name:<50} {count / s:>9,.0f} {base / s:>11.2f}"
        if limit:
            rows[name]["times_segmentation"] = limit / s
            line += f" {limit / s:>15.2f}"
        print(line, flush=True)
    return rows


def _show_single(rows: dict[str, dict[str, float]]) -> None:
    base = rows["textbook"]["p50"]
    print("\none letter at a time                        p50 ms   p99 ms  p50/textbook  p99/p50")
    for name, row in rows.items():
        print(
            f"{name:<42} {row['p50']:>7.2f} {row['p99']:>8.2f} {row['p50'] / base:>13.2f} {row['p99'] / row['p50']:>8.2f}"
        )


def _cold_start(name: str) -> dict[str, float]:
    command = "from risk_model.cli import main; main()"
    letter = "开发商拖欠三百多名农民工工资半年，多次反映无人处理。"
    rows = {
        "score --text": program(["-c", command, "score", "--text", letter, "--model", name]),
        "import numpy": program(["-c", "import numpy"]),
        "python alone": program(["-c", ""]),
    }
    print("\ncold start, wall seconds: " + ", ".join(f"{k} {v:.2f}" for k, v in rows.items()), flush=True)
    return rows


def _lengths(model: RiskModel, texts: list[str], lengths: tuple[int, ...]) -> list[dict[str, float]]:
    rows = []
    print("\ncharacters in a letter      ms  us/1,000 characters")
    for length in lengths:
        some = petitions(["\n" + text for text in islice(of_length(texts, length), 20)])
        spent = min(seconds(lambda p=p: model.score([p], 5), 2) for p in some)
        rows.append({"characters": length, "seconds": spent})
    endless = petitions(["\n" + "好" * _ENDLESS])
    rows.append({"characters": _ENDLESS, "seconds": seconds(lambda: model.score(endless, 5), 1)})
    for row in rows:
        n, s = row["characters"], row["seconds"]
        print(f"{n:>22,} {s * 1e3:>9.2f} {s * 1e9 / n:>12,.0f}" + ("  one character repeated" if n == _ENDLESS else ""))
    return rows


def _drawn(report: dict[str, Any]) -> str:
    growth, length = report["growth"], report["length"][:-1]
    return page(
        [
            ("Scoring a file", "letters", "processor seconds", [(r["letters"], r["seconds"]) for r in growth]),
            ("Peak memory", "letters", "MB", [(r["letters"], r["peak_mb"]) for r in growth]),
            (
                "One letter, with evidence",
                "characters",
                "milliseconds",
                [(r["characters"], r["seconds"] * 1e3) for r in length],
            ),
        ]
    )


if __name__ == "__main__":
    main()
