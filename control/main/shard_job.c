// From a shard to the threads of a pool and back.
#include "control/main/shard_job.h"

static void task_run(struct shard *h, struct shard_task *task)
{
	struct shard_job *job =
	        (struct shard_job *)((char *)task - offsetof(struct shard_job, task));

	job->done(h, job);
}

void shard_job_home(struct pool_job *base)
{
	struct shard_job *job = (struct shard_job *)base;

	job->task.run = task_run;
	shard_post(job->owner, &job->task);
}

bool shard_job_post(struct work_pool *p, struct shard_job *job)
{
	return work_pool_post(p, &job->base, job->owner->now_us);
}
