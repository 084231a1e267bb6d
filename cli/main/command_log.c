// Between the command line and the log: commands go in, and lines come out for those who watch.
#include "cli/config/config_text.h"
#include "cli/tree/arg.h"

#include <stdio.h>
#include <time.h>

#define MONITOR_US 1000000u

// --- into the log ------------------------------------------------------------------------------

static bool is_secret(uint8_t arg)
{
	return arg == ARG_PASSWORD_WORD || arg == ARG_LINEPASS_WORD || arg == ARG_HASH_WORD ||
	       arg == ARG_SHAREDKEY_WORD;
}

static void words_print(struct text *out, const struct match *m)
{
	char quoted[CONFIG_WORD_MAX];

	for (uint32_t i = 0; i < m->words.count; i++) {
		if (i > 0)
			text_puts(out, " ");
		text_puts(out, is_secret(m->bound[i].arg)
		                       ? "******"
		                       : config_word(words_at(&m->words, i), quoted));
	}
}

static bool log_add(struct dialogue_table *table, uint32_t slot, uint32_t life,
                    const char *name, struct span text)
{
	struct dialogue_request body = {.call = API_LOG_ADD};
	struct link_cell cell = {
	        .kind = DIALOGUE_REQUEST, .slot = slot, .life = life, .buffer = LINK_NO_BUFFER};
	uint8_t bytes[700];
	struct builder b = builder_over(bytes, sizeof(bytes));

	builder_u8(&b, 6);
	builder_text(&b, name);
	builder_string(&b, span_of(text.data, text.len < 500 ? text.len : 500));
	memcpy(cell.body, &body, sizeof(body));
	if (table->port->send(table->port, &cell, builder_span(&b)))
		return true;
	table->shell->count[COUNT_cli_log_lost]++;
	return false;
}

// "NAME: text": in a local dialogue's name, for whoever did it may be gone.
void log_line_add(struct shell *shell, const char *line)
{
	const char *colon = strchr(line, ':');
	char name[40];

	if (colon == NULL || colon[1] != ' ' || colon - line >= (ptrdiff_t)sizeof(name))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(colon - line), line);
	if (shell->local != NULL)
		(void)log_add(shell->local, shell->local_slot, 0, name, span_text(colon + 2));
}

void command_log(struct dialogue *d, const struct match *m)
{
	char line[DIALOGUE_PEER_MAX], peer[DIALOGUE_PEER_MAX];
	struct text text = {0};

	text_format(&text, "-Line=%s-IPAddr=%s-User=%s; Command is ",
	            dialogue_terminal(d, line), dialogue_peer(d, peer),
	            d->user != NULL ? d->user : "**");
	words_print(&text, m);
	if (!text.failed)
		(void)log_add(d->table, d->slot, d->life, "SHELL_CMD", text_span(&text));
	text_fini(&text);
}

// --- out of it ---------------------------------------------------------------------------------

// As the information centre is told: the day, milliseconds since the host's start, or nothing.
static void stamp_print(struct text *out, const struct shell *shell, uint64_t at_ms)
{
	struct timespec now, up;
	uint64_t boot_ms;
	char day[32];
	struct tm tm;

	if (shell->log_stamp == API_STAMP_NONE)
		return;
	if (shell->log_stamp == API_STAMP_BOOT) {
		clock_gettime(CLOCK_REALTIME, &now);
		clock_gettime(CLOCK_BOOTTIME, &up);
		boot_ms = (uint64_t)(now.tv_sec - up.tv_sec) * 1000;
		at_ms = at_ms > boot_ms ? at_ms - boot_ms : 0;
		text_format(out, "%u.%u", (unsigned)(at_ms >> 32), (unsigned)at_ms);
		return;
	}
	(void)api_clock_tm(&shell->clock, (int64_t)(at_ms / 1000), &tm);
	strftime(day, sizeof(day), "%b %e %H:%M:%S", &tm);
	text_format(out, "%s:%03u %d", day, (unsigned)(at_ms % 1000), tm.tm_year + 1900);
}

void log_print(struct text *out, const struct shell *shell, struct cursor *c, uint8_t *level)
{
	uint64_t at_ms = (cursor_u64(c), cursor_u64(c));
	struct span name, text;
	size_t module = 0;

	*level = cursor_u8(c);
	name = cursor_string_max(c, 40);
	text = cursor_string_max(c, 1024);
	if (!cursor_ok(c))
		return;
	while (module < name.len && name.data[module] != '_')
		module++;
	text_puts(out, *level == 7 ? "*" : "%");
	stamp_print(out, shell, at_ms);
	text_format(out, " %s %.*s/%u/%.*s: %.*s\n", shell->sysname, (int)module,
	            (const char *)name.data, *level, (int)name.len, (const char *)name.data,
	            (int)text.len, (const char *)text.data);
}

void monitor_ask(struct dialogue *d)
{
	struct dialogue_request body = {
	        .job = MONITOR_JOB, .call = API_LOG_WATCH, .cursor = d->monitor_next};
	struct link_cell cell = {.kind = DIALOGUE_REQUEST,
	                         .slot = d->slot,
	                         .life = d->life,
	                         .buffer = LINK_NO_BUFFER};

	memcpy(cell.body, &body, sizeof(body));
	(void)d->table->port->send(d->table->port, &cell, span_of(NULL, 0)); // else in a second
	wheel_arm(&d->table->wheel, d->slot - d->table->first,
	          d->table->shell->now_us + MONITOR_US);
}

void monitor_reply(struct dialogue *d, const struct dialogue_request *reply,
                   struct span payload)
{
	struct blob copy = blob_copy(payload);
	struct cursor c = cursor_over(span_blob(&copy));
	struct text text = {0}, one = {0};
	bool first = d->monitor_next == 0; // what was there before is not news

	while (d->monitor && reply->status == STATUS_OK && cursor_left(&c) > 0) {
		struct cursor number = c;
		uint64_t sequence = cursor_u64(&number);
		uint8_t level = 0;

		log_print(&one, d->table->shell, &c, &level);
		if (!cursor_ok(&c) || sequence < d->monitor_next)
			break;
		d->monitor_next = sequence + 1;
		if (!first && (level == 7 ? d->debugging : level <= d->monitor_level))
			text_add(&text, text_span(&one).data, text_left(&one));
		text_fini(&one);
	}
	if (first && d->monitor_next == 0)
		d->monitor_next = 1;
	if (text_left(&text) > 0)
		dialogue_notify(d, text_span(&text), !d->table->shell->log_unsynchronous);
	text_fini(&one);
	text_fini(&text);
	blob_fini(&copy);
}
