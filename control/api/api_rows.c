// The shape of everything that crosses between cli and control, in one place for both sides.
#include "control/api/api_rows.h"

#include <stdio.h>

// --- the lists of api.h as tables ----------------------------------------------------------------

static const struct api_field_row fields[API_FIELDS] = {
#define X(class, name, type, low, high, number, text)                                          \
	[API_##class##_##                                                                      \
	        name] = {API_CLASS_##class, #name, API_##type, low, high, number, text},
        API_FIELD_LIST(X)
#undef X
};

static const struct {
	const char *name;
	const char *key; // what the key is; "" for a singleton
} classes[API_CLASSES] = {
#define X(name, key, most) [API_CLASS_##name] = {#name, key},
        API_CLASS_LIST(X)
#undef X
};

const struct api_field_row *api_field_row(uint8_t field)
{
	return field > API_FIELD_NONE && field < API_FIELDS ? &fields[field] : NULL;
}

const char *api_class_name(uint8_t class)
{
	return class > API_CLASS_NONE && class < API_CLASSES ? classes[class].name : "?";
}

bool api_class_is_named(uint8_t class)
{
	return class > API_CLASS_NONE && class < API_CLASSES && classes[class].key[0] != 0;
}

// --- texts ---------------------------------------------------------------------------------------

// A string into a fixed array with its NUL. Too long or unprintable fails the cursor.
static void text_parse(struct cursor *c, char *out, size_t size)
{
	struct span s = cursor_string_max(c, size - 1);

	if (!span_is_printable(s))
		cursor_fail(c, STATUS_MALFORMED);
	if (!cursor_ok(c))
		s.len = 0;
	if (s.len > 0)
		memcpy(out, s.data, s.len);
	out[s.len] = 0;
}

// --- rows ----------------------------------------------------------------------------------------

void api_session_emit(struct builder *b, const struct api_session_row *row)
{
	builder_u32(b, row->slot);
	builder_u32(b, row->life);
	builder_text(b, row->state);
	builder_text(b, row->cipher);
	builder_text(b, row->kex);
	builder_text(b, row->user);
	builder_text(b, row->service);
	builder_text(b, row->peer);
	builder_u16(b, row->peer_port);
	builder_u32(b, row->retries);
	builder_u32(b, row->channels);
	builder_u32(b, row->age_seconds);
	builder_u32(b, row->idle_seconds);
	builder_u64(b, row->bytes_in);
	builder_u64(b, row->bytes_out);
	builder_u32(b, row->rekeys);
	builder_bool(b, row->v1);
}

void api_session_parse(struct cursor *c, struct api_session_row *row)
{
	row->slot = cursor_u32(c);
	row->life = cursor_u32(c);
	text_parse(c, row->state, sizeof(row->state));
	text_parse(c, row->cipher, sizeof(row->cipher));
	text_parse(c, row->kex, sizeof(row->kex));
	text_parse(c, row->user, sizeof(row->user));
	text_parse(c, row->service, sizeof(row->service));
	text_parse(c, row->peer, sizeof(row->peer));
	row->peer_port = cursor_u16(c);
	row->retries = cursor_u32(c);
	row->channels = cursor_u32(c);
	row->age_seconds = cursor_u32(c);
	row->idle_seconds = cursor_u32(c);
	row->bytes_in = cursor_u64(c);
	row->bytes_out = cursor_u64(c);
	row->rekeys = cursor_u32(c);
	row->v1 = cursor_bool(c);
}

void api_dialogue_emit(struct builder *b, const struct api_dialogue_row *row)
{
	builder_u32(b, row->slot);
	builder_u32(b, row->life);
	builder_u32(b, row->line);
	builder_u32(b, row->session);
	builder_text(b, row->user);
	builder_text(b, row->peer);
	builder_u32(b, row->idle_seconds);
	builder_u64(b, row->login_time);
}

void api_dialogue_parse(struct cursor *c, struct api_dialogue_row *row)
{
	row->slot = cursor_u32(c);
	row->life = cursor_u32(c);
	row->line = cursor_u32(c);
	row->session = cursor_u32(c);
	text_parse(c, row->user, sizeof(row->user));
	text_parse(c, row->peer, sizeof(row->peer));
	row->idle_seconds = cursor_u32(c);
	row->login_time = cursor_u64(c);
}

void api_status_emit(struct builder *b, const struct api_status_row *row)
{
	builder_u64(b, row->started);
	builder_u32(b, row->workers);
	builder_u32(b, row->sessions);
	builder_u32(b, row->established);
	builder_u32(b, row->dialogues);
	builder_u64(b, row->revision);
	builder_u64(b, row->logins);
	builder_u64(b, row->refused);
	builder_u32(b, row->listening);
}

void api_status_parse(struct cursor *c, struct api_status_row *row)
{
	row->started = cursor_u64(c);
	row->workers = cursor_u32(c);
	row->sessions = cursor_u32(c);
	row->established = cursor_u32(c);
	row->dialogues = cursor_u32(c);
	row->revision = cursor_u64(c);
	row->logins = cursor_u64(c);
	row->refused = cursor_u64(c);
	row->listening = cursor_u32(c);
}

// --- records -------------------------------------------------------------------------------------

void api_record_emit(struct builder *b, const struct api_record *record)
{
	builder_u8(b, record->class);
	builder_string(b, record->key);
	builder_u8(b, (uint8_t)record->count);
	for (uint32_t i = 0; i < record->count; i++) {
		const struct api_value *v = &record->values[i];

		builder_u8(b, v->field);
		if (fields[v->field].type == API_UINT) {
			builder_u32(b, 4);
			builder_u32(b, v->number);
		} else {
			builder_string(b, v->text);
		}
	}
}

static void number_parse(struct cursor *c, const struct api_field_row *row,
                         struct api_value *out)
{
	struct cursor inner = cursor_over(cursor_string_max(c, 4));

	out->number = cursor_u32(&inner);
	if (cursor_end(&inner) != STATUS_OK || out->number < row->low ||
	    out->number > row->high)
		cursor_fail(c, STATUS_MALFORMED);
}

static void value_parse(struct cursor *c, uint8_t class, struct api_value *out)
{
	const struct api_field_row *row;

	*out = (struct api_value){.field = cursor_u8(c)};
	row = api_field_row(out->field);
	if (row == NULL || row->class != class) {
		cursor_fail(c, STATUS_MALFORMED);
		return;
	}
	if (row->type == API_UINT) {
		number_parse(c, row, out);
		return;
	}
	out->text = cursor_string_max(c, row->high);
	if (out->text.len < row->low ||
	    (row->type != API_BYTES && !span_is_printable(out->text)))
		cursor_fail(c, STATUS_MALFORMED);
}

static bool key_fits(uint8_t class, struct span key)
{
	bool singleton = classes[class].key[0] == 0;

	return (key.len == 0) == singleton && span_is_printable(key);
}

enum status api_record_parse(struct cursor *c, struct api_record *record)
{
	*record = (struct api_record){.class = cursor_u8(c)};
	record->key = cursor_string_max(c, API_KEY_MAX);
	record->count = cursor_u8(c);
	if (!cursor_ok(c))
		return c->status;
	if (record->class == API_CLASS_NONE || record->class >= API_CLASSES ||
	    !key_fits(record->class, record->key) || record->count > API_FIELDS_MAX)
		cursor_fail(c, STATUS_MALFORMED);
	for (uint32_t i = 0, count = record->count; cursor_ok(c) && i < count; i++) {
		record->count = i; // so that the search below sees the earlier ones only
		value_parse(c, record->class, &record->values[i]);
		if (api_record_find(record, record->values[i].field) != NULL)
			cursor_fail(c, STATUS_MALFORMED);
		record->count = i + 1;
	}
	return c->status;
}

const struct api_value *api_record_find(const struct api_record *record, uint8_t field)
{
	for (uint32_t i = 0; i < record->count; i++) {
		if (record->values[i].field == field)
			return &record->values[i];
	}
	return NULL;
}

size_t api_acl_key(char *out, size_t size, bool ipv6, uint32_t list, uint32_t rule)
{
	int len = rule == API_ACL_NO_RULE
	                  ? snprintf(out, size, "%c %04u", ipv6 ? '6' : '4', list)
	                  : snprintf(out, size, "%c %04u %05u", ipv6 ? '6' : '4', list, rule);

	return len < 0 ? 0 : (size_t)len;
}

static uint32_t digits(struct span s, size_t from, size_t len)
{
	uint32_t n = 0;

	for (size_t i = from; i < from + len && i < s.len; i++)
		n = n * 10 + (uint32_t)(s.data[i] - '0');
	return n;
}

bool api_acl_key_parse(struct span key, bool *ipv6, uint32_t *list, uint32_t *rule)
{
	*ipv6 = key.len > 0 && key.data[0] == '6';
	*list = digits(key, 2, 4);
	*rule = digits(key, 7, 5);
	return key.len > 7;
}
