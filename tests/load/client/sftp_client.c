// Requests and their answers (draft-ietf-secsh-filexfer-02).
#include "tests/load/client/sftp_client.h"

#include <stdio.h>

#include "crypto/wire/builder.h"
#include "crypto/wire/cursor.h"

#define HEAD_BYTES  5u  // length and type
#define DATA_HEAD   13u // and id and the data's length
#define VERSION     3u
#define FLAG_READ   1u
#define FLAG_WRITE  (2u | 8u | 16u) // create, truncate
#define STATUS_GOOD 0u
#define STATUS_EOF  1u

enum number {
	INIT = 1,
	OPEN = 3,
	CLOSE = 4,
	READ = 5,
	WRITE = 6,
	ANSWER_VERSION = 2,
	ANSWER_STATUS = 101,
	ANSWER_HANDLE = 102,
	ANSWER_DATA = 103
};

static void file_begin(struct sftp_client *c, bool writes)
{
	c->writes = writes;
	c->at_end = false;
	c->asked = c->moved = 0;
}

void sftp_start(struct sftp_client *c, const char *path, bool writes, uint64_t bytes)
{
	memset(c, 0, sizeof(*c));
	snprintf(c->path, sizeof(c->path), "%s", path);
	c->bytes = bytes;
	file_begin(c, writes);
}

void sftp_again(struct sftp_client *c, bool writes)
{
	file_begin(c, writes);
	c->state = SFTP_OPENING;
}

// --- asking --------------------------------------------------------------------------------------

static size_t packet_begin(struct builder *b, enum number number, uint32_t id)
{
	size_t mark = builder_open(b);

	builder_u8(b, (uint8_t)number);
	builder_u32(b, id);
	return mark;
}

static void open_ask(struct sftp_client *c, struct builder *b)
{
	size_t mark = packet_begin(b, OPEN, c->next_id++);

	builder_text(b, c->path);
	builder_u32(b, c->writes ? FLAG_WRITE : FLAG_READ);
	builder_u32(b, 0); // no attributes
	builder_close(b, mark);
	c->state = SFTP_EXPECT_HANDLE;
}

static void close_ask(struct sftp_client *c, struct builder *b)
{
	size_t mark = packet_begin(b, CLOSE, c->next_id++);

	builder_string(b, span_of(c->handle, c->handle_bytes));
	builder_close(b, mark);
	c->state = SFTP_EXPECT_CLOSED;
}

// One that is to be asked again, else a free one with the next piece of the file; NULL: none.
static struct sftp_request *request_next(struct sftp_client *c)
{
	struct sftp_request *free_one = NULL;
	uint64_t left = c->bytes - c->asked;

	for (unsigned i = 0; i < SFTP_AHEAD; i++) {
		struct sftp_request *r = &c->request[i];

		if (r->len > 0 && !r->asked)
			return r;
		if (r->len == 0)
			free_one = r;
	}
	if (free_one == NULL || left == 0 || c->at_end)
		return NULL;
	*free_one = (struct sftp_request){
	        .at = c->asked, .len = left < SFTP_PIECE ? (uint32_t)left : SFTP_PIECE};
	c->asked += free_one->len;
	c->under_way++;
	return free_one;
}

static void piece_ask(struct sftp_client *c, const struct sftp_source *source,
                      struct builder *b)
{
	struct sftp_request *r = request_next(c);
	size_t mark;

	if (r == NULL && c->under_way == 0)
		close_ask(c, b);
	if (r == NULL)
		return;
	r->id = c->next_id++;
	r->asked = true;
	mark = packet_begin(b, c->writes ? WRITE : READ, r->id);
	builder_string(b, span_of(c->handle, c->handle_bytes));
	builder_u64(b, r->at);
	if (c->writes)
		builder_string(b, span_of(source->bytes + r->at % source->period, r->len));
	else
		builder_u32(b, r->len);
	builder_close(b, mark);
}

size_t sftp_next(struct sftp_client *c, const struct sftp_source *source,
                 uint8_t out[SFTP_PACKET_MAX])
{
	struct builder b = builder_over(out, SFTP_PACKET_MAX);

	if (c->state == SFTP_START) {
		size_t mark = packet_begin(&b, INIT, VERSION);

		builder_close(&b, mark);
		c->state = SFTP_EXPECT_VERSION;
	} else if (c->state == SFTP_OPENING) {
		open_ask(c, &b);
	} else if (c->state == SFTP_MOVING) {
		piece_ask(c, source, &b);
	}
	return builder_span(&b).len;
}

// --- answers -------------------------------------------------------------------------------------

static struct sftp_request *request_find(struct sftp_client *c, uint32_t id)
{
	for (unsigned i = 0; i < SFTP_AHEAD; i++) {
		if (c->request[i].len > 0 && c->request[i].asked && c->request[i].id == id)
			return &c->request[i];
	}
	return NULL;
}

static void request_end(struct sftp_client *c, struct sftp_request *r)
{
	r->len = 0;
	c->under_way--;
}

static enum status refuse(struct sftp_client *c, uint32_t code, struct span text)
{
	snprintf(c->words, sizeof(c->words), "status %u: %.*s", code,
	         text.len > 80 ? 80 : (int)text.len, (const char *)text.data);
	c->state = SFTP_REFUSED;
	return STATUS_OK;
}

static enum status piece_end(struct sftp_client *c, uint32_t id, uint32_t code,
                             struct span text)
{
	struct sftp_request *r = request_find(c, id);

