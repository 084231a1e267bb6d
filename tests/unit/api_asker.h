// Calls of cli as tests make them: from the console, or from a dialogue.
#pragma once

#include "tests/unit/control_client.h"

#include "control/api/api_rows.h"

#define LOCAL (DIALOGUE_LOCAL + 1)

struct answer {
	struct dialogue_request head;
	struct blob payload;
};

static inline struct answer ask_from(struct bench *b, uint32_t slot, uint32_t life,
                                     uint16_t call, uint64_t cursor, struct span payload)
{
	struct dialogue_request head = {.job = 5, .call = call, .cursor = cursor};
	struct link_cell cell = {.kind = DIALOGUE_REQUEST, .slot = slot, .life = life};
	struct answer a = {.head = {.status = STATUS_COUNT}};
	struct bench_cell c;

	memcpy(cell.body, &head, sizeof(head));
	if (!link_send(b->cli, &cell, payload))
		abort();
	bench_turn(b);
	c = cli_gets(b, DIALOGUE_REPLY);
	if (c.cell.kind == DIALOGUE_REPLY)
		memcpy(&a.head, c.cell.body, sizeof(a.head));
	a.payload = c.payload;
	return a;
}

static inline struct answer ask(struct bench *b, uint16_t call, struct span payload)
{
	return ask_from(b, LOCAL, 1, call, 0, payload);
}

static inline uint32_t status_of(struct bench *b, uint16_t call, struct span payload)
{
	struct answer a = ask(b, call, payload);

	blob_fini(&a.payload);
	return a.head.status;
}

static inline struct span record(const struct api_record *r)
{
	static uint8_t bytes[9000];
	struct builder b = builder_over(bytes, sizeof(bytes));

	api_record_emit(&b, r);
	return builder_span(&b);
}

static inline struct span port_record(uint32_t port)
{
	struct api_record r = {.class = API_CLASS_SSH_SERVER, .count = 1};

	r.values[0] = (struct api_value){API_SSH_SERVER_PORT, port, {0}};
	return record(&r);
}

static inline struct bench *shell_of_operator(void)
{
	struct api_record r = {.class = API_CLASS_LOCAL_USER, .key = span_text("bob")};
	struct bench *b = bench_new();

	r.values[r.count++] =
	        (struct api_value){API_LOCAL_USER_ROLE, 0, span_text("network-operator")};
	bench_put(b, &r);
	client_in_auth(b, 0);
	client_password(b, 0, "bob", "secret");
	client_channel(b, 7, 1000);
	client_request(b, 0, "shell", wire(""));
	return b;
}
