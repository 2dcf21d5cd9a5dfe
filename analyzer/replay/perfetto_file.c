/*
 * perfetto_file.c: see perfetto_file.h. The encoding is protobuf-c's, of messages in perfetto.proto. A trace is a message of
 * packets; messages that are joined are one with the packets of all, so each packet is written as a trace of its own.
 */
#include "analyzer/replay/perfetto_file.h"

#include "analyzer/replay/perfetto.pb-c.h"

enum { CLOCK_ID_REALTIME = 1, CLOCK_ID_MONOTONIC = 3, SEQUENCE = 1 };

typedef Perfetto__Protos__TracePacket packet;

/* ProtobufCBuffer that is a file. */
struct file_buffer {
	ProtobufCBuffer base;
	FILE *out;
};

static void append(ProtobufCBuffer *buffer, size_t len, const uint8_t *data)
{
	fwrite(data, 1, len, ((struct file_buffer *)buffer)->out);
}

static void write_packet(FILE *out, packet *p)
{
	struct file_buffer buffer = { { append }, out };
	Perfetto__Protos__Trace trace = PERFETTO__PROTOS__TRACE__INIT;

	p->has_trusted_packet_sequence_id = true;
	p->trusted_packet_sequence_id = SEQUENCE;
	trace.n_packet = 1;
	trace.packet = &p;
	protobuf_c_message_pack_to_buffer(&trace.base, &buffer.base);
}

void perfetto_file__clocks(FILE *out, uint64_t mono, uint64_t real)
{
	Perfetto__Protos__ClockSnapshot__Clock clocks[2] = { PERFETTO__PROTOS__CLOCK_SNAPSHOT__CLOCK__INIT,
							     PERFETTO__PROTOS__CLOCK_SNAPSHOT__CLOCK__INIT };
	Perfetto__Protos__ClockSnapshot__Clock *list[2] = { &clocks[0], &clocks[1] };
	Perfetto__Protos__ClockSnapshot snapshot = PERFETTO__PROTOS__CLOCK_SNAPSHOT__INIT;
	packet p = PERFETTO__PROTOS__TRACE_PACKET__INIT;

	clocks[0].has_clock_id = clocks[0].has_timestamp = clocks[1].has_clock_id = clocks[1].has_timestamp = true;
	clocks[0].clock_id = CLOCK_ID_MONOTONIC;
	clocks[0].timestamp = mono;
	clocks[1].clock_id = CLOCK_ID_REALTIME;
	clocks[1].timestamp = real;
	snapshot.n_clocks = real ? 2 : 1;
	snapshot.clocks = list;
	snapshot.has_primary_trace_clock = true;
	snapshot.primary_trace_clock = CLOCK_ID_MONOTONIC;
	p.clock_snapshot = &snapshot;
	write_packet(out, &p);
}

void perfetto_file__track(FILE *out, const struct perfetto_track *t)
{
	Perfetto__Protos__ProcessDescriptor process = PERFETTO__PROTOS__PROCESS_DESCRIPTOR__INIT;
	Perfetto__Protos__ThreadDescriptor thread = PERFETTO__PROTOS__THREAD_DESCRIPTOR__INIT;
	Perfetto__Protos__CounterDescriptor counter = PERFETTO__PROTOS__COUNTER_DESCRIPTOR__INIT;
	Perfetto__Protos__TrackDescriptor track = PERFETTO__PROTOS__TRACK_DESCRIPTOR__INIT;
	packet p = PERFETTO__PROTOS__TRACE_PACKET__INIT;

	track.has_uuid = true;
	track.uuid = t->id;
	track.has_parent_uuid = t->parent != 0;
	track.parent_uuid = t->parent;
	track.name = (char *)t->name;
	process.has_pid = thread.has_pid = thread.has_tid = counter.has_unit = true;
	process.pid = thread.pid = (int32_t)t->pid;
	thread.tid = (int32_t)t->tid;
	process.process_name = thread.thread_name = (char *)t->name;
	counter.unit = t->kind == TRACK_BYTES ? PERFETTO__PROTOS__COUNTER_DESCRIPTOR__UNIT__UNIT_SIZE_BYTES :
						PERFETTO__PROTOS__COUNTER_DESCRIPTOR__UNIT__UNIT_COUNT;
	track.process = t->kind == TRACK_PROCESS ? &process : NULL;
	track.thread = t->kind == TRACK_THREAD ? &thread : NULL;
	track.counter = t->kind == TRACK_COUNT || t->kind == TRACK_BYTES ? &counter : NULL;
	p.track_descriptor = &track;
	write_packet(out, &p);
}

static void add_notes(Perfetto__Protos__TrackEvent *event, const struct perfetto_event *e,
		      Perfetto__Protos__DebugAnnotation notes[PERFETTO_MAX_NOTES],
		      Perfetto__Protos__DebugAnnotation *list[PERFETTO_MAX_NOTES])
{
	for (size_t i = 0; i < e->n_notes; i++) {
		notes[i] = (Perfetto__Protos__DebugAnnotation)PERFETTO__PROTOS__DEBUG_ANNOTATION__INIT;
		notes[i].name = (char *)e->notes[i].name;
		notes[i].string_value = (char *)e->notes[i].text;
		list[i] = &notes[i];
	}
	event->n_debug_annotations = e->n_notes;
	event->debug_annotations = list;
}

void perfetto_file__event(FILE *out, const struct perfetto_event *e)
{
	Perfetto__Protos__DebugAnnotation notes[PERFETTO_MAX_NOTES], *list[PERFETTO_MAX_NOTES];
	Perfetto__Protos__TrackEvent event = PERFETTO__PROTOS__TRACK_EVENT__INIT;
	packet p = PERFETTO__PROTOS__TRACE_PACKET__INIT;
	char *categories[1] = { (char *)e->category };
	uint64_t flow = e->flow;

	event.has_type = event.has_track_uuid = true;
	event.type = (Perfetto__Protos__TrackEvent__Type)e->type;
	event.track_uuid = e->track;
	event.name = (char *)e->name;
	event.n_categories = e->category != NULL;
	event.categories = categories;
	event.n_flow_ids = flow && !e->ends;
	event.n_terminating_flow_ids = flow && e->ends;
	event.flow_ids = event.terminating_flow_ids = &flow;
	event.has_counter_value = e->type == EVENT_VALUE;
	event.counter_value = e->value;
	add_notes(&event, e, notes, list);
	p.has_timestamp = p.has_timestamp_clock_id = true;
	p.timestamp = e->ns;
	p.timestamp_clock_id = CLOCK_ID_MONOTONIC;
	p.track_event = &event;
	write_packet(out, &p);
}
