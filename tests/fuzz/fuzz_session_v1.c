// The whole state machine of SSH-1.5, message by message, with the clock, the keeper, the crypto
// pool and cli as parts of the input: a key, a login, requests, a program and its end in any order.
#include "tests/fuzz/bench_target.h"

static struct bench *b;

static void end(void)
{
	bench_free(b);
}

static void start(void)
{
	random_source_set(random_zeros); // cookies and challenges can be foreseen
	b = bench_new_v1();
	bench_rsa_user(b, "rob", API_METHOD_ANY);
	if (atexit(end) != 0)
		abort();
}

// cli speaks for the session's dialogue, if it has one.
static void cli_says_to(uint16_t kind, const struct step_in *in)
{
	struct dialogue_exit over = {step_byte(in, 0), step_byte(in, 1) & 1};
	struct dialogue_count count = {in->bytes.len};
	struct link_cell cell = {.kind = kind, .slot = 0};

	if (b->h->dialogues_max == 0 || b->h->dialogues[0].state == DIALOGUE_FREE)
		return;
	cell.life = b->h->dialogues[0].life;
	if (kind == DIALOGUE_EXIT)
		memcpy(cell.body, &over, sizeof(over));
	if (kind == DIALOGUE_CONSUMED)
		memcpy(cell.body, &count, sizeof(count));
	if (!link_send(b->cli, &cell, kind == DIALOGUE_OUTPUT ? in->bytes : span_of(NULL, 0)))
		abort();
	bench_turn(b);
}

static void says(struct span message)
{
	if (message.len > 0)
		client_message(b, 0, message);
}

static bool has_scratch(void)
{
	return b->h->sessions[0].life != 0 && v1_scratch_in(b) != NULL;
}

// clang-format off
static void step_message(const struct step_in *in) { says(in->bytes); }
static void step_key(const struct step_in *in)
{
	if (has_scratch())
		says(v1_session_key(b, step_byte(in, 0) & 1 ? SSH1_CIPHER_BLOWFISH : SSH1_CIPHER_3DES));
}
static void step_user(const struct step_in *in)
{
	says(wire("bs", SSH1_CMSG_USER, step_byte(in, 0) & 1 ? "rob" : "bob"));
}
static void step_password(const struct step_in *in)
{
	says(wire("bs", SSH1_CMSG_AUTH_PASSWORD, step_byte(in, 0) & 1 ? "guess" : "secret"));
}
static void step_modulus(const struct step_in *in) { says(v1_modulus()); }
static void step_answer(const struct step_in *in)
{
	if (has_scratch())
		says(v1_right_answer(b));
}
static void step_wait(const struct step_in *in) { bench_wait(b, 1000 + step_byte(in, 0) * 250000ull); }
static void step_keeper(const struct step_in *in) { b->keeper_mute = !b->keeper_mute; }
static void step_crypto(const struct step_in *in) { b->crypto_mute = !b->crypto_mute; }
static void step_credit(const struct step_in *in) { b->no_credit = !b->no_credit; }
static void step_output(const struct step_in *in) { cli_says_to(DIALOGUE_OUTPUT, in); }
static void step_consumed(const struct step_in *in) { cli_says_to(DIALOGUE_CONSUMED, in); }
static void step_exit(const struct step_in *in) { cli_says_to(DIALOGUE_EXIT, in); }
// clang-format on

static void (*const kinds[])(const struct step_in *in) = {
        step_message, step_key,      step_user,   step_password, step_modulus,
        step_answer,  step_wait,     step_keeper, step_crypto,   step_credit,
        step_output,  step_consumed, step_exit,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size);
	struct step_in in;
	uint64_t before;

	if (b == NULL)
		start();
	before = target_proofs(b);
	penalties_forget(b->control.penalties); // one input does not pay for another
	v1_connects(b);
	while (step_next(&rest, &in)) {
		if (in.what < sizeof(kinds) / sizeof(kinds[0]))
			kinds[in.what](&in);
		target_forgets(b);
		if (b->h->gauges.established > target_proofs(b) - before)
			abort(); // logged in without a proof
		if (b->h->gauges.dialogues > 1 ||
		    (b->h->gauges.dialogues == 1 && target_proofs(b) == before))
			abort();
	}
	target_nothing_left(b);
	return 0;
}
