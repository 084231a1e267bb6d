// A growing run of bytes.
#include "cli/term/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_FIRST 256

static bool text_grow(struct text *t, size_t more)
{
	size_t max = t->max > 0 ? t->max : TEXT_FIRST;
	char *data;

	if (t->at > 0 && t->at >= t->len / 2) {
		memmove(t->data, t->data + t->at, t->len - t->at);
		t->len -= t->at;
		t->at = 0;
	}
	while (max - t->len < more)
		max *= 2;
	if (max == t->max)
		return true;
	data = realloc(t->data, max);
	if (data == NULL) {
		t->failed = true;
		return false;
	}
	t->data = data;
	t->max = max;
	return true;
}

void text_add(struct text *t, const void *data, size_t len)
{
	if (len == 0 || (t->max - t->len < len && !text_grow(t, len)))
		return;
	memcpy(t->data + t->len, data, len);
	t->len += len;
}

void text_puts(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void text_format(struct text *t, const char *format, ...)
{
	char small[512], *large;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (len < 0)
		return;
	if ((size_t)len < sizeof(small)) {
		text_add(t, small, (size_t)len);
		return;
	}
	va_start(args, format);
	if (vasprintf(&large, format, args) < 0)
		large = NULL;
	va_end(args);
	if (large != NULL)
		text_add(t, large, (size_t)len);
	else
		t->failed = true;
	free(large);
}

void text_repeat(struct text *t, char byte, size_t count)
{
	while (count-- > 0)
		text_add(t, &byte, 1);
}

void *text_room(struct text *t, size_t len)
{
	return t->max - t->len >= len || text_grow(t, len) ? t->data + t->len : NULL;
}

void text_take(struct text *t, size_t len)
{
	t->at += len;
	if (t->at >= t->len)
		text_fini(t);
}

void text_fini(struct text *t)
{
	free(t->data);
	*t = (struct text){.failed = t->failed};
}
