// Dialogues without processes: a port that gathers what is shown, and a control that answers from
// real settings. Shared by the tests of cli.
#pragma once

#include "cli/config/config_text.h"
#include "control/config/config.h"
#include "tests/unit/cli_fixture_users.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
	struct port port; // first
	struct shell shell;
	struct dialogue_table table;
	struct config control;
	struct settings *draft;
	uint64_t revision;
	bool secrets;      // the asker is network-admin
	uint32_t page;     // most records in one reply; 0: as many as fit
	uint32_t room;     // cells that may still be sent; UINT32_MAX: any
	uint32_t requests; // seen
	uint32_t puts;     // PUT calls seen, for counting commands
	uint64_t consumed; // reported
	bool blacklist_reset;
	bool exited, started, hold_replies, rebooted, counters_reset;
	const struct api_session_row *sessions;
	uint32_t session_count;
	uint32_t penalty_ms; // of one source; 0: there is none
	struct {
		uint8_t level;
		char name[40], text[200];
	} lines[32]; // of the log
	uint32_t line_count, line_first;
	uint32_t debugging;             // switches that are on
	uint32_t freed[8], freed_count; // sessions that were ended
	uint32_t host_key_bits[6];      // by type; 0: no such key
	uint32_t exit_status;
	struct text shown;
	struct text log;
	char flash[64];

	struct {
		struct link_cell cell;
		struct blob payload;
	} queue[64];
	uint32_t queued;
	struct file_job *job; // those that were submitted, in their order
	// Answers what is asked of the workers and their counters, when a test has such.
	enum status (*workers)(struct dialogue_request *r, struct span payload,
	                       struct builder *b);
};

static struct fixture *fixture_now; // for shell.log, which has no owner

static bool fixture_send(struct port *port, struct link_cell *cell, struct span payload)
{
	struct fixture *f = (struct fixture *)port;
	struct dialogue_count count;
	struct dialogue_exit end;

	if (f->room == 0)
		return false;
	if (f->room != UINT32_MAX)
		f->room--;
	switch (cell->kind) {
	case DIALOGUE_OUTPUT:
		text_add(&f->shown, payload.data, payload.len);
		break;
	case DIALOGUE_CONSUMED:
		memcpy(&count, cell->body, sizeof(count));
		f->consumed += count.bytes;
		break;
	case DIALOGUE_EXIT:
		memcpy(&end, cell->body, sizeof(end));
		f->exited = true;
		f->exit_status = end.status;
		break;
	case DIALOGUE_REQUEST:
		if (f->queued == 64)
			return false;
		f->queue[f->queued].cell = *cell;
		f->queue[f->queued++].payload = blob_copy(payload);
		f->requests++;
		break;
	}
	return true;
}

static void fixture_log(const char *line)
{
	text_puts(&fixture_now->log, line);
	text_puts(&fixture_now->log, "\n");
}

// Which rows the tests of this file run: tests/unit/commands.py asks.
static void fixture_ran(const struct command *row)
{
	static const struct command *last;
	const char *path = getenv("SALLYPORT_ROWS");
	FILE *file = path != NULL && row != last ? fopen(path, "a") : NULL;

	if (file == NULL)
		return;
	last = row;
	fprintf(file, "%s\n", row->grammar);
	fclose(file);
}

static void fixture_submit(struct file_job *job)
{
	struct fixture *f =
	        (struct fixture *)((char *)job->shell - offsetof(struct fixture, shell));
	struct file_job **at = &f->job;

	while (*at != NULL)
		at = &(*at)->next;
	job->next = NULL;
	*at = job;
}

// The first job that was submitted, or NULL. It is under way until work and done are called.
static inline struct file_job *job_take(struct fixture *f)
{
	struct file_job *job = f->job;

	if (job != NULL)
		f->job = job->next;
	return job;
}

// --- the control of the fixture ----------------------------------------------------------------

static const struct settings *fixture_settings(struct fixture *f)
{
	return f->draft != NULL ? f->draft : f->control.live;
}

static enum status answer_list(struct fixture *f, uint16_t call, struct span payload,
                               uint64_t *cursor, uint16_t *more, struct builder *b)
{
	const struct settings *s = fixture_settings(f);
	uint8_t class = payload.len > 0 ? payload.data[0] : 0;
	uint32_t at = (uint32_t)*cursor, end = settings_count(s, class);

	for (uint32_t done = 0; at < end && (f->page == 0 || done < f->page); at++, done++) {
		struct builder before = *b;

		setting_emit(b, settings_at(s, class, at),
		             f->secrets || call == API_LIST_WHOLE);
		if (!builder_ok(b)) {
			*b = before;
			break;
		}
	}
	*cursor = at;
	*more = at < end;
	return STATUS_OK;
}

