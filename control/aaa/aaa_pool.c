// The plan of the threads that wait for the net.
#include "control/aaa/aaa_pool.h"

#include "control/main/shard_job.h"

struct work_pool *aaa_pool_new(void)
{
	static const struct work_plan plan = {
	        .name = "aaa",
	        .threads = AAA_THREADS,
	        .limit = AAA_QUEUE_MAX,
	        .lazy = true,
	        .abandons = true,
	        .home = shard_job_home,
	};

	return work_pool_new(&plan);
}
