"""Word segmentation: jieba's rules with the project's dictionary, HMM off.

`Segmenter` runs on rjieba, the Rust port of jieba, because it gives the same words about eleven times as fast.
`reference` builds the original jieba with the same dictionary; a test compares the two. HMM stays off: the two
implementations differ with it, and its guesses about unknown words change with their neighbours, which makes an
unstable vocabulary.
"""

from __future__ import annotations

import csv
import hashlib
import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from importlib.machinery import PathFinder
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any

DICTIONARY = "user_dict.tsv"


@cache
def user_words() -> Mapping[str, int]:
    """Return the project's dictionary, word to frequency, in file order.

    The file has the columns word, frequency, tag and reason, separated by tabs.
    """
    with (files("risk_model.data") / DICTIONARY).open(encoding="utf-8") as f:
        rows = csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["word"]: int(row["frequency"]) for row in rows}


def dictionary() -> Path:
    """Return jieba's dictionary, found without importing jieba, which takes a while and sets up logging."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ImportError("jieba is not installed; its dictionary lists the words")
    return Path(spec.origin).with_name("dict.txt")


@cache
def rules() -> str:
    """Name the segmentation rules: engine and digest of the dictionary.

    An artifact records this: a vocabulary learnt under other rules would silently meet other words.
    """
    digest = hashlib.sha256("\n".join(f"{w}\t{n}" for w, n in user_words().items()).encode()).hexdigest()
    return f"jieba-nohmm+{digest[:16]}"


def _engine() -> Any:
    """Return rjieba's class.

    Importing the package builds a dictionary of its own, which nobody here uses: some 30 MB and a tenth of a second in
    every process. So the extension module inside it is loaded alone, under the name by which the package itself finds it.
    """
    name = "rjieba.rjieba"
    if name not in sys.modules:
        package = find_spec("rjieba")
        inside = package and PathFinder.find_spec(name, package.submodule_search_locations)
        if inside is None or inside.loader is None:
            import rjieba

            return rjieba.Jieba
        module = sys.modules[name] = module_from_spec(inside)
        inside.loader.exec_module(module)
    return sys.modules[name].Jieba


class Segmenter:
    """Cuts text into words; joining the words gives the text back.

    >>> Segmenter().cut("征地补偿款没到位")
    ['征地补偿款', '没', '到位']
    """

    def __init__(self, words: Mapping[str, int] | None = None) -> None:
        self._engine = _engine()()
        for word, frequency in (user_words() if words is None else words).items():
            self._engine.add_word(word, frequency, None)

    def cut(self, text: str) -> list[str]:
        """Return the words of `text` in order, white space and punctuation included."""
        words: list[str] = self._engine.cut(text, False)
        return words


@cache
def segmenter() -> Segmenter:
    """Return the segmenter of this process with the project's dictionary."""
    return Segmenter()


def reference(words: Mapping[str, int] | None = None, cache_folder: Path | None = None) -> Callable[[str], list[str]]:
    """Return the original jieba as a function from text to words, for comparison; slow to build (about a second).

    jieba unmarshals its cache file, so the cache must not lie where another user could plant one: `cache_folder`
    defaults to a folder only this user can enter.
    """
    import jieba

    folder = cache_folder or private_cache()
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(folder)
    # A name of our own: jieba's default name is shared by every program of this user.
    tokenizer.cache_file = f"jieba-{version('jieba')}.cache"
    jieba.setLogLevel("WARNING")
    tokenizer.initialize()
    for word, frequency in (user_words() if words is None else words).items():
        tokenizer.add_word(word, frequency)
    return lambda text: list(tokenizer.cut(text, HMM=False))


def private_cache() -> Path:
    """Return this user's cache folder of the project, created with access for the user alone."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or str(Path.home() / ".cache")
    folder = Path(base) / "petition-risk"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder
