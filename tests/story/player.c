// Plays a story: one connection told in segments against a fake clock, or with --live over a tap
// against the real one. Arguments: [--live] FILE. Status 3: the machine was too slow to tell.
//
//   +SECONDS recv FLAGS SEQ:LEN [ack N] [win N] [sack A-B]... [mss N] [scale N] [sackok] [ts V]
//            [echo V] [ce]          a segment arrives; in a SYN win is the field, later it is too
//   +SECONDS send FLAGS SEQ:LEN... [ack N] [win N] [sack A-B]... [mss N] [ect]
//                                   since the line before these segments left, in this order
//   +SECONDS quiet                  nothing left
//   +SECONDS app connect | write N | read | hold | close | abort
//   +SECONDS icmp too-big MTU SEQ | unreachable SEQ
//   +SECONDS is STATE | is over WHY
//   config NAME VALUE               before the first event
//
// FLAGS are letters of SFRPEW and a dot for ACK. Numbers count from 0, the SYN, on either side.
// What leaves without being told of is an error at the next line.
#include "tests/story/wire.h"

#include <ctype.h>

#define WORDS_MAX 40

struct line {
	char *word[WORDS_MAX];
	int words, at;
	int number;
};

static const char *story;
static int line_number;
static uint32_t strangers; // who asked for a connection before the story begins
static bool wrong, live;

static void complain(const char *what, intmax_t got, intmax_t want)
{
	wrong = true;
	printf("  %s:%d: %s: got %" PRIdMAX ", expected %" PRIdMAX "\n", story, line_number,
	       what, got, want);
}

static void garbled(const char *what)
{
	fprintf(stderr, "%s:%d: cannot read: %s\n", story, line_number, what);
	exit(2);
}

static void expect(const char *what, intmax_t got, intmax_t want)
{
	if (got != want)
		complain(what, got, want);
}

static const char *next_word(struct line *l)
{
	return l->at < l->words ? l->word[l->at++] : NULL;
}

static uint32_t next_number(struct line *l)
{
	const char *word = next_word(l);
	char *end;
	unsigned long value;

	if (word == NULL)
		garbled("a number is missing");
	value = strtoul(word, &end, 0);
	if (*end != '\0')
		garbled(word);
	return (uint32_t)value;
}

// "A:B" or "A-B".
static void pair_read(const char *word, char between, uint32_t *a, uint32_t *b)
{
	char *end;

	*a = (uint32_t)strtoul(word, &end, 0);
	if (*end != between)
		garbled(word);
	*b = (uint32_t)strtoul(end + 1, &end, 0);
	if (*end != '\0')
		garbled(word);
}

static uint8_t flags_read(const char *word)
{
	static const char letters[] = "FSRP.-EW";
	uint8_t flags = 0;

	for (; word != NULL && *word != '\0'; word++) {
		const char *at = strchr(letters, *word);

		if (at == NULL)
			garbled(word);
		flags |= (uint8_t)(1u << (at - letters));
	}
	return flags;
}

static bool is_pair(const char *word)
{
	return isdigit((unsigned char)word[0]) && strchr(word, ':') != NULL;
}

static void run_recv(struct peer *p, struct line *l)
{
	struct peer_send s = {.flags = flags_read(next_word(l))};
	struct tcp_options syn = {0};
	const char *word = next_word(l);

	if (word == NULL)
		garbled("no numbers");
	pair_read(word, ':', &s.seq, &s.len);
	s.seq--;
	while ((word = next_word(l)) != NULL) {
		if (strcmp(word, "ack") == 0) {
			s.ack = next_number(l) - 1;
		} else if (strcmp(word, "win") == 0) {
			s.window = (int32_t)next_number(l);
			s.window = s.window == 0 ? -1 : s.window;
		} else if (strcmp(word, "sack") == 0) {
			struct sack_block *b = &s.sack[s.sacks++];

			pair_read(next_word(l), '-', &b->start, &b->end);
			b->start--;
			b->end--;
		} else if (strcmp(word, "mss") == 0) {
			syn.has_mss = true;
			syn.mss = (uint16_t)next_number(l);
		} else if (strcmp(word, "scale") == 0) {
			syn.has_scale = true;
			syn.scale = (uint8_t)next_number(l);
		} else if (strcmp(word, "sackok") == 0) {
			syn.sack_permitted = true;
		} else if (strcmp(word, "ts") == 0) {
			syn.has_timestamp = true;
			s.ts = next_number(l);
		} else if (strcmp(word, "echo") == 0) {
			s.echo = tcp_ts_offset(p->tcp, &p->tuple) + next_number(l);
		} else if (strcmp(word, "ce") == 0) {
			s.ecn = IP_CE;
		} else {
			garbled(word);
		}
	}
	if (s.flags & TCP_SYN)
		p->syn = syn;
	peer_inject(p, s);
	peer_flush(p);
}

static void sack_check(const struct peer *p, const struct peer_segment *s, unsigned i,
                       const char *word)
{
	uint32_t a, b;

	pair_read(word, '-', &a, &b);
	if (i >= s->options.sacks) {
		complain("sack blocks", s->options.sacks, i + 1);
		return;
	}
	expect("sack start", s->options.sack[i].start - p->irs + 1, a);
	expect("sack end", s->options.sack[i].end - p->irs + 1, b);
}

static void details_check(const struct peer *p, struct line *l, const struct peer_segment *s)
{
	unsigned sacks = 0;
	const char *word;

	while ((word = next_word(l)) != NULL) {
		if (strcmp(word, "ack") == 0)
			expect("ack", (uint32_t)(s->ack + 1), next_number(l));
		else if (strcmp(word, "win") == 0)
			expect("win", s->window, next_number(l));
		else if (strcmp(word, "mss") == 0)
			expect("mss", s->options.mss, next_number(l));
		else if (strcmp(word, "sack") == 0)
			sack_check(p, s, sacks++, next_word(l));
		else if (strcmp(word, "ect") == 0)
			expect("ecn", s->ecn, IP_ECT);
		else
			garbled(word);
	}
}

static void run_send(struct peer *p, struct line *l)
{
	uint8_t flags = flags_read(next_word(l));
	const struct peer_segment *s = NULL;

	while (l->at < l->words && is_pair(l->word[l->at])) {
		uint32_t seq, len;

		pair_read(next_word(l), ':', &seq, &len);
		s = peer_next(p);
		if (s == NULL) {
			complain("segments that left", 0, 1);
			return;
		}
		expect("flags", s->flags & ~TCP_PSH, flags & ~TCP_PSH);
		expect("seq", (uint32_t)(s->seq + 1), seq);
		expect("len", s->len, len);
	}
	if (s == NULL)
		garbled("no segment");
	details_check(p, l, s);
}

static void run_app(struct peer *p, struct line *l)
{
	const char *word = next_word(l);

	if (word != NULL && strcmp(word, "connect") == 0) {
		p->app.id = tcp_connect(p->tcp, p->now, &p->tuple);
		p->conn = &p->tcp->conns[p->app.id.slot];
		peer_flush(p);
	} else if (word != NULL && strcmp(word, "write") == 0) {
		peer_app_sends(p, next_number(l));
	} else if (word != NULL && strcmp(word, "read") == 0) {
		p->app.consume = true;
		peer_read(p);
		peer_flush(p);
	} else if (word != NULL && strcmp(word, "hold") == 0) {
		p->app.consume = false;
	} else if (word != NULL && strcmp(word, "close") == 0) {
		peer_app_closes(p);
	} else if (word != NULL && strcmp(word, "abort") == 0) {
		tcp_abort(p->tcp, p->app.id);
		peer_flush(p);
	} else {
		garbled("app does what?");
	}
}

static void run_icmp(struct peer *p, struct line *l)
{
	const char *word = next_word(l);

	if (word != NULL && strcmp(word, "too-big") == 0) {
		uint32_t mtu = next_number(l);

		tcp_icmp_packet_too_big(p->tcp, p->now, &p->tuple, p->iss + next_number(l) - 1,
		                        mtu);
	} else if (word != NULL && strcmp(word, "unreachable") == 0) {
		tcp_icmp_unreachable(p->tcp, p->now, &p->tuple, p->iss + next_number(l) - 1,
		                     true);
	} else {
		garbled("icmp says what?");
	}
	peer_flush(p);
}

static void run_is(struct peer *p, struct line *l)
{
	static const char *const ends[] = {"closed", "reset", "timeout", "aborted"};
	const char *word = next_word(l);
	const char *state = tcp_state_name(peer_state(p));

	if (word == NULL) {
		garbled("is what?");
	} else if (strcmp(word, "over") == 0) {
		word = next_word(l);
		expect("times closed", p->app.closed, 1);
		if (word == NULL || strcmp(word, ends[p->app.why]) != 0) {
			printf("  it ended by: %s\n", ends[p->app.why]);
			complain("the right end", 0, 1);
		}
	} else if (strcmp(word, state) != 0) {
		printf("  the state is %s\n", state);
		complain("the right state", 0, 1);
	}
}

static void config_read(struct tcp_config *config, struct line *l)
{
	const char *name = next_word(l);
	uint32_t value = next_number(l);

	if (strcmp(name, "receive_window") == 0)
		config->receive_window = value;
	else if (strcmp(name, "syn_high_water") == 0)
		config->syn_high_water = value;
	else if (strcmp(name, "strangers") == 0)
		strangers = value;
	else if (strcmp(name, "user_timeout_s") == 0)
		config->user_timeout_us = value * PEER_SEC;
	else if (strcmp(name, "alive_idle_s") == 0)
		config->alive_idle_us = value * PEER_SEC;
	else if (strcmp(name, "alive_every_s") == 0)
		config->alive_every_us = value * PEER_SEC;
	else if (strcmp(name, "alive_probes") == 0)
		config->alive_probes = (uint8_t)value;
	else
		garbled(name);
}

static void run_event(struct peer *p, struct line *l)
{
	static const struct {
		const char *verb;
		void (*run)(struct peer *p, struct line *l);
	} verbs[] = {{"recv", run_recv}, {"app", run_app}, {"icmp", run_icmp}, {"is", run_is}};
	char *end;
	double seconds = strtod(l->word[0], &end);
	const char *verb;

	if (l->word[0][0] != '+' || *end != '\0')
		garbled(l->word[0]);
	if (seconds > 0 || p->wire != NULL)
		peer_waits(p, (uint64_t)(seconds * 1e6 + 0.5));
	l->at = 1;
	verb = next_word(l);
	if (verb != NULL && strcmp(verb, "send") == 0) {
		run_send(p, l);
		return;
	}
	expect("segments that left untold", p->sent - p->seen, 0);
	p->seen = p->sent;
	for (size_t i = 0; verb != NULL && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verb, verbs[i].verb) == 0) {
			verbs[i].run(p, l);
			return;
		}
	if (verb == NULL || strcmp(verb, "quiet") != 0)
		garbled("no such verb");
}

static struct peer *story_begin(struct tcp_config config)
{
	struct peer *p = peer_new(config);
	uint16_t port = p->tuple.remote_port;

	if (live)
		wire_open(p);
	for (uint32_t i = 1; i <= strangers; i++) {
		p->tuple.remote_port = (uint16_t)(port + i);
		peer_sends(p, .flags = SYN, .seq = (uint32_t)-1);
	}
	p->tuple.remote_port = port;
	if (live)
		peer_waits(p, 0);
	peer_skip(p);
	return p;
}

static struct line line_split(char *text)
{
	struct line l = {.number = line_number};
	char *save = NULL;

	text[strcspn(text, "#\n")] = '\0';
	for (char *word = strtok_r(text, " \t", &save); word != NULL && l.words < WORDS_MAX;
	     word = strtok_r(NULL, " \t", &save))
		l.word[l.words++] = word;
	return l;
}

int main(int argc, char **argv)
{
	struct tcp_config config = {.slots = 4};
	struct peer *p = NULL;
	char text[1024];
	FILE *file;

	live = argc == 3 && strcmp(argv[1], "--live") == 0;
	story = argc == 2 + live ? argv[1 + live] : "";
	file = fopen(story, "r");
	if (file == NULL) {
		fprintf(stderr, "usage: player [--live] STORY.seg\n");
		return 2;
	}
	while (fgets(text, sizeof(text), file) != NULL) {
		struct line l;

		line_number++;
		l = line_split(text);
		if (l.words == 0)
			continue;
		if (strcmp(l.word[0], "config") == 0) {
			l.at = 1;
			config_read(&config, &l);
			continue;
		}
		if (p == NULL)
			p = story_begin(config);
		run_event(p, &l);
	}
	fclose(file);
	if (p != NULL) {
		if (live)
			peer_waits(p, 0);
		expect("segments that left untold", p->sent - p->seen, 0);
		peer_end(p);
	}
	wrong |= p == NULL || check_failed;
	if (live && wire_was_late())
		return 3;
	printf("%d passed, %d failed\n", !wrong, wrong);
	return wrong;
}
