// A client's stream from its first byte to an open session and beyond: version line, records in
// plain text, the gate, then control's states, with what control sends back acted on. SSH-1.5 as
// well when the first byte of the input is odd. The checks of passwords and session keys are played,
// so that whole logins are a few bytes away; nothing else may open a session.
#include "tests/unit/v1_client.h"

#include "dataplane/record/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The record layer lives in mapped memory, where the leak checker does not look for pointers.
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:record_core_new\n";
}

static struct bench *b;
static struct record_core *core;
static uint64_t counts[COUNTERS];

static void end(void)
{
	record_core_free(core);
	bench_free(b);
}

static void start(void)
{
	random_source_set(random_zeros); // cookies and challenges can be foreseen
	b = bench_new_v1();
	bench_rsa_user(b, "rob", API_METHOD_ANY);
	core = record_core_new(counts, 8);
	if (core == NULL || atexit(end) != 0)
		abort();
}

// --- the worker ----------------------------------------------------------------------------------

// Both directions stay readable for the fuzzer: keys change the gate and are then left out.
static void keys_take(struct record_conn *r, const struct bench_cell *c)
{
	struct suite_keys keys;
	struct data_keys body;

	memcpy(&body, c->cell.body, sizeof(body));
	memcpy(&keys, c->payload.data, sizeof(keys));
	if (record_keys_install(core, r, body.suite, body.sending, body.strict, &keys) !=
	    STATUS_OK)
		return; // strict KEX was violated: the worker would end the connection
	if (r->v1)
		r->in.suite = 0;
}

static bool cells_take(struct record_conn *r)
{
	struct bench_cell c;
	bool open = true;

	while (bench_queue_pop(&b->down, &c)) {
		if (c.cell.kind == DATA_KEYS_INSTALL)
			keys_take(r, &c);
		else if (c.cell.kind == DATA_PHASE)
			r->phase = RECORD_PHASE_OPEN;
		else if (c.cell.kind == DATA_CONN_CLOSE)
			open = false;
		blob_fini(&c.payload);
	}
	bench_queue_clear(&b->shown);
	return open;
}

static bool message_take(struct record_conn *r, struct span message)
{
	struct conn_id id = {0, 1};

	if (record_gate_in(core, r, id, message.data[0]) != STATUS_OK)
		return false;
	r->in.suite = 0; // after NEWKEYS: go on in plain text
	if (!r->v1 && !r->keyed_in && r->phase == RECORD_PHASE_OPEN)
		abort();
	client_message(b, 0, message);
	b->now_us += AUTH_DELAY_US; // refusals wait
	bench_turn(b);
	return cells_take(r);
}

// The message of an SSH-1 record, whatever its CRC: no input would get past it.
static struct span v1_message(const uint8_t *record, uint32_t packet_length)
{
	size_t length = (size_t)record[2] << 8 | record[3];

	return span_of(record + 4 + packet_length - length, length - 4);
}

static void records_take(struct record_conn *r, struct span stream)
{
	static uint8_t plain[RECORD_MAX];
	struct conn_id id = {0, 1};
	struct span message;
	uint32_t packet_length;
	size_t wire_bytes;

	while (stream.len >= 4 &&
	       record_measure(core, r, id, stream.data, &packet_length, &wire_bytes) ==
	               STATUS_OK &&
	       stream.len >= wire_bytes) {
		if (r->v1)
			message = v1_message(stream.data, packet_length);
		else if (record_open(core, r, id, stream.data, packet_length, plain,
		                     &message) != STATUS_OK)
			return;
		if (!message_take(r, message))
			return;
		stream = span_of(stream.data + wire_bytes, stream.len - wire_bytes);
	}
}

// --- the oracle ----------------------------------------------------------------------------------

// A session is open only if a password or an answer to a challenge passed.
static void proof_check(uint64_t ok_before)
{
	uint64_t ok = COUNTED(b, auth_password_ok) + COUNTED(b, auth_publickey_ok);

	if (b->h->gauges.established > ok - ok_before)
		abort();
}

static void nothing_left(void)
{
	client_gone(b, 0);
	while (b->h->gauges.dialogues > 0)
		cli_exits(b, 0, false);
	bench_queue_clear(&b->down);
	bench_queue_clear(&b->shown);
	if (b->h->gauges.sessions != 0 || b->h->channels.used != 0 || b->h->auths.used != 0 ||
	    b->h->kexes.used != 0 || b->h->v1s.used != 0 || b->h->idents.used != 0 ||
	    slab_gauges(b->h->slab).used_bytes != 0 || record_core_pending(core) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conn_id id = {0, 1};
	struct record_conn r;
	struct span line;
	uint64_t ok_before;
	size_t taken;

	if (b == NULL)
		start();
	if (size == 0 ||
	    record_ident_parse(span_of(data + 1, size - 1), data[0] & 1, &line, &taken) !=
	            STATUS_OK ||
	    taken == 0)
		return 0;
	ok_before = COUNTED(b, auth_password_ok) + COUNTED(b, auth_publickey_ok);
	record_init(&r);
	r.v1 = record_ident_is_v1(line);
	client_connects_to(b, 0, data[0] & 1);
	bench_up(b, DATA_IDENT_UP, 0, NULL, 0, line);
	bench_turn(b);
	if (cells_take(&r))
		records_take(&r, span_of(data + 1 + taken, size - 1 - taken));
	proof_check(ok_before);
	record_fini(core, &r, id);
	nothing_left();
	return 0;
}
