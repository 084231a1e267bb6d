// From the stream to control: identification line, then one message a record.
#include "dataplane/main/data_inner.h"

#include "dataplane/base/trace.h"

#define HEAD_MAX 64u // a record's head is at most one cipher block

#define RECORDS_OF_LOGIN 16u

enum read_result { READ_AGAIN, READ_MORE, READ_STALLED, READ_ENDED };

static struct link_cell cell_up(enum data_kind kind, const struct data_conn *c,
                                struct conn_id id, uint32_t buffer, size_t length)
{
	return (struct link_cell){
	        .kind = (uint16_t)kind,
	        .slot = id.slot,
	        .life = id.life,
	        .buffer = buffer,
	        .length = (uint32_t)length,
	        .offset = c->offset_up,
	};
}

static enum read_result stall(struct data_serve *s, struct data_conn *c)
{
	data_count(s, COUNTER_joint_stalled);
	c->wants_read = true;
	data_wait(s, c);
	return READ_STALLED;
}

// `len` contiguous bytes of the stream's front, copied only if they lie in pieces.
static const uint8_t *stream_front(struct data_serve *s, struct conn_id id, size_t len,
                                   uint8_t *scratch)
{
	struct span front = tcp_front(s->tcp, id);

	if (front.len >= len)
		return front.data;
	tcp_copy(s->tcp, id, 0, scratch, len);
	return scratch;
}

// --- the identification line ---------------------------------------------------------------------

static enum read_result ident_refuse(struct data_serve *s, struct data_conn *c,
                                     struct conn_id id, enum status status)
{
	data_count(s, status == STATUS_BAD_VERSION ? COUNTER_ident_version : COUNTER_ident_bad);
	c->status = (uint8_t)status;
	c->state = DATA_CLOSING;
	if (tcp_send(s->tcp, id, record_ident_answer(status)) != STATUS_OK) {
		tcp_abort(s->tcp, id);
		return READ_ENDED;
	}
	tcp_close(s->tcp, id);
	tcp_consume(s->tcp, id, tcp_readable(s->tcp, id));
	return READ_ENDED;
}

static enum read_result ident_read(struct data_serve *s, struct data_conn *c, struct conn_id id)
{
	uint8_t scratch[SSH_IDENT_MAX];
	size_t have = tcp_readable(s->tcp, id);
	struct link_cell cell;
	enum status status;
	struct span line;
	size_t taken;

	have = have < sizeof(scratch) ? have : sizeof(scratch);
	status = record_ident_parse(span_of(stream_front(s, id, have, scratch), have),
	                            c->offers_v1, &line, &taken);
	if (status != STATUS_OK)
		return ident_refuse(s, c, id, status);
	if (taken == 0)
		return READ_MORE;
	cell = cell_up(DATA_IDENT_UP, c, id, LINK_NO_BUFFER, 0);
	if (!data_has_room(s) || !link_send(s->link, &cell, line))
		return stall(s, c);
	c->record.v1 = record_ident_is_v1(line);
	c->offset_up += line.len;
	c->state = DATA_EXPECT_RECORD;
	tcp_consume(s->tcp, id, taken);
	return READ_AGAIN;
}

// --- records -------------------------------------------------------------------------------------

// Post an opened message that stands in our shared buffer. Room was made sure of.
static bool message_post(struct data_serve *s, struct data_conn *c, struct conn_id id,
                         uint32_t buffer, size_t length, struct data_message body)
{
	struct link_cell cell = cell_up(DATA_MESSAGE_UP, c, id, buffer, length);

	TRACE_STEP(id.slot, id.life);
	memcpy(cell.body, &body, sizeof(body));
	if (!link_post(s->link, &cell))
		return false;
	c->offset_up += length;
	return true;
}

// Refused: at once, or for a suite that does not say what was wrong after as many bytes as any
// wrong record takes.
static enum read_result record_refuse(struct data_serve *s, struct data_conn *c,
                                      struct conn_id id, uint32_t packet_length,
                                      enum status status)
{
	size_t more = status == STATUS_FORGED ? record_conceal(&c->record, packet_length) : 0;

	if (more == 0) {
		data_refuse(s, c, id, status);
		return READ_ENDED;
	}
	c->state = DATA_DISCARD;
	c->wanted = (uint32_t)more;
	return READ_AGAIN;
}

static enum read_result discard_read(struct data_serve *s, struct data_conn *c,
                                     struct conn_id id)
{
	size_t have = tcp_readable(s->tcp, id);
	size_t drop = have < c->wanted ? have : c->wanted;

