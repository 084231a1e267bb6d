// Reading an asciicast line by line.
#include "tests/load/scenario/transcript.h"

#include <jansson.h>
#include <stdlib.h>

#include "tests/load/scenario/load_values.h"

#define SECONDS_MAX 1e6

static bool head_check(const json_t *head)
{
	return json_is_object(head) &&
	       json_integer_value(json_object_get(head, "version")) == 2;
}

static bool typed_add(struct transcript *t, double at_s, const json_t *text, unsigned line)
{
	struct typed *one;
	struct span bytes = span_of(json_string_value(text), json_string_length(text));

	if (at_s < 0 || at_s > SECONDS_MAX ||
	    (t->count > 0 && (uint64_t)(at_s * 1e6) < t->typed[t->count - 1].at_us))
		return load_complain("line %u: times go forward from 0", line);
	if (t->count == TRANSCRIPT_EVENTS_MAX)
		return load_complain("more than %u events", TRANSCRIPT_EVENTS_MAX);
	if (t->count % 64 == 0) {
		one = realloc(t->typed, (t->count + 64) * sizeof(*one));
		if (one == NULL)
			return load_complain("out of memory");
		t->typed = one;
	}
	one = &t->typed[t->count];
	*one = (struct typed){(uint64_t)(at_s * 1e6), blob_copy(bytes)};
	if (one->text.data == NULL)
		return load_complain("out of memory");
	t->count++;
	return true;
}

static bool event_take(struct transcript *t, const json_t *event, unsigned line)
{
	const json_t *at = json_array_get(event, 0), *kind = json_array_get(event, 1);
	const json_t *text = json_array_get(event, 2);

	if (json_array_size(event) != 3 || !json_is_number(at) || !json_is_string(kind) ||
	    !json_is_string(text))
		return load_complain("line %u: not an event: [SECONDS, \"i\", \"TEXT\"]", line);
	if (strcmp(json_string_value(kind), "i") != 0 || json_string_length(text) == 0)
		return true;
	return typed_add(t, json_number_value(at), text, line);
}

static bool line_take(struct transcript *t, struct span bytes, unsigned line)
{
	json_error_t error;
	json_t *value;
	bool good;

	if (bytes.len == 0 && line > 1)
		return true;
	value = json_loadb((const char *)bytes.data, bytes.len, 0, &error);
	if (value == NULL)
		return load_complain("line %u: %s", line, error.text);
	if (line == 1)
		good = head_check(value) ||
		       load_complain("line 1: not an asciicast of version 2");
	else
		good = event_take(t, value, line);
	json_decref(value);
	return good;
}

bool transcript_parse(struct span text, struct transcript *out)
{
	unsigned line = 0;

	*out = (struct transcript){0};
	if (text.len > TRANSCRIPT_BYTES_MAX)
		return load_complain("longer than %u bytes", TRANSCRIPT_BYTES_MAX);
	for (size_t at = 0; at < text.len;) {
		const uint8_t *from = text.data + at, *stop = memchr(from, '\n', text.len - at);
		size_t len = stop != NULL ? (size_t)(stop - from) : text.len - at;

		if (!line_take(out, span_of(from, len), ++line))
			return false;
		at += len + (stop != NULL);
	}
	return out->count > 0 || load_complain("nothing is typed in it: no event \"i\"");
}

void transcript_fini(struct transcript *t)
{
	for (unsigned i = 0; i < t->count; i++)
		blob_fini(&t->typed[i].text);
	free(t->typed);
	*t = (struct transcript){0};
}
