// A ring of records.
#include "control/main/exceptions.h"

#include <pthread.h>

static struct {
	pthread_mutex_t lock;
	struct exception ring[EXCEPTIONS_MAX];
	uint64_t count; // since the start
} list = {.lock = PTHREAD_MUTEX_INITIALIZER};

void exceptions_add(const struct exception *e, uint32_t most)
{
	if (most == 0)
		return;
	pthread_mutex_lock(&list.lock);
	list.ring[list.count++ % EXCEPTIONS_MAX] = *e;
	pthread_mutex_unlock(&list.lock);
}

bool exceptions_at(uint32_t newer, uint32_t most, struct exception *out)
{
	bool found;

	pthread_mutex_lock(&list.lock);
	found = newer < most && newer < EXCEPTIONS_MAX && newer < list.count;
	if (found)
		*out = list.ring[(list.count - 1 - newer) % EXCEPTIONS_MAX];
	pthread_mutex_unlock(&list.lock);
	return found;
}
