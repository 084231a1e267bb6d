// Scheduling of threads whose work can wait.
#include "control/base/background.h"

#include <linux/capability.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NICE_RAISED 10

static bool may_rise(void)
{
	struct __user_cap_header_struct self = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct capabilities[_LINUX_CAPABILITY_U32S_3];
	struct rlimit limit;

	if (getrlimit(RLIMIT_NICE, &limit) == 0 && limit.rlim_cur >= (rlim_t)(20 - NICE_RAISED))
		return true;
	return syscall(SYS_capget, &self, capabilities) == 0 &&
	       (capabilities[0].effective & CAP_TO_MASK(CAP_SYS_NICE)) != 0;
}

void background_begin(bool raised)
{
	pid_t thread = (pid_t)syscall(SYS_gettid);

	setpriority(PRIO_PROCESS, (id_t)thread, NICE_RAISED);
	background_raise(thread, raised);
}

void background_raise(pid_t thread, bool raised)
{
	sched_setscheduler(thread, raised || !may_rise() ? SCHED_BATCH : SCHED_IDLE,
	                   &(struct sched_param){0});
}