	tcp_consume(s->tcp, id, drop);
	c->wanted -= (uint32_t)drop;
	if (c->wanted > 0)
		return READ_MORE;
	record_concealed(s->record, &c->record, id);
	data_refuse(s, c, id, STATUS_FORGED);
	return READ_ENDED;
}

static enum read_result record_take(struct data_serve *s, struct data_conn *c,
                                    struct conn_id id, uint32_t packet_length,
                                    size_t wire_bytes)
{
	struct data_message body = {.sequence = c->record.in.sequence,
	                            .wire_bytes = wire_bytes};
	const uint8_t *record;
	enum status status;
	uint32_t buffer;
	size_t capacity;
	struct span message;
	uint8_t *plain, number;

	plain = data_has_room(s) ? link_buffer_take(s->link, 4 + (size_t)packet_length, &buffer,
	                                            &capacity)
	                         : NULL;
	if (plain == NULL)
		return stall(s, c);
	record = stream_front(s, id, wire_bytes, record_scratch(s->record));
	status = record_open(s->record, &c->record, id, record, packet_length, plain, &message);
	tcp_consume(s->tcp, id, wire_bytes);
	number = status == STATUS_OK ? message.data[0] : 0;
	c->last_number = number;
	if (status == STATUS_OK)
		status = record_gate_in(s->record, &c->record, id, number);
	if (status != STATUS_OK) {
		link_buffer_drop(s->link, buffer);
		return record_refuse(s, c, id, packet_length, status);
	}
	memmove(plain, message.data, message.len);
	if (!message_post(s, c, id, buffer, message.len, body)) {
		link_buffer_drop(s->link, buffer);
		data_refuse(s, c, id, STATUS_INTERNAL);
		return READ_ENDED;
	}
	return READ_AGAIN;
}

static enum read_result record_read(struct data_serve *s, struct data_conn *c,
                                    struct conn_id id)
{
	size_t have = tcp_readable(s->tcp, id);
	size_t head_bytes = record_head_bytes(&c->record);
	uint8_t scratch[HEAD_MAX];
	uint32_t packet_length;
	enum status status;
	size_t wire_bytes;

	if (have < head_bytes || have < c->wanted)
		return READ_MORE;
	status = record_measure(s->record, &c->record, id,
	                        stream_front(s, id, head_bytes, scratch), &packet_length,
	                        &wire_bytes);
	if (status != STATUS_OK) {
		data_refuse(s, c, id, status);
		return READ_ENDED;
	}
	c->wanted = (uint32_t)wire_bytes;
	if (have < wire_bytes)
		return READ_MORE;
	c->wanted = 0;
	return record_take(s, c, id, packet_length, wire_bytes);
}

// --- the stream ----------------------------------------------------------------------------------

// The peer will send no more and all whole records are read: we close too, as every SSH server
// does.
static void stream_ended(struct data_serve *s, struct data_conn *c, struct conn_id id)
{
	size_t rest = tcp_readable(s->tcp, id);

	s->count[COUNTER_record_cut_short] += rest > 0;
	tcp_consume(s->tcp, id, rest);
	c->state = DATA_CLOSING;
	tcp_close(s->tcp, id);
}

static enum read_result (*const readers[])(struct data_serve *s, struct data_conn *c,
                                           struct conn_id id) = {
        [DATA_EXPECT_IDENT] = ident_read,
        [DATA_EXPECT_RECORD] = record_read,
        [DATA_DISCARD] = discard_read,
};

// Nothing of ours will soon carry the acknowledgement: NEWKEYS has no answer, nor has a part of a
// record. Once logged in, delayed acknowledgements serve well enough, but not for a client that writes
// a record in pieces (its length, its body, its MAC).
static void acknowledge(struct data_serve *s, const struct data_conn *c, struct conn_id id)
{
	bool part = tcp_readable(s->tcp, id) > 0;

	if (c->state != DATA_EXPECT_RECORD)
		return;
	if (c->record.in.sequence < RECORDS_OF_LOGIN) {
		if (part || c->last_number == SSH_MSG_NEWKEYS)
			tcp_ack_now(s->tcp, id);
	} else if (part) {
		tcp_ack_short(s->tcp, id);
	}
}

void data_read(struct data_serve *s, struct data_conn *c, struct conn_id id)
{
	enum read_result result = READ_AGAIN;

	if (c->state == DATA_CLOSING) {
		tcp_consume(s->tcp, id, tcp_readable(s->tcp, id));
		return;
	}
	if (c->held)
		return;
	while (result == READ_AGAIN && data_find(s, id) == c)
		result = readers[c->state](s, c, id);
	if (result == READ_MORE)
		acknowledge(s, c, id);
	if (result == READ_MORE && tcp_fin_received(s->tcp, id))
		stream_ended(s, c, id);
}
