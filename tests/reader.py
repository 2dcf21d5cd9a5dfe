#!/usr/bin/env python3
"""
reader.py: a second reader of netrec's traces, written from format/FORMAT.md alone.

    reader.py FILE.nrs…

Prints every row as "record ts=… stream=… field=…" without the fields that are zero or empty, as tests/live/count -z does,
which is made of the reader in format/: where both print the same, it is what the specification says (cli/reader.sh). This
one knows no record and no field: all names are those of the trace's own schema. What is damaged is named on stderr, and the
status is then 3.

Needs Python 3 and libzstd, nothing else. What must hold: it has nothing from format/*.c. What the specification does not
say is missing there, and not to be looked up here.
"""
import ctypes
import sys
import zlib

MAGIC = b"NETREC\r\n"
HEADER = 64
SEGMENT, SCHEMA, ROWS, INDEX, END = 1, 2, 3, 4, 5
MAJOR = 1
RAW_MAX, ROWS_MAX = 64 << 20, 65536
UINT, BYTES, TEXT = 0, 1, 2

zstd = ctypes.CDLL("libzstd.so.1")
zstd.ZSTD_decompress.restype = ctypes.c_size_t
zstd.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
zstd.ZSTD_findFrameCompressedSize.restype = ctypes.c_size_t
zstd.ZSTD_findFrameCompressedSize.argtypes = [ctypes.c_char_p, ctypes.c_size_t]


class Damaged(Exception):
    pass


class Newer(Exception):
    pass


def number(buf, at, size):
    return int.from_bytes(buf[at : at + size], "little")


class Block:
    """A block whose header is intact."""

    def __init__(self, buf, at):
        self.at = at
        self.kind, self.codec, self.flags, self.major = buf[at + 8 : at + 12]
        self.stored_len, self.raw_len, self.rows, self.stream, self.seq = (number(buf, at + o, 4) for o in range(12, 32, 4))
        self.ts_min, self.ts_max = number(buf, at + 32, 8), number(buf, at + 40, 8)
        self.schema = number(buf, at + 56, 4)
        self.payload = None
        self.segment = None  # (id of the recording, number)
        self.place = at  # from where its segment starts: the same in every copy
        self.stored = buf[at + HEADER : at + HEADER + self.stored_len]
        self.end = at + HEADER + self.stored_len

    def unpack(self):
        """The payload, decompressed."""
        if len(self.stored) < self.stored_len:
            raise Damaged("the file ends inside the block")
        if self.codec == 0:
            if self.stored_len or self.raw_len:
                raise Damaged("a payload without a codec")
            return b""
        if self.codec != 1:
            raise Damaged("unknown codec %d" % self.codec)
        if self.raw_len > RAW_MAX:
            raise Damaged("too large")
        if zstd.ZSTD_findFrameCompressedSize(self.stored, self.stored_len) != self.stored_len:
            raise Damaged("not one zstd frame")
        raw = ctypes.create_string_buffer(self.raw_len)
        if zstd.ZSTD_decompress(raw, self.raw_len, self.stored, self.stored_len) != self.raw_len:
            raise Damaged("does not decompress")
        return raw.raw


def intact(buf, at):
    if buf[at : at + 8] != MAGIC or len(buf) - at < HEADER or zlib.crc32(buf[at : at + 60]) != number(buf, at + 60, 4):
        return False
    if buf[at + 11] > MAJOR:
        raise Newer("format version %d" % buf[at + 11])
    return True


def walk(buf, name, complain):
    """The blocks of a file, from header to header; what lies between is damaged."""
    at = 0
    while at < len(buf):
        if not intact(buf, at):
            found = at + 1
            while True:
                found = buf.find(MAGIC, found)
                if found < 0 or intact(buf, found):
                    break
                found += 1
            complain("%s: %d: no block" % (name, at))
            if found < 0:
                return
            at = found
        block = Block(buf, at)
        at = block.end
        if not SEGMENT <= block.kind <= END:  # of a later version
            continue
        try:
            block.payload = block.unpack()
        except Damaged as why:
            complain("%s: %d: %s" % (name, block.at, why))
            if block.end > len(buf) or (block.end < len(buf) and not intact(buf, block.end)):
                at = block.at + HEADER
                found = buf.find(MAGIC, at)
                while found >= 0 and not intact(buf, found):
                    found = buf.find(MAGIC, found + 1)
                if found < 0:
                    return
                at = found
            continue
        yield block