static enum status answer_put(struct fixture *f, struct span payload)
{
	struct cursor c = cursor_over(payload);
	struct api_record record;

	f->puts++;
	if (api_record_parse(&c, &record) != STATUS_OK)
		return STATUS_MALFORMED;
	return f->draft != NULL ? settings_put(f->draft, &record)
	                        : config_put(&f->control, &record);
}

static enum status answer_named(struct fixture *f, uint16_t call, struct span payload,
                                struct builder *b)
{
	struct cursor c = cursor_over(payload);
	uint8_t class = cursor_u8(&c);
	struct span key = cursor_string(&c);
	const struct setting *found;

	if (cursor_end(&c) != STATUS_OK)
		return STATUS_MALFORMED;
	if (call == API_DELETE)
		return f->draft != NULL ? settings_delete(f->draft, class, key)
		                        : config_delete(&f->control, class, key);
	found = settings_find(fixture_settings(f), class, key);
	if (found == NULL)
		return STATUS_NOT_FOUND;
	setting_emit(b, found, f->secrets);
	return STATUS_OK;
}

static void answer_penalty(struct fixture *f, struct builder *b)
{
	builder_text(b, "192.0.2.9");
	builder_u32(b, 3);
	builder_u32(b, 1);
	builder_u32(b, f->penalty_ms);
	builder_bool(b, true);
}

static enum status answer_totp(struct fixture *f, struct span payload, uint32_t on)
{
	struct cursor c = cursor_over(payload);
	struct api_record r = {
	        .class = API_CLASS_LOCAL_USER, .key = cursor_string(&c), .count = 1};

	r.values[0] = (struct api_value){.field = API_LOCAL_USER_TOTP, .number = on};
	return config_put(&f->control, &r);
}

static enum status answer_password(struct fixture *f, struct span payload)
{
	struct cursor c = cursor_over(payload);
	struct api_record r = {.class = API_CLASS_LOCAL_USER, .count = 1};
	char hash[80];

	r.key = cursor_string(&c);
	struct span clear = cursor_string(&c);
	snprintf(hash, sizeof(hash), "$y$%.*s", (int)clear.len, (const char *)clear.data);
	r.values[0] = (struct api_value){.field = API_LOCAL_USER_HASH, .text = span_text(hash)};
	if (cursor_end(&c) != STATUS_OK)
		return STATUS_MALFORMED;
	return f->draft != NULL ? settings_put(f->draft, &r) : config_put(&f->control, &r);
}

static enum status answer_commit(struct fixture *f)
{
	enum status status;
	uint64_t now;

	if (f->draft == NULL)
		return STATUS_UNEXPECTED;
	status = config_commit(&f->control, f->draft, f->revision, &now);
	f->draft = NULL;
	return status;
}

// A public key of the type that is always the same.
static void host_key_blob(uint32_t type, struct builder *b)
{
	uint8_t bytes[256];

	memset(bytes, 0x55, sizeof(bytes));
	bytes[0] = 0xc5;
	if (type == 1) {
		builder_text(b, "ssh-rsa");
		builder_mpint(b, span_of("\1\0\1", 3));
		builder_mpint(b, span_of(bytes, 256));
	} else if (type == 0) {
		builder_text(b, "ssh-ed25519");
		builder_string(b, span_of(bytes, 32));
	} else {
		bytes[0] = 4;
		builder_text(b, "ecdsa-sha2-nistp256");
		builder_text(b, "nistp256");
		builder_string(b, span_of(bytes, 65));
	}
}

static enum status answer_host_keys(struct fixture *f, struct builder *b)
{
	for (uint32_t type = 0; type < 6; type++) {
		uint8_t bytes[600];
		struct builder blob = builder_over(bytes, sizeof(bytes));

		if (f->host_key_bits[type] == 0)
			continue;
		host_key_blob(type, &blob);
		builder_u32(b, type);
		builder_u32(b, f->host_key_bits[type]);
		builder_u64(b, 86400);
		builder_string(b, builder_span(&blob));
	}
	return STATUS_OK;
}

static enum status answer_key_change(struct fixture *f, uint16_t call, struct span payload)
{
	struct cursor c = cursor_over(payload);
	uint32_t type = cursor_u32(&c);
	uint32_t bits = call == API_GENERATE_KEY ? cursor_u32(&c) : 0;

	if (cursor_end(&c) != STATUS_OK || type > 5)
		return STATUS_MALFORMED;
	if (bits == 0 && f->host_key_bits[type] == 0)
		return STATUS_NOT_FOUND;
	f->host_key_bits[type] = bits;
	return STATUS_OK;
}

