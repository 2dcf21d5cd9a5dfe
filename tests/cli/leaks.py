#!/usr/bin/env python3
"""
leaks.py: what of a recording can be found in another one, which was anonymized.

    leaks.py COUNT KNOWN.def ORIGINAL.nrs OTHER.nrs

Collects addresses (IP and Ethernet), names (of hosts, devices, namespaces, virtual machines, threads, directories, files),
words of command lines, ids and payload from the rows of ORIGINAL, as tests/live/count -z (COUNT) prints them, and searches for each in
all that OTHER holds, decompressed: as bytes in either order, in hex, as a number, as text. Prints each kind and how many
of how many were found, "names 0 of 12", and examples on stderr.

Not searched for: what known.def keeps, special addresses, names that are a word of the kernel as well (of symbols, events,
counters, fields), and numbers.
"""
import ipaddress
import os
import re
import subprocess
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import reader  # noqa: E402

ADDRESSES = {"saddr", "daddr", "addr"}
KERNEL = {"cut", "tbf", "netem", "pfifo", "ingress", "clsact", "mq", "noqueue"} # and a word of `config`


DEFINITIONS = {"string", "config", "netns", "interface", "probe", "symbol", "enumerator", "irqname", "vm", "channels", "module",
               "usymbol", "ovs_datapath", "ovs_port"}


