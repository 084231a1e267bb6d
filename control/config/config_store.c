// Records in sorted arrays, one per class: few, read often, changed seldom. A record is one
// allocation, counted by the versions that share it.
#include "control/config/config.h"

#include <stdlib.h>

struct setting {
	_Atomic uint32_t users; // versions that hold it
	uint8_t class;
	uint16_t key_len;
	uint8_t *key; // behind the values
	struct {
		uint32_t number;
		uint32_t len;
		uint8_t *text; // behind the key
	} values[];            // by field, from the first of the class
};

struct row {
	struct setting **records; // by key
	uint32_t count, capacity;
};

struct settings {
	struct row classes[API_CLASSES];
};

static const uint32_t most[API_CLASSES] = {
#define X(name, key, most) [API_CLASS_##name] = most,
        API_CLASS_LIST(X)
#undef X
};

// Fields of a class stand together in the list.
static uint8_t field_first(uint8_t class)
{
	uint8_t field = 1;

	while (field < API_FIELDS && api_field_row(field)->class != class)
		field++;
	return field;
}

static uint8_t field_end(uint8_t class)
{
	uint8_t field = field_first(class);

	while (field < API_FIELDS && api_field_row(field)->class == class)
		field++;
	return field;
}

static bool is_singleton(uint8_t class)
{
	return most[class] == 1;
}

// --- one record ----------------------------------------------------------------------------------

struct span setting_key(const struct setting *r)
{
	return span_of(r->key, r->key_len);
}

uint32_t setting_number(const struct setting *r, uint8_t field)
{
	return r->values[field - field_first(r->class)].number;
}

struct span setting_text(const struct setting *r, uint8_t field)
{
	uint8_t i = (uint8_t)(field - field_first(r->class));

	return span_of(r->values[i].text, r->values[i].len);
}

// What a field becomes: what the change says, else what the record had, else the default.
static struct api_value value_next(uint8_t field, const struct api_record *change,
                                   const struct setting *old)
{
	const struct api_value *named = api_record_find(change, field);
	const struct api_field_row *row = api_field_row(field);

	if (named != NULL)
		return *named;
	if (old != NULL)
		return (struct api_value){field, setting_number(old, field),
		                          setting_text(old, field)};
	return (struct api_value){field, row->number, span_text(row->text)};
}

static struct setting *setting_make(const struct api_record *change, const struct setting *old)
{
	uint8_t first = field_first(change->class), end = field_end(change->class);
	size_t bytes = sizeof(struct setting) + change->key.len;
	struct setting *r;
	uint8_t *at;

	bytes += (size_t)(end - first) * sizeof(r->values[0]);
	for (uint8_t f = first; f < end; f++)
		bytes += value_next(f, change, old).text.len;
	r = calloc(1, bytes);
	if (r == NULL)
		return NULL;
	r->users = 1;
	r->class = change->class;
	r->key = (uint8_t *)&r->values[end - first];
	r->key_len = (uint16_t)change->key.len;
	if (change->key.len > 0)
		memcpy(r->key, change->key.data, change->key.len);
	at = r->key + r->key_len;
	for (uint8_t f = first; f < end; f++) {
		struct api_value v = value_next(f, change, old);

		r->values[f - first].number = v.number;
		r->values[f - first].len = (uint32_t)v.text.len;
		r->values[f - first].text = at;
		if (v.text.len > 0)
			memcpy(at, v.text.data, v.text.len);
		at += v.text.len;
	}
	return r;
}

static void setting_drop(struct setting *r)
{
	if (r != NULL && atomic_fetch_sub(&r->users, 1) == 1)
		free(r);
}

static bool is_secret(uint8_t field)
{
	return field == API_LOCAL_USER_HASH || field == API_SUPER_HASH ||
	       field == API_VTY_HASH || field == API_RADIUS_KEY;
}

void setting_emit(struct builder *b, const struct setting *r, bool secrets)
{
	uint8_t first = field_first(r->class), end = field_end(r->class);
	struct api_record out = {.class = r->class, .key = setting_key(r)};

	for (uint8_t f = first; f < end; f++) {
		struct api_value v = {f, setting_number(r, f), setting_text(r, f)};

		if (!secrets && is_secret(f))
			v.text = span_of(NULL, 0);
		out.values[out.count++] = v;
	}
	api_record_emit(b, &out);
}

// --- one version ---------------------------------------------------------------------------------

// Bytes first, then length.
static int key_compare(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n > 0 ? memcmp(a.data, b.data, n) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

// The place of `key`, or where it would stand.
static uint32_t row_find(const struct row *row, struct span key, bool *found)
{
	uint32_t low = 0, high = row->count;

	*found = false;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		int order = key_compare(setting_key(row->records[middle]), key);

		*found |= order == 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool row_open(struct row *row, uint32_t at)
{
	if (row->count == row->capacity) {
		uint32_t capacity = row->capacity > 0 ? row->capacity * 2 : 4;
		struct setting **grown = realloc(row->records, capacity * sizeof(*grown));

		if (grown == NULL)
			return false;
		row->records = grown;
		row->capacity = capacity;
	}
	memmove(&row->records[at + 1], &row->records[at],
	        (row->count - at) * sizeof(row->records[0]));
	row->count++;
	return true;
}

enum status settings_put(struct settings *s, const struct api_record *record)
{
	struct row *row = &s->classes[record->class];
	struct setting *r;
	uint32_t at;
	bool found;

	at = row_find(row, record->key, &found);
	if (!found && row->count >= most[record->class])
		return STATUS_TOO_MANY;
	r = setting_make(record, found ? row->records[at] : NULL);
	if (r == NULL || (!found && !row_open(row, at))) {
		setting_drop(r);
		return STATUS_NO_MEMORY;
	}
	if (found)
		setting_drop(row->records[at]);
	row->records[at] = r;
	return STATUS_OK;
}

// Of an access list its rules too, whose keys begin with its own.
static void followers_delete(struct row *row, uint32_t at, struct span key)
{
	uint32_t end = at;

	while (end < row->count && row->records[end]->key_len > key.len &&
	       memcmp(row->records[end]->key, key.data, key.len) == 0)
		setting_drop(row->records[end++]);
	memmove(&row->records[at], &row->records[end],
	        (row->count - end) * sizeof(row->records[0]));
	row->count -= end - at;
}

enum status settings_delete(struct settings *s, uint8_t class, struct span key)
{
	struct row *row;
	uint32_t at;
	bool found;

	if (class == API_CLASS_NONE || class >= API_CLASSES)
		return STATUS_MALFORMED;
	row = &s->classes[class];
	at = row_find(row, key, &found);
	if (!found)
		return STATUS_NOT_FOUND;
	setting_drop(row->records[at]);
	row->count--;
	memmove(&row->records[at], &row->records[at + 1],
	        (row->count - at) * sizeof(row->records[0]));
	if (class == API_CLASS_ACL)
		followers_delete(row, at, key);
	if (is_singleton(class))
		return settings_put(s, &(struct api_record){.class = class});
	return STATUS_OK;
}

struct settings *settings_new(void)
{
	struct settings *s = calloc(1, sizeof(*s));

	for (uint8_t class = 1; s != NULL && class < API_CLASSES; class ++) {
		struct api_record record = {.class = class};

		if (is_singleton(class) && settings_put(s, &record) != STATUS_OK) {
			settings_free(s);
			s = NULL;
		}
	}
	return s;
}

struct settings *settings_clone(const struct settings *from)
{
	struct settings *s = calloc(1, sizeof(*s));

	for (uint8_t class = 1; s != NULL && class < API_CLASSES; class ++) {
		const struct row *old = &from->classes[class];
		struct row *row = &s->classes[class];

		if (old->count == 0)
			continue;
		row->records = malloc(old->count * sizeof(row->records[0]));
		if (row->records == NULL) {
			settings_free(s);
			return NULL;
		}
		row->count = row->capacity = old->count;
		memcpy(row->records, old->records, old->count * sizeof(row->records[0]));
		for (uint32_t i = 0; i < row->count; i++)
			atomic_fetch_add(&row->records[i]->users, 1);
	}
	return s;
}

void settings_free(struct settings *s)
{
	if (s == NULL)
		return;
	for (uint8_t class = 1; class < API_CLASSES; class ++) {
		for (uint32_t i = 0; i < s->classes[class].count; i++)
			setting_drop(s->classes[class].records[i]);
		free(s->classes[class].records);
	}
	free(s);
}

const struct setting *settings_find(const struct settings *s, uint8_t class, struct span key)
{
	uint32_t at;
	bool found;

	if (class == API_CLASS_NONE || class >= API_CLASSES)
		return NULL;
	at = row_find(&s->classes[class], key, &found);
	return found ? s->classes[class].records[at] : NULL;
}

uint32_t settings_count(const struct settings *s, uint8_t class)
{
	return class < API_CLASSES ? s->classes[class].count : 0;
}

const struct setting *settings_at(const struct settings *s, uint8_t class, uint32_t i)
{
	return i < settings_count(s, class) ? s->classes[class].records[i] : NULL;
}

uint32_t settings_after(const struct settings *s, uint8_t class, struct span key)
{
	bool found;
	uint32_t at = row_find(&s->classes[class], key, &found);

	return at + found;
}