static void answer_dialogues(struct fixture *f, struct builder *b)
{
	for (uint32_t i = 0; i < f->table.top; i++) {
		const struct dialogue *d = &f->table.rows[i];
		struct api_dialogue_row row = {.slot = d->slot,
		                               .life = d->life,
		                               .line = d->line_number,
		                               .session = (uint32_t)d->session,
		                               .user = "tester",
		                               .peer = "192.0.2.1",
		                               .idle_seconds = 3661,
		                               .login_time = 86400};

		if (d->table != NULL && d->type == DIALOGUE_SHELL)
			api_dialogue_emit(b, &row);
	}
}

#include "tests/unit/cli_fixture_log.h"

static enum status answer(struct fixture *f, struct dialogue_request *r, struct span payload,
                          struct builder *b)
{
	struct api_status_row row = {.started = 1, .workers = 1};

	if (f->workers != NULL && f->workers(r, payload, b) == STATUS_OK)
		return STATUS_OK;
	switch (r->call) {
	case API_BEGIN:
		f->draft = config_draft(&f->control, &f->revision);
		return STATUS_OK;
	case API_COMMIT:
		return answer_commit(f);
	case API_ABORT:
		settings_free(f->draft);
		f->draft = NULL;
		return STATUS_OK;
	case API_CLEAR:
		if (f->draft == NULL)
			return STATUS_NOT_FOUND;
		settings_free(f->draft);
		f->draft = settings_new();
		return STATUS_OK;
	case API_PUT:
		return answer_put(f, payload);
	case API_GET:
	case API_DELETE:
		return answer_named(f, r->call, payload, b);
	case API_LIST_WHOLE:
	case API_LIST:
		return answer_list(f, r->call, payload, &r->cursor, &r->more, b);
	case API_SET_PASSWORD:
		return answer_password(f, payload);
	case API_PENALTIES:
		if (f->penalty_ms > 0)
			answer_penalty(f, b);
		return STATUS_OK;
	case API_RESET_PENALTIES:
		f->penalty_ms = 0;
		return STATUS_OK;
	case API_SET_TOTP:
		builder_bytes(b, span_text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"));
		return answer_totp(f, payload, 1);
	case API_DROP_TOTP:
		return answer_totp(f, payload, 0);
	case API_USER_SESSIONS:
	case API_BLACKLIST:
	case API_BLACKLIST_RESET:
		return answer_users(&f->blacklist_reset, r->call, b);
	case API_SUPER:
	case API_SET_SUPER:
		return answer_super(&f->control, r->call, payload);
	case API_SET_LINE_PASSWORD:
		return answer_line_password(&f->control, payload);
	case API_STATUS:
		row.revision = config_revision(&f->control);
		api_status_emit(b, &row);
		return STATUS_OK;
	case API_STARTED:
		f->started = true;
		return STATUS_OK;
	case API_COUNTERS:
	case API_POOLS:
	case API_MEMORY:
	case API_SESSIONS:
		for (uint32_t i = 0; i < f->session_count; i++)
			api_session_emit(b, &f->sessions[i]);
		return STATUS_OK;
	case API_FREE_SESSION:
		f->freed[f->freed_count++ % 8] = payload.data[3];
		return STATUS_OK;
	case API_DIALOGUES:
		answer_dialogues(f, b);
		return STATUS_OK;
	case API_REBOOT:
		f->rebooted = true;
		return STATUS_OK;
	case API_RESET_COUNTERS:
		f->counters_reset = true;
		return STATUS_OK;
	case API_EXCEPTIONS:
		answer_exceptions(b);
		return STATUS_OK;
	case API_LOG:
	case API_LOG_WATCH:
	case API_DEBUGGING:
	case API_SET_DEBUGGING:
	case API_LOG_STATE:
	case API_LOG_RESET:
	case API_LOG_ADD:
		return answer_log(f, r->call, r->cursor, payload, b);
	case API_STATES:
		builder_text(b, "EXPECT_KEXINIT");
		builder_u8(b, 20);
		builder_u8(b, 20);
		builder_text(b, "KEXINIT");
		builder_text(b, "taken");
		builder_text(b, "EXPECT_KEX_INIT");
		return STATUS_OK;
	case API_HOST_KEYS:
		return answer_host_keys(f, b);
	case API_GENERATE_KEY:
	case API_DESTROY_KEY:
		return answer_key_change(f, r->call, payload);
	case API_HOST_CERTIFICATE:
		return answer_certificate(payload, b);
	case API_DROP_HOST_CERT:
		return answer_certificate_drop(payload, b);
	case API_HOST_CERTS:
		answer_certificates(b);
		return STATUS_OK;
	case API_ALGORITHMS:
		for (uint8_t i = API_SSH_ALGORITHM_KEX; i <= API_SSH_ALGORITHM_MAC; i++)
			builder_string(b, setting_text(settings_find(fixture_settings(f),
			                                             API_CLASS_SSH_ALGORITHM,
			                                             span_of(NULL, 0)),
			                               i));
		return STATUS_OK;
	default:
		return STATUS_UNSUPPORTED;
	}
}

static bool fixture_answer(struct fixture *f)
{
	static uint8_t bytes[32768];
	struct builder b = builder_over(bytes, sizeof(bytes));
	struct dialogue_request r;
	struct link_cell cell;

	if (f->queued == 0 || f->hold_replies)
		return false;
	cell = f->queue[0].cell;
	memcpy(&r, cell.body, sizeof(r));
	r.status = answer(f, &r, span_blob(&f->queue[0].payload), &b);
	cell.kind = DIALOGUE_REPLY;
	memcpy(cell.body, &r, sizeof(r));
	blob_fini(&f->queue[0].payload);
	f->queued--;
	memmove(&f->queue[0], &f->queue[1], f->queued * sizeof(f->queue[0]));
	table_cell(&f->table, &cell, builder_span(&b));
	return true;
}

// --- driving -----------------------------------------------------------------------------------

// Run until nothing moves.
static void settle(struct fixture *f)
{
	bool moved = true;

	while (moved) {
		struct file_job *job;

		moved = shell_turn(&f->shell) > 0;
		moved |= fixture_answer(f);
		job = job_take(f);
		if (job != NULL) {
			job->work(job);
			job->done(job);
			moved = true;
		}
		moved |= f->shell.first != NULL && f->shell.blocked == 0;
	}
}

static struct dialogue *fixture_open(struct fixture *f, enum dialogue_type type, bool pty,
                                     enum api_role role, const char *command)
{
	static uint32_t lives;
	struct dialogue_start start = {
	        .open = {.type = (uint8_t)type, .has_pty = pty, .columns = 80, .rows = 0},
	        .role = role,
	        .user = span_text("tester"),
	        .command = span_text(command),
	};

