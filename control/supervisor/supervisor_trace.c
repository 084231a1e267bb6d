// Merge the trace rings of a run directory.
#include "control/supervisor/supervisor_trace.h"

#include "control/supervisor/supervisor_child.h"
#include "dataplane/base/trace.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct step {
	struct trace_record record;
	enum child_name process;
};

static size_t process_read(const char *run, enum child_name process, struct step *out)
{
	struct trace_record *records = calloc(TRACE_RECORDS, sizeof(*records));
	char path[4096];
	size_t count;
	int fd;

	snprintf(path, sizeof(path), "%s/trace/%s", run, child_text(process));
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	count = fd >= 0 && records != NULL ? trace_read(fd, records) : 0;
	for (size_t i = 0; i < count; i++)
		out[i] = (struct step){records[i], process};
	free(records);
	if (fd >= 0)
		close(fd);
	return count;
}

static int by_time(const void *a, const void *b)
{
	uint64_t at_a = ((const struct step *)a)->record.ns;
	uint64_t at_b = ((const struct step *)b)->record.ns;

	return (at_a > at_b) - (at_a < at_b);
}

int supervisor_trace_dump(const char *run)
{
	struct step *steps = calloc((size_t)CHILDREN * TRACE_RECORDS, sizeof(*steps));
	size_t count = 0;

	if (steps == NULL)
		return 1;
	for (int i = 0; i < CHILDREN; i++)
		count += process_read(run, (enum child_name)i, &steps[count]);
	qsort(steps, count, sizeof(*steps), by_time);
	for (size_t i = 0; i < count; i++)
		printf("%llu %s %u.%u %s\n", (unsigned long long)steps[i].record.ns,
		       child_text(steps[i].process), steps[i].record.slot, steps[i].record.life,
		       steps[i].record.function);
	if (count == 0)
		fprintf(stderr, "%s: nothing was traced (start with --trace)\n", run);
	free(steps);
	return count == 0;
}
