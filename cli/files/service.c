// Programs behind dialogues.
#include "cli/files/service.h"
#include "cli/files/scp.h"
#include "cli/files/sftp.h"
#include "cli/main/input.h"

#include <stdlib.h>

#define OUT_LOW   (PROGRAM_OUT_HIGH / 2)
#define HUNG_US   5000000u // a call that takes longer waits for a disk that does not answer
#define HUNG_MOST 16u      // of one user

struct service {
	struct file_job job;       // first
	struct dialogue *dialogue; // NULL: gone
	struct program *program;
	struct service *previous, *next; // of all there are
	enum program_turn turn;          // of its last call
	bool busy;                       // in a call: the program is not ours now
	uint64_t called_us;              // when it began
};

// --- off the loop ------------------------------------------------------------------------------

static void run_work(struct file_job *job)
{
	struct service *v = (struct service *)job;

	v->turn = program_enter(v->program) ? v->program->kind->run(v->program) : PROGRAM_OVER;
}

static void end_work(struct file_job *job)
{
	struct program *p = ((struct service *)job)->program;

	p->kind->end(p);
}

// --- in the loop -------------------------------------------------------------------------------

static void log_take(struct shell *shell, struct program *p)
{
	char *at = p->log.data, *end, *lf;

	if (at == NULL)
		return;
	end = at + p->log.len;
	for (; at < end && (lf = memchr(at, '\n', (size_t)(end - at))) != NULL; at = lf + 1) {
		*lf = 0;
		if (shell->log != NULL)
			shell->log(at);
		log_line_add(shell, at);
	}
	text_fini(&p->log);
}

static void list_enter(struct service *v)
{
	struct shell *shell = v->job.shell;

	v->next = shell->first_service;
	if (v->next != NULL)
		v->next->previous = v;
	shell->first_service = v;
	shell->services++;
}

static void list_leave(struct service *v)
{
	struct shell *shell = v->job.shell;

	if (v->next != NULL)
		v->next->previous = v->previous;
	if (v->previous != NULL)
		v->previous->next = v->next;
	else
		shell->first_service = v->next;
	shell->services--;
}

static void end_done(struct file_job *job)
{
	struct service *v = (struct service *)job;

	log_take(job->shell, v->program);
	v->program->kind->free(v->program);
	list_leave(v);
	free(v);
}

static void call(struct service *v, void (*work)(struct file_job *job),
                 void (*done)(struct file_job *job))
{
	v->job.work = work;
	v->job.done = done;
	v->busy = true;
	v->called_us = v->job.shell->now_us;
	v->job.shell->submit(&v->job);
}

static void service_end(struct service *v)
{
	call(v, end_work, end_done);
}

static void output_take(struct dialogue *d, struct text *out)
{
	if (text_left(&d->out) == 0) {
		text_fini(&d->out);
		d->out = *out;
		*out = (struct text){0};
		return;
	}
	text_add(&d->out, out->data + out->at, text_left(out));
	text_fini(out);
}

static void run_done(struct file_job *job)
{
	struct service *v = (struct service *)job;
	struct dialogue *d = v->dialogue;

	v->busy = false;
	log_take(job->shell, v->program);
	if (d == NULL) {
		service_end(v);
		return;
	}
	d->active_us = job->shell->now_us;
	if (text_left(&v->program->out) > 0)
		output_take(d, &v->program->out);
	if (v->turn == PROGRAM_OVER || d->out.failed)
		dialogue_close(d, d->out.failed ? 255 : v->program->exit_status);
	shell_queue(job->shell, d);
}

static bool input_move(struct dialogue *d, struct program *p)
{
	size_t most = p->kind->needs(p);
	bool did = false;

	most = most > PROGRAM_IN_HIGH ? most : PROGRAM_IN_HIGH;
	while (d->input != NULL && text_left(&p->in) < most) {
		const struct input *first = d->input;
		size_t len = first->len - first->at, room = most - text_left(&p->in);

		len = len < room ? len : room;
		text_add(&p->in, first->data + first->at, len);
		input_take(d, len);
		did = true;
	}
	p->in_ended = d->input_ended && d->input == NULL;
	return did;
}

static bool may_run(const struct service *v)
{
	const struct program *p = v->program;

	return text_left(&v->dialogue->out) < OUT_LOW &&
	       (v->turn == PROGRAM_AGAIN || p->in_ended ||
	        text_left(&p->in) >= p->kind->needs(p));
}

bool service_step(struct dialogue *d)
{
	struct service *v = d->service;
	bool did;

	if (v->busy)
		return false;
	did = input_move(d, v->program);
	if (v->program->in.failed) {
		d->table->shell->count[COUNT_cli_no_memory]++;
		dialogue_close(d, 255);
		return true;
	}
	if (!may_run(v))
		return did;
	call(v, run_work, run_done);
	return true;
}

void service_leave(struct service *v)
{
	if (v == NULL)
		return;
	v->dialogue = NULL;
	atomic_store(&v->program->cancelled, true);
	if (!v->busy)
		service_end(v);
}

// --- beginning ---------------------------------------------------------------------------------

static struct program *program_of(const struct dialogue *d, struct span command,
                                  struct span peer)
{
	const struct shell *shell = d->table->shell;
	const struct blob *place =
	        shell_directory(shell, span_text(d->user != NULL ? d->user : ""));
	struct program_setup setup = {
	        .root = shell->flash,
	        .directory = place != NULL ? (const char *)place->data : NULL,
	        .quotas = &d->table->shell->quotas,
	        .limits = shell_quota(shell, span_text(d->user != NULL ? d->user : "")),
	        .read_only = d->role < API_ROLE_ADMIN,
	        .user = span_text(d->user != NULL ? d->user : ""),
	        .peer = peer,
	};

	if (span_is(command, "sftp"))
		return sftp_new(&setup);
	return scp_new(&setup, command);
}

// Disks that hang keep threads; nobody may have them all kept.
static bool disks_answer(struct shell *shell, const char *user)
{
	uint32_t hung = 0;

	if (shell->disks_hang)
		return false;
	for (const struct service *v = shell->first_service; v != NULL; v = v->next)
		hung += v->busy && shell->now_us - v->called_us > HUNG_US &&
		        strcmp(v->program->user, user) == 0;
	if (hung >= HUNG_MOST)
		shell_log(shell,
		          "files: refused %s: %u of its calls wait for a disk that does not "
		          "answer",
		          user, hung);
	return hung < HUNG_MOST;
}

bool service_open(struct dialogue *d, struct span command, struct span peer)
{
	struct shell *shell = d->table->shell;
	struct service *v;

	if (shell->flash < 0 || shell->services >= SERVICES_MAX ||
	    !disks_answer(shell, d->user != NULL ? d->user : ""))
		return false;
	v = calloc(1, sizeof(*v));
	if (v != NULL)
		v->program = program_of(d, command, peer);
	if (v == NULL || v->program == NULL) {
		free(v);
		return false;
	}
	v->job.shell = shell;
	v->dialogue = d;
	d->service = v;
	list_enter(v);
	shell->count[COUNT_cli_services]++;
	return true;
}