	uint32_t slot = 0;

	while (slot < f->table.top && f->table.rows[slot].table != NULL)
		slot++;
	f->exited = false;
	return dialogue_open(&f->table, slot, ++lives, &start);
}

static inline void type_text(struct fixture *f, struct dialogue *d, const char *text)
{
	dialogue_input(d, span_text(text));
	settle(f);
}

static inline const char *shown(struct fixture *f)
{
	text_add(&f->shown, "", 1);
	f->shown.len--;
	return f->shown.data != NULL ? f->shown.data + f->shown.at : "";
}

static inline void shown_clear(struct fixture *f)
{
	text_fini(&f->shown);
}

static struct fixture *fixture_new(void)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *bad = "";

	fixture_now = f;
	f->port.send = fixture_send;
	f->room = UINT32_MAX;
	f->secrets = true;
	if (shell_init(&f->shell, &bad) != STATUS_OK) {
		printf("grammar: %s\n", bad);
		abort();
	}
	f->shell.log = fixture_log;
	f->shell.submit = fixture_submit;
	f->shell.ran = fixture_ran;
	f->shell.now_us = 1000000;
	config_init(&f->control);
	if (table_init(&f->table, &f->shell, &f->port, 0, 64) != STATUS_OK)
		abort();
	f->shell.local = &f->table;
	f->shell.local_slot = 56;
	return f;
}

// An administrator at a terminal, greeted, all credit there is.
static inline struct dialogue *fixture_terminal(struct fixture *f)
{
	struct dialogue *d = fixture_open(f, DIALOGUE_SHELL, true, API_ROLE_ADMIN, "");

	dialogue_credit(d, UINT32_MAX);
	settle(f);
	shown_clear(f);
	return d;
}

// What a command prints without a terminal.
static inline const char *fixture_exec(struct fixture *f, const char *command)
{
	struct dialogue *d = fixture_open(f, DIALOGUE_EXEC, false, API_ROLE_ADMIN, command);

	shown_clear(f);
	dialogue_credit(d, UINT32_MAX);
	settle(f);
	return shown(f);
}

static inline void fixture_flash(struct fixture *f)
{
	snprintf(f->flash, sizeof(f->flash), "/tmp/sallyport-flash-XXXXXX");
	if (mkdtemp(f->flash) == NULL)
		abort();
	f->shell.flash = open(f->flash, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static inline void fixture_free(struct fixture *f)
{
	char command[128];

	table_fini(&f->table);
	for (struct file_job *job; (job = job_take(f)) != NULL;) { // what they left to do
		job->work(job);
		job->done(job);
	}
	shell_fini(&f->shell);
	settings_free(f->draft);
	config_fini(&f->control);
	for (uint32_t i = 0; i < f->queued; i++)
		blob_fini(&f->queue[i].payload);
	text_fini(&f->shown);
	text_fini(&f->log);
	if (f->flash[0] != 0) {
		close(f->shell.flash);
		snprintf(command, sizeof(command), "rm -r %s", f->flash);
		if (system(command) != 0)
			printf("%s is left\n", f->flash);
	}
	free(f);
}
