// A folder of its own with ssh-keygen to work in it, for tests that ask for a second opinion. Needs
// openssh-client.
#pragma once

#include "crypto/core/span.h"
#include "tests/unit/check.h"

#include <sys/stat.h>
#include <unistd.h>

struct folder {
	char path[64];
};

static inline struct folder folder_make(void)
{
	struct folder f = {"/tmp/hostkey-test.XXXXXX"};

	if (mkdtemp(f.path) == NULL)
		abort();
	return f;
}

static inline void folder_drop(struct folder *f)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", f->path);
	CHECK_EQ(system(command), 0);
}

static inline void save(const struct folder *f, const char *name, struct span text)
{
	char path[128];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", f->path, name);
	out = fopen(path, "w");
	if (out == NULL || fwrite(text.data, 1, text.len, out) != text.len)
		abort();
	fclose(out);
	chmod(path, 0600);
}

static inline struct blob load(const struct folder *f, const char *name)
{
	static uint8_t text[16384];
	char path[128];
	FILE *in;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", f->path, name);
	in = fopen(path, "r");
	n = in != NULL ? fread(text, 1, sizeof(text), in) : 0;
	if (in != NULL)
		fclose(in);
	return blob_copy(span_of(text, n));
}

// Run ssh-keygen in the folder; its output, to the end of the first line. The exit status is
// returned.
static inline int keygen_status(const struct folder *f, const char *arguments, char *line,
                                size_t max)
{
	char command[512];
	FILE *pipe;

	snprintf(command, sizeof(command), "cd '%s' && ssh-keygen %s", f->path, arguments);
	line[0] = 0;
	pipe = popen(command, "r");
	if (pipe == NULL)
		abort();
	if (fgets(line, (int)max, pipe) != NULL)
		line[strcspn(line, "\n")] = 0;
	while (fgetc(pipe) != EOF)
		continue;
	return pclose(pipe);
}

static inline void keygen(const struct folder *f, const char *arguments, char *line, size_t max)
{
	CHECK_EQ(keygen_status(f, arguments, line, max), 0);
}
