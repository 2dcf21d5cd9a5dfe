#!/bin/sh
# netanalyze export --to perfetto: protoc decodes it without a field that the schema has not; a reader of its own, by the field
# numbers of the published schema, finds tracks that are described, slices that end and lie in each other, every packet at
# every stage, flows from one stage to the next, and queues as long as the events say.
# NETANALYZE: the program under test.
. "$(dirname "$0")/../scratch.sh"

# The wire format as protobuf.dev/programming-guides/encoding has it; numbers from github.com/google/perfetto,
# protos/perfetto/trace/{trace,trace_packet,clock_snapshot}.proto and track_event/{track_event,track_descriptor,…}.proto.
cat >check.py <<'END'
import collections, copy, json, sys

def varint(b, i):
    n = shift = 0
    while True:
        n |= (b[i] & 127) << shift
        shift += 7
        i += 1
        if not b[i - 1] & 128:
            return n, i

def fields(b):
    found, i = collections.defaultdict(list), 0
    while i < len(b):
        tag, i = varint(b, i)
        if tag & 7 == 0:
            value, i = varint(b, i)
        elif tag & 7 == 1:
            value, i = int.from_bytes(b[i:i + 8], "little"), i + 8
        else:
            assert tag & 7 == 2, f"wire type {tag & 7}"
            n, i = varint(b, i)
            value, i = b[i:i + n], i + n
            assert len(value) == n, "cut off"
        found[tag >> 3].append(value)
    return found

def text(f, number):
    return f[number][0].decode() if f[number] else None

events = [json.loads(line) for line in open("events")]
of = collections.defaultdict(list)
for e in events:
    of[e["event"]].append(e)
tracks, on = {}, collections.defaultdict(list)
packets = [fields(p) for p in fields(open("it.pftrace", "rb").read())[1]]
clocks = [[f[n][0] for n in (1, 2)] for f in map(fields, fields(packets[0][6][0])[1])]
assert [c[0] for c in clocks] == [3, 1] and clocks[1][1] - clocks[0][1] == events[0]["real_ns"] - events[0]["mono_ns"], "clocks"
for number, p in enumerate(packets[1:]):
    if p[60]:
        t = fields(p[60][0])
        assert t[1][0] not in tracks and (not t[5] or t[5][0] in tracks), "a track twice, or below none"
        tracks[t[1][0]] = t
    else:
        e = fields(p[11][0])
        assert p[58] == [3] and p[10] == [1] and e[11][0] in tracks, "an event of another clock, or on no track"
        on[e[11][0]].append((p[8][0], number, e))

steps, flows, ends, slices = collections.Counter(), collections.defaultdict(list), set(), collections.Counter()
for track, list_ in on.items():
    open_ = []
    for ts, number, e in sorted(list_, key=lambda x: x[:2]):
        kind, category = e[9][0], text(e, 22)
        assert (kind == 4) == bool(tracks[track][8]), "a value on a track that is no counter"
        if kind == 1:
            open_.append(e)
            slices[category, text(e, 23)] += 1
        elif kind == 2:
            open_.pop()
        elif category in ("packet", "hop", "drop"):
            steps[category] += 1
            flow = (e[47] + e[48])[0]
            flows[flow].append((ts, number, text(e, 23)))
            ends |= set(e[48])
            assert bool(e[48]) == (category == "drop"), "a flow ends, or does not"
    assert not open_, "a slice has no end"
for kind in ("packet", "hop", "drop"):
    assert steps[kind] == len(of[kind]), f"{steps[kind]} of {len(of[kind])} {kind}"
assert slices["offcpu", "runnable"] == len(of["offcpu"]), "off-CPU times"
assert slices["offcpu", "blocked"] == sum(e["blocked"] > 0 for e in of["offcpu"]), "blocked"
for event, name in (("softirq", "vec_name"), ("irq", "irq_name"), ("futex", None)):
    assert sum(n for (c, _), n in slices.items() if c == event) == len(of[event]), event
assert slices["softirq", "NET_RX"] == sum(e["vec_name"] == "NET_RX" for e in of["softirq"]), "softirqs by name"
assert sum(n for (c, _), n in slices.items() if c == "lock") == sum(e["addr"] != "0x0" for e in of["lock"]), "locks"

# Each flow is a packet on its way, and its copies: stages by address, from where packets begin to where they end.
origins = set(sys.argv[1].split())
way, all_ = {}, []
class Way:
    def __init__(self):
        self.steps, self.head, self.first = [], None, None
        all_.append(self.steps)
