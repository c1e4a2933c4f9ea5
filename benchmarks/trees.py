"""Source to measure on: generated, the same every time, or copied from folders of real code."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from migrator.config import DEFAULT_EXCLUDE
from migrator.prefilter import worth_parsing

CANDIDATES_PER_CENT = 2
_FOLDER = 50  # files in one generated folder
_WORDS = (
    "account", "batch", "cursor", "digest", "event", "frame", "gauge", "handle", "index", "job",
    "key", "limit", "module", "node", "offset", "packet", "queue", "record", "session", "token",
)  # fmt: skip

_CANDIDATE = '''\
"""Ask a model about one {noun}."""

import json
from openai import OpenAI

client = OpenAI()
SYSTEM = "You answer in one short sentence."


def ask_{name}(question, context=None):
    """Return the answer to a question about a {noun}."""
    messages = [{{"role": "system", "content": SYSTEM}}]
    if context:
        messages.append({{"role": "user", "content": f"Context: {{context}}"}})
    messages.append({{"role": "user", "content": question}})
    response = client.chat.completions.create(
        model="gpt-4.1-mini",
        messages=messages,
        temperature=0.2,  # steady answers
        max_tokens=200,
    )
    answer = response.choices[0].message.content
    print(json.dumps({{"answer": answer, "tokens": response.usage.total_tokens}}))
    return answer.strip()
'''
_FUNCTION = '''

def {verb}_{noun}_{number}(self, {other}, limit={number}):
    """Return what is left of a {noun} after {number} steps."""
    found = {{}}
    for position, {noun} in enumerate(self.{other}s):
        if {noun}.value > limit and position % {number} == 0:
            found[{noun}.name] = [{noun}.value * {number}, position, "{word}"]
        else:
            self.log("{word} %s is below %d", {noun}, limit)
    return sorted(found.items(), key=lambda item: item[1][0])[:limit]
'''
_STATEMENTS = """\
    value_{number} = previous + {number}
    if value_{number} > limit:
        previous = value_{number}
    response = client.chat.completions.create(
        model="gpt-4.1-mini", messages=[{{"role": "user", "content": f"{{value_{number}}}"}}]
    )
    previous = len(response.choices[0].message.content)
"""


def filler(size: int, seed: int) -> str:
    """Return about ``size`` characters of ordinary code that holds nothing for us."""
    pick = random.Random(seed)
    parts: list[str] = []
    length = 0
    while length < size:
        noun, other, word, verb = pick.sample(_WORDS, 4)
        number = pick.randrange(1, 1000)
        parts.append(_FUNCTION.format(noun=noun, other=other, word=word, verb=verb, number=number))
        length += len(parts[-1])
    return "".join(parts)


def candidate(size: int, seed: int, *, shared: bool = False) -> str:
    """Return a file of about ``size`` characters with one call that `fix` rewrites.

    Its function has a name of its own unless ``shared``.
    """
    noun = random.Random(seed).choice(_WORDS)
    head = _CANDIDATE.format(noun=noun, name=noun if shared else f"{noun}_{seed}")
    return head + filler(max(size - len(head), 0), seed)


def long_candidate(calls: int) -> str:
    """Return one function that makes ``calls`` calls and binds the same names over and over."""
    head = "from openai import OpenAI\n\nclient = OpenAI()\n\n\ndef run(limit, previous):\n"
    body = "".join(_STATEMENTS.format(number=number) for number in range(calls))
    return head + body + "    return previous\n"


def sizes(count: int, seed: int) -> Iterator[int]:
    """Yield file sizes spread as in real projects: median 4.8 KB, one in ten above 32 KB."""
    pick = random.Random(seed)
    for _ in range(count):
        yield min(int(pick.lognormvariate(8.45, 1.5)), 300_000)


def generate(into: Path, files: int, per_cent: float = CANDIDATES_PER_CENT) -> None:
    """Write a tree of ``files`` files of which ``per_cent`` are candidates."""
    every = round(100 / per_cent) if per_cent else files + 1
    for number, size in enumerate(sizes(files, files)):
        folder = into / f"package_{number // _FOLDER:04}"
        folder.mkdir(parents=True, exist_ok=True)
        make = candidate if number % every == every - 1 else filler
        (folder / f"module_{number % _FOLDER:02}.py").write_text(make(size, number), "utf-8")


def generate_candidates(
    into: Path, files: int, size: int | None = None, *, shared: bool = False
) -> list[str]:
    """Write ``files`` candidates of one ``size``, or of 1 to 20 KB; return their names."""
    into.mkdir(parents=True, exist_ok=True)
    names = []
    for number in range(files):
        length = size if size is not None else 1_300 + 19_300 * (number % 10) // 9
        names.append(f"candidate_{number:05}.py")
        (into / names[-1]).write_text(candidate(length, number, shared=shared), "utf-8")
    return names


def copy_sources(folders: Iterable[Path], into: Path) -> int:
    """Copy the ``.py`` files of real projects; return how many.

    Only what every tool looks at: nothing hidden, nothing excluded by default, no links, no
    ignore files and no configuration.
    """
    count = 0
    for number, top in enumerate(folders):
        for folder, below, names in os.walk(top):
            below[:] = sorted(n for n in below if n[0] != "." and n not in DEFAULT_EXCLUDE)
            target = into / f"tree_{number}" / os.path.relpath(folder, top)
            for name in sorted(names):
                source = os.path.join(folder, name)
                if not name.endswith(".py") or name[0] == "." or os.path.islink(source):
                    continue
                target.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target / name)
                count += 1
    return count


def real_candidates(tree: Path, into: Path, count: int, seed: int = 0) -> list[str]:
    """Copy ``count`` random files of ``tree`` that are worth parsing; return their names."""
    found = [path for path in sorted(tree.rglob("*.py")) if worth_parsing(path.read_bytes())]
    into.mkdir(parents=True, exist_ok=True)
    names = []
    for number, path in enumerate(random.Random(seed).sample(found, min(count, len(found)))):
        names.append(f"candidate_{number:05}.py")
        shutil.copyfile(path, into / names[-1])
    return names
