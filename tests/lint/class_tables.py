#!/usr/bin/env python3
"""Each test that the tables of tests/README.md about attacks name exists in the file they name,
each row names one, and each test of unit/test_classes_*.c stands in a row."""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
TABLES = 3


def rows():
    """Yield (table, class, cell of tests)."""
    for section in (TOP / "tests/README.md").read_text().split("\n## ")[1:]:
        title, _, text = section.partition("\n")
        if not title.startswith("Attacks on "):
            continue
        for line in text.splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if line.startswith("|") and len(cells) == 2 and cells[0] not in ("class", "---"):
                yield title, *cells


def claims(file):
    path = TOP / f"tests/unit/test_{file}.c"
    return set(re.findall(r"^TEST\((\w+)\)", path.read_text(), re.M)) if path.is_file() else None


def main():
    bad, tables, named = [], set(), set()
    for table, what, cell in rows():
        tables.add(table)
        if not re.search(r"`\w+`", cell):
            bad.append(f"{what}: no test named")
        for part in cell.split("; "):
            file, *names = re.findall(r"`(\w+)`", part) or [""]
            known = claims(file)
            if known is None:
                bad.append(f"{what}: no file tests/unit/test_{file}.c")
                continue
            bad += [f"{what}: {file} has no test {name}" for name in names if name not in known]
            named.update((file, name) for name in names)
    for path in (TOP / "tests/unit").glob("test_classes_*.c"):
        file = path.stem.removeprefix("test_")
        bad += [f"{file}: {name} stands in no row" for name in claims(file) if (file, name) not in named]
    if len(tables) != TABLES:
        bad.append(f"tests/README.md has {len(tables)} tables about attacks, not {TABLES}")
    print("\n".join(bad))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
