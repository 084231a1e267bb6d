// The SCP session: the command line, and what both directions share.
#include "cli/files/scp_session.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define STEPS_PER_RUN 256
#define COMMAND_MAX   8192

// --- the command line --------------------------------------------------------------------------

// The next word, unquoted as a shell does; NULL at the end. Writes over `*at`.
static char *word_next(char **at)
{
	char *from = *at, *to, *word, quote = 0;

	while (*from == ' ')
		from++;
	if (*from == 0)
		return NULL;
	word = to = from;
	for (; *from != 0 && (quote != 0 || *from != ' '); from++) {
		if (quote == 0 && (*from == '\'' || *from == '"'))
			quote = *from;
		else if (quote != 0 && *from == quote)
			quote = 0;
		else if (*from == '\\' && quote != '\'' && from[1] != 0)
			*to++ = *++from;
		else
			*to++ = *from;
	}
	*at = *from != 0 ? from + 1 : from;
	*to = 0;
	return word;
}

static bool options_read(struct scp *s, const char *letters, bool *direction)
{
	for (; *letters != 0; letters++) {
		switch (*letters) {
		case 't':
		case 'f':
			s->sink = *letters == 't';
			*direction = true;
			break;
		case 'r':
			s->recursive = true;
			break;
		case 'p':
			s->preserve = true;
			break;
		case 'd':
			s->into_directory = true;
			break;
		case 'v':
		case 'q':
			break;
		default:
			return false;
		}
	}
	return true;
}

static bool path_keep(struct scp *s, const char *word)
{
	if (s->path_count == SCP_PATHS_MAX)
		return false;
	// The root by the names that people and this device have for it.
	if (strncmp(word, "flash:", 6) == 0)
		word += 6;
	else if (word[0] == '~')
		word++;
	s->paths[s->path_count] = strdup(word);
	return s->paths[s->path_count++] != NULL;
}

static bool command_read(struct scp *s, char *text)
{
	bool direction = false, options = true, ok = true;
	char *word = word_next(&text);

	if (word == NULL || strcmp(word, "scp") != 0)
		return false;
	while (ok && (word = word_next(&text)) != NULL) {
		if (options && strcmp(word, "--") == 0)
			options = false;
		else if (options && word[0] == '-' && word[1] != 0)
			ok = options_read(s, word + 1, &direction);
		else
			ok = path_keep(s, word);
	}
	return ok && direction && s->path_count > 0 && (!s->sink || s->path_count == 1);
}

// --- shared ------------------------------------------------------------------------------------

void scp_complain(struct scp *s, const char *what, const char *why)
{
	s->errors++;
	text_format(&s->program.out, "\1scp: %s: %s\n", what, why);
	program_log(&s->program, s->sink ? "put" : "get", what, why);
}

void scp_ok(struct scp *s)
{
	text_add(&s->program.out, "", 1);
}

enum program_turn scp_over(struct scp *s)
{
	s->program.exit_status = s->errors > 0;
	return PROGRAM_OVER;
}

enum program_turn scp_broken(struct scp *s, const char *why)
{
	scp_complain(s, "protocol error", why);
	return scp_over(s);
}

bool scp_path_add(struct scp *s, const char *name)
{
	size_t len = strlen(s->path.text), more = strlen(name);
	bool root = len == 1;

	if (len + 1 + more > JAIL_PATH_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (!root)
		s->path.text[len++] = '/';
	memcpy(s->path.text + len, name, more + 1);
	return true;
}

void scp_path_cut(struct scp *s, size_t len)
{
	s->path.text[len] = 0;
}

void scp_file_drop(struct scp *s)
{
	if (s->upload != NULL)
		upload_abandon(s->upload);
	else if (s->fd >= 0)
		close(s->fd);
	free(s->upload);
	s->upload = NULL;
	s->fd = -1;
}

size_t scp_line_needs(const struct program *p)
{
	struct span in = text_span(&p->in);
	const uint8_t *lf = memchr(in.data, '\n', in.len);

	if (lf != NULL)
		return (size_t)(lf - in.data) + 1;
	return in.len < SCP_LINE_MAX ? in.len + 1 : SCP_LINE_MAX;
}

// --- the program -------------------------------------------------------------------------------

static size_t needs(const struct program *p)
{
	const struct scp *s = (const struct scp *)p;

	return s->sink ? scp_sink_needs(s) : scp_source_needs(s);
}

static enum program_turn run(struct program *p)
{
	struct scp *s = (struct scp *)p;

	for (int i = 0; i < STEPS_PER_RUN; i++) {
		enum program_turn turn;

		if (atomic_load(&p->cancelled) || text_left(&p->out) >= PROGRAM_OUT_HIGH)
			return PROGRAM_AGAIN;
		if (text_left(&p->in) < needs(p)) {
			if (!p->in_ended)
				return PROGRAM_HUNGRY;
			s->errors += !s->sink || s->state != SCP_LINE || text_left(&p->in) > 0;
			return scp_over(s);
		}
		turn = s->sink ? scp_sink_step(s) : scp_source_step(s);
		if (turn == PROGRAM_OVER || p->out.failed)
			return PROGRAM_OVER;
	}
	return PROGRAM_AGAIN;
}

static void scp_end(struct program *p)
{
	struct scp *s = (struct scp *)p;

	if (s->upload != NULL)
		program_log(p, "put", s->path.text, "given up");
	scp_file_drop(s);
	for (; s->depth > 0; s->depth--)
		if (s->levels[s->depth - 1].list != NULL)
			closedir(s->levels[s->depth - 1].list);
}

static void scp_free(struct program *p)
{
	struct scp *s = (struct scp *)p;

	scp_end(p);
	for (uint32_t i = 0; i < s->path_count; i++)
		free(s->paths[i]);
	program_fini(p);
	free(s);
}

static bool command_take(struct scp *s, struct span command)
{
	char *text;
	bool ok;

	if (command.len == 0 || command.len > COMMAND_MAX ||
	    memchr(command.data, 0, command.len) != NULL)
		return false;
	text = strndup((const char *)command.data, command.len);
	ok = text != NULL && command_read(s, text);
	free(text);
	return ok;
}

struct program *scp_new(const struct program_setup *setup, struct span command)
{
	static const struct program_kind kind = {"SCP", needs, run, scp_end, scp_free};
	struct scp *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->fd = -1;
	if (!program_init(&s->program, &kind, setup) || !command_take(s, command)) {
		scp_free(&s->program);
		return NULL;
	}
	s->state = s->sink ? SCP_NEXT : SCP_ANSWER;
	s->after = SCP_NEXT;
	return &s->program;
}
