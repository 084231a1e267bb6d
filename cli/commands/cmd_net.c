// What the commands about the network share.
#include "cli/commands/cmd_net.h"

#include <stdio.h>

struct ip_addr arg_ip(struct span word)
{
	struct ip_addr a = {0};

	(void)ip_from_text(word, &a);
	return a;
}

unsigned arg_mask(struct span word)
{
	unsigned bits = 0;
	struct ip_addr a;

	if (!ip_from_text(word, &a))
		return arg_number(word);
	while (bits < 32 && (a.bytes[12 + bits / 8] & 0x80u >> bits % 8) != 0)
		bits++;
	return bits;
}

void arg_text(const struct task *t, uint8_t arg, char *out, size_t size)
{
	struct span word;
	size_t len = 0;

	out[0] = 0;
	for (uint32_t i = 0; (word = match_arg(&t->match, arg, i)).len > 0 && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%.*s", i > 0 ? " " : "",
		                        (int)word.len, (const char *)word.data);
}

const char *ether_text(const uint8_t ether[6], char out[ETHER_TEXT_MAX])
{
	snprintf(out, ETHER_TEXT_MAX, "%02x%02x-%02x%02x-%02x%02x", ether[0], ether[1],
	         ether[2], ether[3], ether[4], ether[5]);
	return out;
}

// --- counters ------------------------------------------------------------------------------------

static void count_row(struct task *t, struct cursor *c)
{
	struct span name = cursor_string_max(c, 64);
	struct net_counts *counts = t->own;
	uint64_t value;

	cursor_string_max(c, 200);
	value = cursor_u64(c);
	for (unsigned i = 0; i < COUNTERS && cursor_ok(c); i++) {
		if (span_is(name, counters_row(i).name))
			counts->value[i] = value;
	}
}

static enum turn counts_end(struct task *t)
{
	return ((struct net_counts *)t->own)->end(t);
}

static const struct listing count_rows = {API_COUNTERS, 0, count_row, counts_end};

enum turn task_counts(struct task *t, enum turn (*end)(struct task *t))
{
	((struct net_counts *)t->own)->end = end;
	return task_list(t, &count_rows);
}

// --- doing ---------------------------------------------------------------------------------------

struct net_doing {
	enum net_ask ask;
	uint32_t list;
	enum turn (*end)(struct task *t);
};

static enum turn doing_done(struct task *t);

static enum turn doing_ask(struct task *t)
{
	const struct net_doing *d = t->own;
	struct builder b = task_request(t);

	builder_u8(&b, (uint8_t)d->ask);
	if (d->ask == NET_ASK_FORGET_HITS)
		builder_u32(&b, d->list);
	return task_ask(t, API_NET_DO, &b, doing_done);
}

static enum turn doing_done(struct task *t)
{
	if (t->status != STATUS_OK || !t->more)
		return ((struct net_doing *)t->own)->end(t);
	t->ask_cursor = t->cursor;
	return doing_ask(t);
}

enum turn task_net_do(struct task *t, enum net_ask ask, uint32_t list,
                      enum turn (*end)(struct task *t))
{
	struct net_doing *d = task_own(t, sizeof(*d), NULL);

	if (d == NULL)
		return task_fail_status(t, STATUS_NO_MEMORY);
	*d = (struct net_doing){ask, list, end};
	t->ask_cursor = 0;
	return doing_ask(t);
}
