// Bulk through SFTP: a file written, or read, or written and then read again.
#include <stdio.h>
#include <stdlib.h>

#include "tests/load/client/sftp_client.h"
#include "tests/load/scenario/scenarios.h"

#define QUEUE_BYTES (256u * 1024) // kept ready for the network

struct sftp_work {
	struct sftp_client client;
	bool then_reads;
	size_t at, len; // of `out` that the channel has not taken
	uint8_t out[SFTP_PACKET_MAX];
};
static_assert(SFTP_PIECE <= TASK_CHUNK, "a piece is taken from the lines at once");

// %n in the path is the session's place.
static void path_make(const char *path, uint32_t place, char out[SFTP_PATH_MAX])
{
	const char *mark = strstr(path, "%n");

	if (mark == NULL)
		snprintf(out, SFTP_PATH_MAX, "%s", path);
	else
		snprintf(out, SFTP_PATH_MAX, "%.*s%u%s", (int)(mark - path), path, place,
		         mark + 2);
}

void sftp_begin(struct engine *e, struct load_session *s)
{
	const struct load_task *t = task_of(e, s);
	struct sftp_work *w = calloc(1, sizeof(*w));
	char path[SFTP_PATH_MAX];

	s->moving.sftp = w;
	if (w == NULL) {
		session_fail(e, s, client_failure_text(CLIENT_FAILURE_LOCAL),
		             span_text("out of memory"));
		return;
	}
	path_make(t->sftp, session_slot(e, s), path);
	sftp_start(&w->client, path, t->direction != LOAD_DOWN, t->bytes);
	w->then_reads = t->direction == LOAD_BOTH;
	session_channel(e, s, CLIENT_SUBSYSTEM, "sftp");
}

static void file_over(struct engine *e, struct load_session *s)
{
	struct sftp_work *w = s->moving.sftp;
	const struct sftp_client *c = &w->client;

	if (c->moved < c->bytes) {
		session_fail(
		        e, s, "transfer cut short",
		        span_text(c->writes ? "before all was sent" : "the file is shorter"));
		return;
	}
	if (w->then_reads) {
		w->then_reads = false;
		sftp_again(&w->client, false);
		return;
	}
	session_step(e, s, METRIC_EXEC);
	results_count(&e->results, TALLY_EXECS, 1);
	session_finish(e, s);
}

// Take as many requests as there are to the channel, as far as windows and queues go.
void sftp_write(struct engine *e, struct load_session *s)
{
	const struct load_task *t = task_of(e, s);
	struct sftp_source source = {t->lines, strlen(t->line)};
	struct sftp_work *w = s->moving.sftp;
	size_t n;

	while (s->end == END_NONE && s->client.channel == CHANNEL_READY) {
		if (w->client.state == SFTP_DONE) {
			file_over(e, s);
			continue;
		}
		if (w->at == w->len) {
			if (e->link->ops->queued(e->link, session_slot(e, s)) >= QUEUE_BYTES)
				return;
			w->at = 0;
			w->len = sftp_next(&w->client, &source, w->out);
		}
		n = client_write(&e->env, &s->client, span_of(w->out + w->at, w->len - w->at));
		if (n == 0)
			return;
		w->at += n;
		results_count(&e->results, TALLY_BYTES_UP, n);
	}
}

void sftp_data(struct engine *e, struct load_session *s, struct span bytes)
{
	struct sftp_client *c = &s->moving.sftp->client;
	enum status status = sftp_take(c, bytes);

	if (status != STATUS_OK)
		session_fail(e, s, "SFTP violated by the server",
		             span_text(status_text(status)));
	else if (c->state == SFTP_REFUSED)
		session_fail(e, s, "SFTP refused", span_text(c->words));
	else
		sftp_write(e, s);
}
