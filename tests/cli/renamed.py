#!/usr/bin/env python3
"""
renamed.py: are two report databases the same but for names?

    renamed.py A.db B.db

Numbers have to be equal, row by row. A text of A has one counterpart in B, the same in all columns of its name, and the other way
round;
rows are compared in the order of their numbers. Of the first bytes of packets only the length counts, whose payload is
not kept. Left out: files and segments, and what a recording says of having been cut or anonymized. Prints what differs.
"""
import collections
import sqlite3
import sys

LEFT_OUT = {"file", "segment", "damage", "upcall_flow"}
NAMES = {"dmac", "smac", "mac", "hash"} # that are numbers


def number(value):
    return len(value) if isinstance(value, bytes) else value


def key_of(row):
    return tuple((value is None, number(value) or 0) if not isinstance(value, str) else (False, 0) for value in row)


def rows_of(db, table, blobs):
    if table == "config":
        where = " WHERE key NOT GLOB 'cut.*'"
    else:
        where = ""
    rows = db.execute('SELECT * FROM "%s"%s' % (table, where)).fetchall()
    return [tuple(str(v) if name in NAMES and v else len(v) if isinstance(v, bytes) and name in blobs else v
                  for v, name in zip(row, blobs.of)) for row in rows]


class Names:
    def __init__(self):
        self.there, self.back = {}, {}

    def match(self, column, a, b):
        return self.there.get((column, a), b) == b and self.back.get((column, b), a) == a

    def learn(self, column, a, b):
        self.there[column, a], self.back[column, b] = b, a


class Blobs(set):
    of = ()


def same_row(names, columns, a, b):
    return all(names.match(c, x, y) if isinstance(x, str) and isinstance(y, str) else x == y for c, x, y in zip(columns, a, b))


def learn_row(names, columns, a, b):
    for c, x, y in zip(columns, a, b):
        if isinstance(x, str):
            names.learn(c, x, y)


def compare(names, table, columns, groups, say):
    """Rows with the same numbers: each of A needs one of B that it can be."""
    for key, (left, right) in groups.items():
        if len(left) != len(right):
            say("%s: %d rows with %s, and %d" % (table, len(left), key, len(right)))
            continue
        for row in left:
            match = next((other for other in right if same_row(names, columns, row, other)), None)
            if match is None:
                say("%s: %s has no counterpart; there is %s" % (table, row, right[0]))
                break
            learn_row(names, columns, row, match)
            right.remove(match)


def main(a_path, b_path):
    a, b = sqlite3.connect(a_path), sqlite3.connect(b_path)
    names, said, tables = Names(), [], []
    for (table,) in a.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
        if table in LEFT_OUT or table.startswith("sqlite_"):
            continue
        blobs = Blobs({"head", "first", "bytes"})
        blobs.of = [c[1] for c in a.execute('PRAGMA table_info("%s")' % table)]
        groups = collections.OrderedDict()
        for side, db in enumerate((a, b)):
            for row in rows_of(db, table, blobs):
                if table == "trace":
                    row = tuple(0 if name in ("uuid", "created_ns") else v for v, name in zip(row, blobs.of))
                groups.setdefault(key_of(row), ([], []))[side].append(row)
        tables.append((table, blobs.of, groups))
    # Those whose rows can be told apart by their numbers teach the names of the others.
    tables.sort(key=lambda t: max([len(g[0]) for g in t[2].values()] or [0]))
    for table, columns, groups in tables:
        compare(names, table, columns, dict(sorted(groups.items(), key=lambda g: len(g[1][0]))), said.append)
    for line in said[:5]:
        print(line[:300])
    return bool(said)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