	if (r == NULL || (c->writes ? code == STATUS_EOF : code == STATUS_GOOD))
		return STATUS_UNEXPECTED;
	if (c->writes && code == STATUS_GOOD)
		c->moved += r->len;
	else if (!c->writes && code == STATUS_EOF)
		c->at_end = true;
	else
		return refuse(c, code, text);
	request_end(c, r);
	return STATUS_OK;
}

static enum status on_status(struct sftp_client *c, uint32_t id, struct cursor *cur)
{
	uint32_t code = cursor_u32(cur);
	struct span text = cursor_string(cur);

	cursor_string(cur); // language
	if (cursor_end(cur) != STATUS_OK)
		return cursor_end(cur);
	if (c->state == SFTP_MOVING)
		return piece_end(c, id, code, text);
	if (code != STATUS_GOOD)
		return refuse(c, code, text);
	if (c->state != SFTP_EXPECT_CLOSED)
		return STATUS_UNEXPECTED;
	c->state = SFTP_DONE;
	return STATUS_OK;
}

static enum status on_handle(struct sftp_client *c, struct cursor *cur)
{
	struct span handle = cursor_string_max(cur, SFTP_HANDLE_MAX);

	if (cursor_end(cur) != STATUS_OK)
		return cursor_end(cur);
	if (c->state != SFTP_EXPECT_HANDLE)
		return STATUS_UNEXPECTED;
	memcpy(c->handle, handle.data, handle.len);
	c->handle_bytes = (uint32_t)handle.len;
	c->state = SFTP_MOVING;
	return STATUS_OK;
}

static enum status answer_take(struct sftp_client *c)
{
	struct cursor cur = cursor_over(span_of(c->answer, c->have));
	uint32_t id;
	uint8_t type;

	cursor_u32(&cur);
	type = cursor_u8(&cur);
	id = cursor_u32(&cur); // or the version
	if (!cursor_ok(&cur))
		return STATUS_MALFORMED;
	if (type == ANSWER_VERSION && c->state == SFTP_EXPECT_VERSION) {
		c->state = SFTP_OPENING;
		return id >= VERSION ? STATUS_OK : STATUS_BAD_VERSION;
	}
	if (c->state == SFTP_EXPECT_VERSION || c->state == SFTP_START)
		return STATUS_UNEXPECTED;
	if (type == ANSWER_STATUS)
		return on_status(c, id, &cur);
	return type == ANSWER_HANDLE ? on_handle(c, &cur) : STATUS_UNEXPECTED;
}

static enum status data_begin(struct sftp_client *c)
{
	struct cursor cur = cursor_over(span_of(c->answer, c->have));
	uint32_t length = cursor_u32(&cur), id, bytes;
	struct sftp_request *r;

	cursor_u8(&cur);
	id = cursor_u32(&cur);
	bytes = cursor_u32(&cur);
	r = request_find(c, id);
	if (c->state != SFTP_MOVING || c->writes || r == NULL)
		return STATUS_UNEXPECTED;
	if (bytes == 0 || bytes > r->len || length != bytes + DATA_HEAD - 4)
		return STATUS_MALFORMED;
	c->filling = r;
	c->data_left = bytes;
	return STATUS_OK;
}

static size_t data_take(struct sftp_client *c, size_t len)
{
	struct sftp_request *r = c->filling;
	uint32_t n = len < c->data_left ? (uint32_t)len : c->data_left;

	c->data_left -= n;
	c->moved += n;
	r->at += n;
	r->len -= n;
	if (c->data_left > 0)
		return n;
	if (r->len == 0)
		c->under_way--;
	else
		r->asked = false; // the rest is asked for again
	return n;
}

// How much of an answer is wanted before it can be judged; 0: it cannot be one.
static uint32_t answer_wanted(const struct sftp_client *c)
{
	struct cursor cur = cursor_over(span_of(c->answer, c->have));
	uint32_t length = cursor_u32(&cur);

	if (c->have < HEAD_BYTES)
		return HEAD_BYTES;
	if (cursor_u8(&cur) == ANSWER_DATA)
		return DATA_HEAD;
	return length < HEAD_BYTES || length > SFTP_ANSWER_MAX - 4 ? 0 : 4 + length;
}

static enum status answer_add(struct sftp_client *c, struct span bytes, size_t *taken)
{
	uint32_t wanted = answer_wanted(c), left = wanted - c->have;
	enum status status;

	if (wanted == 0)
		return STATUS_TOO_LONG;
	*taken = bytes.len < left ? bytes.len : left;
	memcpy(c->answer + c->have, bytes.data, *taken);
	c->have += (uint32_t)*taken;
	wanted = answer_wanted(c);
	if (wanted == 0)
		return STATUS_TOO_LONG;
	if (c->have < wanted)
		return STATUS_OK;
	status = c->answer[4] == ANSWER_DATA ? data_begin(c) : answer_take(c);
	c->have = 0;
	return status;
}

enum status sftp_take(struct sftp_client *c, struct span bytes)
{
	enum status status = STATUS_OK;
	size_t taken = 0;

	while (bytes.len > 0 && status == STATUS_OK && c->state != SFTP_REFUSED) {
		if (c->data_left > 0)
			taken = data_take(c, bytes.len);
		else
			status = answer_add(c, bytes, &taken);
		bytes = span_of(bytes.data + taken, bytes.len - taken);
	}
	return status;
}