def place(e):
    return e["stage"], e["netns"], e["ifindex"]
def another(w, e):
    if e["stage_name"] in origins or w.head is None:
        return e["stage_name"] in origins
    same = all(w.head[f] == e[f] for f in ("proto", "ethertype", "seq", "ack")) and (w.head["ip_id"] == e["ip_id"] or not w.head["ip_len"])
    return not same or (e["ip_id"] == e["seq"] == 0 and w.first == place(e))
for e in events:
    kind = e["event"]
    if kind in ("packet", "hop", "drop"):
        w = way.get(e["skb"])
        if w is None or (kind == "packet" and another(w, e)):
            w = way[e["skb"]] = Way()
        if kind == "packet":
            w.head, w.first = e, w.first or place(e)
        w.steps.append(e["stage_name"] if kind != "drop" else "dropped: " + e["reason_name"])
    elif kind == "link" and e["how_name"] != "merged by GRO" and e["from"] in way:
        w = way[e["to"]] = copy.copy(way[e["from"]])
    if kind in ("drop", "free"):
        way.pop(e["skb"], None)
wanted = collections.Counter(map(tuple, all_))
got = collections.Counter(tuple(name for _, _, name in sorted(f)) for f in flows.values())
assert got == wanted, f"flows differ: {list((got - wanted).items())[:2]} {list((wanted - got).items())[:2]}"
END

origins=$(sed -n 's/^STAGE([^,]*, *\([a-z0-9_]*\),.*ORIGIN.*/\1/p' "$root/format/stages.def" | xargs)
[ -n "$origins" ] || fail "no stage where packets begin"
for trace in samples/netns-tbf.nrec samples/ovs-sweep.nrec samples/vhost-starved.nrec tests/causes/nft-drop.nrs tests/causes/ovs-lock.nrs; do
	"$netanalyze" export "$root/$trace" --to perfetto -o it.pftrace --from 1 --until 3 --force 2>err || fail "$trace: $(cat err)"
	[ -s err ] && fail "$trace: $(cat err)"
	protoc --decode=perfetto.protos.Trace -I "$root/analyzer/replay" perfetto.proto <it.pftrace >it.txt 2>err || fail "$trace: $(cat err)"
	grep -qE '^ *[0-9]+[: ]' it.txt && fail "$trace: a field that the schema has not: $(grep -m 1 -E '^ *[0-9]+[: ]' it.txt)"
	"$netanalyze" replay "$root/$trace" --from 1 --to 3 --json >events 2>err || fail "$trace: $(cat err)"
	python3 check.py "$origins" 2>err || fail "$trace: $(tail -n 1 err)"
done

# Queues and rings.
"$netanalyze" export "$root/samples/netns-tbf.nrec" --to perfetto -o it.pftrace --force
protoc --decode=perfetto.protos.Trace -I "$root/analyzer/replay" perfetto.proto <it.pftrace >it.txt
most=$("$netanalyze" replay "$root/samples/netns-tbf.nrec" --events qdisc --json | jq -s 'map(select(.kind_name == "tbf").qlen) | max')
track=$(awk '/uuid:/ { id = $2 } /name: "tbf 1: packets queued"/ { print id; exit }' it.txt)
got=$(awk -v track="$track" '$1 == "track_uuid:" { on = $2 } $1 == "counter_value:" && on == track && $2 > most { most = $2 } END { print most }' it.txt)
[ "$most" -gt 0 ] && [ "$got" = "$most" ] || fail "the longest queue is $got, not $most"
"$netanalyze" export "$root/samples/vhost-starved.nrec" --to perfetto -o it.pftrace --force
protoc --decode=perfetto.protos.Trace -I "$root/analyzer/replay" perfetto.proto <it.pftrace >it.txt
grep -q 'name: "ring of queue 0: slots used of [0-9]*"' it.txt || fail "no ring of a tap"
grep -q 'name: "vhost.* to the guest: descriptors offered of [0-9]*"' it.txt || fail "no ring of vhost"

# What is missing, in a filtered part, too.
"$netanalyze" export "$root/samples/netns-tbf.nrec" --to perfetto -o icmp.pftrace --force icmp
[ "$(stat -c %s icmp.pftrace)" -lt "$(stat -c %s it.pftrace)" ] || fail "a filter leaves all"
exit $failed
