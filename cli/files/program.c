// What SFTP and SCP share.
#include "cli/files/program.h"
#include "cli/files/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

bool program_init(struct program *p, const struct program_kind *kind,
                  const struct program_setup *setup)
{
	*p = (struct program){.kind = kind,
	                      .root = setup->root,
	                      .entered = -1,
	                      .read_only = setup->read_only,
	                      .quotas = setup->quotas,
	                      .limits = setup->limits};
	if (setup->directory != NULL && (p->directory = strdup(setup->directory)) == NULL)
		return false;
	p->user = strndup(
	        (const char *)(setup->user.len > 0 ? setup->user.data : (const uint8_t *)""),
	        setup->user.len);
	p->peer = strndup(
	        (const char *)(setup->peer.len > 0 ? setup->peer.data : (const uint8_t *)""),
	        setup->peer.len);
	return p->user != NULL && p->peer != NULL;
}

static bool quota_enter(struct program *p)
{
	p->ready = true;
	if (p->quotas == NULL || p->read_only || (p->limits.bytes == 0 && p->limits.files == 0))
		return true;
	p->quota = quota_open(p->quotas, p->root, p->limits);
	if (p->quota != NULL)
		return true;
	program_log(p, "count", "/", strerrordesc_np(errno));
	p->exit_status = 1;
	return false;
}

bool program_enter(struct program *p)
{
	if (p->ready)
		return true;
	if (p->directory == NULL)
		return quota_enter(p);
	p->entered = jail_open(p->root, p->directory, O_PATH | O_DIRECTORY, 0);
	if (p->entered < 0) {
		program_log(p, "enter", p->directory, strerrordesc_np(errno));
		p->exit_status = 1;
		return false;
	}
	free(p->directory);
	p->directory = NULL;
	p->root = p->entered;
	return quota_enter(p);
}

void program_fini(struct program *p)
{
	quota_close(p->quota);
	if (p->entered >= 0)
		close(p->entered);
	free(p->directory);
	free(p->user);
	free(p->peer);
	text_fini(&p->in);
	text_fini(&p->out);
	text_fini(&p->log);
}

static void log_escaped(struct text *log, const char *name)
{
	for (; *name != 0; name++) {
		unsigned char byte = (unsigned char)*name;

		if (byte < ' ' || byte == 0x7f || byte == '\\' || byte == '"')
			text_format(log, "\\x%02x", byte);
		else
			text_add(log, name, 1);
	}
}

void program_log(struct program *p, const char *verb, const char *path, const char *result)
{
	text_format(&p->log, "SSHS_%s_OPER: User %s at %s requested operation: %s \"",
	            p->kind->name, p->user, p->peer, verb);
	log_escaped(&p->log, path);
	text_format(&p->log, "\": %s\n", result);
}