def lines_of(count, trace):
    done = subprocess.run([count, "-z", trace], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return done.stdout.decode("utf-8", "surrogateescape").splitlines()


def rows_of(count, trace):
    """Values have spaces in definitions only."""
    for line in lines_of(count, trace):
        record, _, rest = line.partition(" ")
        if record in DEFINITIONS:
            yield record, line, dict(m.groups() for m in re.finditer(r"(\w+)=((?:(?! \w+=).)*)", rest))
        else:
            yield record, line, dict(part.split("=", 1) for part in rest.split(" ") if "=" in part)


def payloads(trace):
    with open(trace, "rb") as file:
        buf = file.read()
    for block in reader.walk(buf, trace, lambda what: sys.exit("leaks.py: " + what)):
        if block.kind in (reader.SEGMENT, reader.ROWS):
            yield bytes(block.payload)


def known_words(path):
    with open(path, encoding="utf-8") as file:
        text = " ".join(re.findall(r'"([^"]*)"', file.read()))
    patterns = ["".join("[0-9]+" if c == "#" else "[ _]" if c == "_" else re.escape(c) for c in word) for word in text.split()]
    return re.compile("(?:%s)" % "|".join(patterns))


def is_special(a):
    return a.is_unspecified or a.is_loopback or a.is_multicast or a == ipaddress.ip_address("255.255.255.255")


class Values:
    def __init__(self):
        self.ip, self.mac, self.names, self.ids, self.payload, self.words = set(), set(), set(), set(), set(), set(KERNEL)

    def address(self, text):
        raw = bytes.fromhex(text)
        if any(raw):
            a = ipaddress.ip_address(raw)
            a = a.ipv4_mapped or a
            if not is_special(a) and not (a.version == 6 and raw[:2] == b"\xfe\x80" and not any(raw[8:])):
                self.ip.add(a)

    def ether(self, raw):
        if any(raw) and not raw[0] & 1:
            self.mac.add(raw)

    def name(self, text):
        text = re.sub(r" \(deleted\)$", "", text)
        for part in re.split(r"[/\s,;=()'\"]+", text):
            if part and not re.fullmatch(r"[0-9.:,x-]+", part):
                self.names.add(part)

    def take(self, record, line, f):
        for field in ADDRESSES & f.keys():
            if len(f[field]) == 32:
                self.address(f[field])
        for field in {"dmac", "smac"} & f.keys():
            self.ether(int(f[field]).to_bytes(6, "big"))
        if "mac" in f and len(f["mac"]) == 32:
            self.ether(bytes.fromhex(f["mac"])[:6])
        if record == "drop" and "head" in f:
            head = bytes.fromhex(f["head"])
            for at in range(50, 88, 12): # behind the headers of a datagram or ping
                part = head[at:at + 12]
                if head[12:14] == b"\x08\0" and head[23] in (1, 17) and len(set(part) - {0}) >= 6:
                    self.payload.add(part)
        if record == "task" and "comm" in f:
            comm = bytes.fromhex(f["comm"]).rstrip(b"\0").decode("utf-8", "surrogateescape")
            if not re.match(r"(irq|napi|kworker)/", comm):
                self.names.add(comm)
        if record in ("netns", "interface", "vm", "ovs_datapath", "ovs_port") and not f.get("name", "").startswith("pid:"):
            self.name(f.get("name", ""))
        if record == "module":
            self.name(f.get("path", ""))
        if record == "config" and "value" in f:
            if f["key"] in ("host.name", "record.command", "record.iface", "record.netns", "record.filter", "record.comm"):
                self.name(f["value"])
            if f["key"] == "host.boot_id":
                self.ids.add(bytes.fromhex(f["value"].replace("-", "")))
        self.words.add(record)
        self.words.update(f)
        if record == "config":
            self.words.update(re.split("[._]", f.get("key", "")))
            if f["key"] == "record.events":
                self.words.update(f.get("value", "").split(","))
        if record in ("symbol", "probe", "enumerator") or (record == "string" and "." in f.get("text", "")):
            self.words.update(re.findall(r"[A-Za-z0-9_]+", line))


def searched(values, known):
    """Kind, value in words, and the byte strings that would be it."""
    for a in values.ip:
        yield "IPv%d" % a.version, str(a), [a.packed, a.packed[::-1]], [str(a), a.packed.hex(), a.packed[::-1].hex(), a.exploded]
    for m in values.mac:
        text = m.hex(":")
        yield "MAC", text, [m, m[::-1]], [text, text.upper(), m.hex(), "mac=%d" % int.from_bytes(m, "big"), m.hex("-")]
    for n in values.names:
        if not known.fullmatch(n) and n not in values.words:
            raw = n.encode("utf-8", "surrogateescape")
            yield "names", n, [raw] if len(raw) > 4 else [], [n, raw.hex()] if len(raw) > 4 else [n]
    for i in values.ids:
        yield "ids", i.hex(), [i, i[::-1]], [i.hex(), str(uuid.UUID(bytes=i))]
    for p in values.payload:
        yield "payload", p.hex(), [p], [p.hex()]


def main(count, known_path, original, other):
    values, known = Values(), known_words(known_path)
    for row in rows_of(count, original):
        values.take(*row)
    with open(original, "rb") as file:
        buf = file.read()
    segment = next(b for b in reader.walk(buf, original, lambda what: None) if b.kind == reader.SEGMENT)
    values.ids.add(bytes(segment.payload[:16]))
    raw = b"\0".join(payloads(other))
    lines = "\n".join(lines_of(count, other))
    tokens = set(re.findall(r"[^\s=,/()'\":]+", lines)) | set(re.findall(r"[A-Za-z0-9_]+", lines))
    found, sought = {}, {}
    for kind, words, forms, texts in searched(values, known):
        sought[kind] = sought.get(kind, 0) + 1
        hit = any(f in raw for f in forms) or any(
            t in tokens if kind == "names" and len(t) < 5 else t in lines and re.search(r"(?<![\w.])" + re.escape(t) + r"(?![\w])", lines) if
            kind in ("names", "IPv4") and not re.fullmatch("[0-9a-f]{8,}", t) else t in lines for t in texts)
        if hit:
            found[kind] = found.get(kind, 0) + 1
            print("leaks.py: %s %s" % (kind, words), file=sys.stderr)
    for kind in sorted(sought):
        print("%s %d of %d" % (kind, found.get(kind, 0), sought[kind]))


if __name__ == "__main__":
    main(*sys.argv[1:])