class Cursor:
    """Bytes read from the front; what is not there is damage."""

    def __init__(self, buf, at=0, end=None):
        self.buf, self.at, self.end = buf, at, len(buf) if end is None else end

    def varint(self):
        value = shift = 0
        while True:
            if self.at >= self.end or shift > 63:
                raise Damaged("a number is cut off or too long")
            byte = self.buf[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
        return value % (1 << 64)

    def byte(self):
        return self.bytes(1)[0]

    def bytes(self, n):
        if n > self.end - self.at:
            raise Damaged("the data ends too soon")
        self.at += n
        return self.buf[self.at - n : self.at]

    def text(self):
        return self.bytes(self.varint())

    def zigzag(self):
        v = self.varint()
        return (v >> 1) ^ -(v & 1)


class Field:
    def __init__(self, c):
        self.name = c.text()
        self.kind, self.size, self.key, self.unit = c.varint(), c.varint(), c.varint(), c.text()
        c.text()
        if self.size not in {UINT: (1, 2, 4, 8), BYTES: range(1, 256), TEXT: (0,)}.get(self.kind, ()):
            raise Damaged("a field of no kind that there is")

    def take(self, c, reference):
        """The next value of its column: what it is, and as text."""
        if self.kind == UINT:
            value = (reference + c.zigzag()) % (1 << 8 * self.size)
            return value, b" %s=%d" % (self.name, value) if value else b""
        if self.kind == TEXT:
            value = c.text()
            return value, b" %s=%s" % (self.name, value) if value else b""
        value = c.bytes(self.size)
        return value, b" %s=%s" % (self.name, value.hex().encode()) if any(value) else b""


class Record:
    def __init__(self, c):
        self.id, self.is_definition, self.name = c.varint(), c.varint(), c.text()
        c.text()
        self.fields = [Field(c) for _ in range(c.varint())]
        self.texts = [i for i, f in enumerate(self.fields) if f.kind == TEXT]


def read_schema(payload):
    c = Cursor(payload)
    records = [Record(c) for _ in range(c.varint())]
    return {r.id: r for r in records}


def read_rows(block, records):
    """The rows of a block, as text."""
    c = Cursor(block.payload)
    directory = [(c.varint(), c.varint(), c.varint()) for _ in range(c.varint())]
    columns, at = {}, c.at
    for type, which, length in directory:
        if (type, which) in columns or length > len(block.payload) - at:
            raise Damaged("the directory of columns")
        columns[type, which] = Cursor(block.payload, at, at + length)
        at += length
    if at != len(block.payload):
        raise Damaged("bytes behind the columns")

    empty = Cursor(b"")
    types, times = columns.get((0, 0), empty), columns.get((0, 1), empty)
    of, references = {}, {}
    ts, out = 0, []
    for _ in range(block.rows):
        type = types.byte()
        ts = (ts + times.zigzag()) % (1 << 64)
        record = records.get(type)
        if record is None:
            raise Damaged("record %d is not in the schema" % type)
        if type not in of:
            n = len(record.fields)
            of[type] = [columns.get((type, i), empty) for i in range(n + 2)]
            references[type] = {}
        cols = of[type]
        slot = cols[0].byte()
        values, texts = references[type].get(slot) or ([0] * len(record.fields), [b""] * len(record.fields))
        values, texts = list(values), list(texts)
        for i in record.texts:
            texts[i] = b""
        mask, i = cols[1].varint(), 0
        while mask:
            if mask & 1:
                if i >= len(record.fields):
                    raise Damaged("a field that the schema lacks")
                values[i], texts[i] = record.fields[i].take(cols[i + 2], values[i])
            mask >>= 1
            i += 1
        references[type][slot] = values, texts
        out.append(b"%s ts=%d stream=%d%s\n" % (record.name, ts, block.stream, b"".join(texts)))
        if not block.ts_min <= ts <= block.ts_max:
            raise Damaged("a row of another time than the header says")
    if any(c.at != c.end for c in columns.values()):
        raise Damaged("a column is not used up")
    return out


def main(names):
    status = 0

    def complain(what):
        nonlocal status
        status = 3
        print("reader.py: " + what, file=sys.stderr)

    blocks, schemas, seen = [], {}, set()
    for name in names:
        with open(name, "rb") as file:
            buf = file.read()
        segment, start = None, 0
        for block in walk(buf, name, complain):
            if block.kind == SEGMENT:
                segment, start = (block.payload[:16], number(block.payload, 16, 4)), block.at
            block.file, block.segment, block.place = name, segment, block.at - start
            if block.kind == SCHEMA:
                try:
                    schemas[zlib.crc32(block.payload)] = read_schema(block.payload)
                except Damaged as why:
                    complain("%s: %d: %s" % (name, block.at, why))
            elif block.kind == ROWS:
                blocks.append(block)
    for block in sorted(blocks, key=lambda b: (b.segment is None, b.segment or (), b.place)):
        if (block.segment, block.place) in seen:
            continue
        try:
            if block.schema not in schemas:
                raise Damaged("no schema")
            rows = read_rows(block, schemas[block.schema])
        except Damaged as why:
            complain("%s: %d: %s" % (block.file, block.at, why))
            continue
        seen.add((block.segment, block.place))
        sys.stdout.buffer.writelines(rows)
    return status


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Newer as why:
        sys.exit("reader.py: " + str(why))
