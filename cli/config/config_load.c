// Starting: the start-up file or the factory configuration, replayed in one transaction.
#include "cli/config/config_text.h"
#include "cli/files/jail.h"
#include "cli/main/chore.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// --- the factory configuration -----------------------------------------------------------------

static void factory_key(struct text *out, int state)
{
	uint8_t blob_bytes[KEY_CODE_MAX], der_bytes[KEY_CODE_MAX];
	struct builder blob = builder_over(blob_bytes, sizeof(blob_bytes));
	struct builder der = builder_over(der_bytes, sizeof(der_bytes));
	struct blob file;

	if (file_read(state, "admin_key.pub", 16384, &file) != STATUS_OK)
		return;
	if (key_file_parse(span_blob(&file), &blob) == STATUS_OK &&
	    key_code_from_blob(builder_span(&blob), &der) == STATUS_OK) {
		text_puts(out, "public-key peer admin\n public-key-code begin\n");
		key_hex(out, builder_span(&der), 2);
		text_puts(out, " public-key-code end\npeer-public-key end\n#\n"
		               "ssh user admin service-type all authentication-type any "
		               "assign publickey admin\n#\n");
	} else {
		text_puts(out, "ssh user admin service-type all authentication-type any\n#\n");
	}
	blob_fini(&file);
}

static void factory_admin(struct text *out, int state)
{
	struct blob hash;
	size_t len = 0;

	text_puts(out, "local-user admin class manage\n");
	if (file_read(state, "admin.hash", 256, &hash) == STATUS_OK) {
		while (len < hash.len && hash.data[len] > ' ' && hash.data[len] < 0x7f)
			len++;
		if (len > 0)
			text_format(out, " password hash %.*s\n", (int)len,
			            (const char *)hash.data);
		blob_wipe(&hash);
	}
	text_puts(out, " service-type ssh terminal\n"
	               " authorization-attribute user-role network-admin\n#\n");
}

void factory_configuration(struct text *out, int state)
{
	text_puts(out, "#\nsysname Sallyport\n#\n");
	factory_admin(out, state);
	factory_key(out, state);
	text_puts(out,
	          "ssh server enable\nsftp server enable\nscp server enable\n"
	          "aaa session-limit ssh 1048576\n#\n"
	          "line vty 0 1048575\n authentication-mode scheme\n protocol inbound ssh\n"
	          " idle-timeout 10 0\n#\nreturn\n");
}

// --- replaying ---------------------------------------------------------------------------------

static struct config_load *load_of(struct task *t)
{
	return t->dialogue->script->owner;
}

static void load_open(struct config_load *load);

static void load_end(struct config_load *load, struct dialogue *d)
{
	d->script->done = NULL;
	load->done(load);
}

static enum turn load_started(struct task *t)
{
	struct config_load *load = load_of(t);

	if (t->status != STATUS_OK)
		shell_log(task_shell(t), "start: control refused to open the listener: %s",
		          status_text(t->status));
	load_end(load, t->dialogue);
	return TURN_DONE;
}

// What the command line itself obeys, class by class.
static void load_row(struct task *t, struct cursor *c)
{
	struct api_record record;

	if (api_record_parse(c, &record) == STATUS_OK)
		shell_setting(task_shell(t), &record);
}

static enum turn load_next(struct task *t);

#define OBEYED(class)                                                                          \
	{                                                                                      \
		API_LIST, API_CLASS_##class, load_row, load_next                               \
	}
static const struct listing obeyed[] = {
        OBEYED(SYSTEM),     OBEYED(VTY),    OBEYED(SSH_SERVER),       OBEYED(SHELL),
        OBEYED(ALIAS),      OBEYED(BANNER), OBEYED(PASSWORD_CONTROL), OBEYED(ARCHIVE),
        OBEYED(LOCAL_USER), OBEYED(ROLE),   OBEYED(ROLE_RULE)};

static enum turn load_next(struct task *t)
{
	size_t next = t->listing == NULL ? 0 : (size_t)(t->listing - obeyed) + 1;

	if (next < sizeof(obeyed) / sizeof(obeyed[0]))
		return task_list(t, &obeyed[next]);
	if (!load_of(t)->replace)
		return task_ask_plain(t, API_STARTED, load_started);
	load_end(load_of(t), t->dialogue);
	return TURN_DONE;
}

static enum turn load_settings(struct task *t)
{
	t->listing = NULL;
	shell_lists_clear(task_shell(t));
	return load_next(t);
}

static enum turn load_again(struct task *t);

static const char *load_kind(const struct config_load *load)
{
	return load->step == LOAD_FACTORY  ? "The factory configuration"
	       : load->step == LOAD_BACKUP ? "The backup file "
	                                   : "The file ";
}

static enum turn load_left(struct task *t)
{
	load_end(load_of(t), t->dialogue);
	return TURN_DONE;
}

// It failed: the next one gets its turn. The factory configuration has none after it.
static enum turn load_failed(struct task *t, const char *why)
{
	struct config_load *load = load_of(t);
	struct script *s = t->dialogue->script;

	shell_log(task_shell(t),
	          "start: %s: %s (line %u, %u errors); nothing of it is in force", load->text,
	          why, s->bad_line, s->errors);
	if (load->step == LOAD_FACTORY)
		return load_settings(t);
	if (load->failed[0] == 0)
		snprintf(load->failed, sizeof(load->failed),
		         "%s could not be applied (line %u).", load->text, s->bad_line);
	return task_ask_plain(t, API_ABORT, load->replace ? load_left : load_again);
}

static enum turn load_again(struct task *t)
{
	struct config_load *load = load_of(t);

	load->step++;
	t->dialogue->script->done = NULL;
	t->close = true;
	load_open(load);
	return TURN_DONE;
}

// Each login is told when this is not the file that was to be.
static void notice_set(struct shell *shell, const struct config_load *load)
{
	char *notice = NULL;

	if (load->failed[0] != 0 &&
	    asprintf(&notice, "%% %s %s%s is in force.\n", load->failed, load_kind(load),
	             load->step == LOAD_FACTORY ? "" : load->text) < 0)
		notice = NULL;
	free(shell->notice);
	shell->notice = notice;
	snprintf(shell->started_from, sizeof(shell->started_from), "%s", load->name);
}

static enum turn load_committed(struct task *t)
{
	struct config_load *load = load_of(t);

	if (t->status != STATUS_OK)
		return load_failed(t, status_text(t->status));
	shell_log(task_shell(t), "start: %s is in force, %u lines", load->text,
	          t->dialogue->script->line);
	if (!load->replace)
		notice_set(task_shell(t), load);
	return load_settings(t);
}

// A file that begins as the device writes them must end so too: else its end is missing.
static bool is_cut_off(const struct script *s)
{
	static const char begin[] = "version ", end[] = "\nreturn";
	size_t at = 0, len = s->len;

	while (at < len && strchr("#\r\n\t ", s->text[at]) != NULL)
		at++;
	if (len - at < strlen(begin) || memcmp(s->text + at, begin, strlen(begin)) != 0)
		return false;
	while (len > 0 && strchr("\r\n\t ", s->text[len - 1]) != NULL)
		len--;
	return len < strlen(end) || memcmp(s->text + len - strlen(end), end, strlen(end)) != 0;
}

static enum turn load_lines_done(struct task *t)
{
	struct script *s = t->dialogue->script;

	if (s->errors == 0 && is_cut_off(s)) {
		s->errors = 1;
		s->bad_line = s->line;
		return load_failed(t, "its end is missing");
	}
	if (s->errors > 0)
		return load_failed(t, "some lines were refused");
	return task_ask_plain(t, API_COMMIT, load_committed);
}

// The last line has been run.
static void on_script_end(void *owner, struct dialogue *d)
{
	d->script->done = NULL;
	(void)task_begin(d, load_lines_done);
}

static enum turn load_begun(struct task *t)
{
	if (t->status != STATUS_OK)
		return load_failed(t, status_text(t->status));
	if (load_of(t)->replace && t->call == API_BEGIN)
		return task_ask_plain(t, API_CLEAR, load_begun);
	t->dialogue->script->at = 0; // the text was held back until now
	return TURN_DONE;
}

// A control that has a configuration kept it while we were away: nothing was ever set at
// revision 1.
static enum turn load_status(struct task *t)
{
	struct cursor c = cursor_over(span_blob(&t->reply));
	struct api_status_row row;

	api_status_parse(&c, &row);
	if (t->status == STATUS_OK && cursor_end(&c) == STATUS_OK && row.revision > 1) {
		shell_log(task_shell(t), "start: control keeps its configuration");
		schedule_restore(task_shell(t));
		return load_settings(t);
	}
	schedule_forget(task_shell(t));
	return task_ask_plain(t, API_BEGIN, load_begun);
}

static enum turn load_start(struct task *t)
{
	if (load_of(t)->replace)
		return task_ask_plain(t, API_BEGIN, load_begun);
	return task_ask_plain(t, API_STATUS, load_status);
}

// The file of this step. False: there is none, and there need be none, or it was said why.
static bool load_file(struct config_load *load, struct script *s)
{
	struct shell *shell = load->table->shell;
	struct startup startup;
	struct blob file;
	enum status status;

	startup_read(shell->flash, &startup);
	snprintf(load->name, sizeof(load->name), "%s",
	         load->step == LOAD_MAIN ? startup.main : startup.backup);
	startup_text(load->name, load->text);
	if (load->name[0] == 0 || shell->flash < 0)
		return false;
	status = file_read(shell->flash, load->name, CONFIG_FILE_MAX, &file);
	if (status == STATUS_OK) {
		s->text = (char *)file.data;
		s->len = file.len;
		return true;
	}
	if (status == STATUS_NOT_FOUND && !startup.chosen)
		return false;
	shell_log(shell, "start: %s: %s", load->text, status_text(status));
	if (load->failed[0] == 0)
		snprintf(load->failed, sizeof(load->failed), "%s could not be read.",
		         load->text);
	return false;
}

static bool load_text(struct config_load *load, struct script *s)
{
	struct text text = {0};

	for (; load->step < LOAD_FACTORY; load->step++)
		if (load_file(load, s))
			return true;
	load->name[0] = 0;
	snprintf(load->text, sizeof(load->text), "factory configuration");
	factory_configuration(&text, load->table->shell->state);
	s->text = text.data;
	s->len = text.len;
	return s->text != NULL && !text.failed;
}

static bool load_open_with(struct config_load *load, struct script *s)
{
	static const struct dialogue_start start = {.open = {.type = DIALOGUE_SHELL},
	                                            .role = API_ROLE_ADMIN,
	                                            .user = {(const uint8_t *)"startup", 7}};
	// Another try takes the next slot: the dialogue of the one before is just ending.
	struct dialogue *d =
	        dialogue_open(load->table, load->slot + load->step, ++load->life, &start);

	if (d == NULL)
		return false;
	d->script = s;
	s->done = on_script_end;
	s->owner = load;
	s->at = s->len; // nothing runs before the transaction is open
	d->loading = true;
	d->view = VIEW_SYSTEM;
	d->credit = UINT64_MAX / 2;
	return task_begin(d, load_start);
}

static void load_open(struct config_load *load)
{
	struct script *s = calloc(1, sizeof(*s));

	if (s != NULL && load_text(load, s) && load_open_with(load, s))
		return;
	shell_log(load->table->shell, "start: no memory to read the configuration");
	if (s != NULL)
		free(s->text);
	free(s);
	load->done(load);
}

void config_load(struct config_load *load)
{
	load->step = LOAD_MAIN;
	load->failed[0] = 0;
	load_open(load);
}

// --- replacing -----------------------------------------------------------------------------------

struct replace {
	struct config_load load; // first
	struct dialogue_table *table;
	uint32_t slot, life, id; // who waits
};

static void replace_done(struct config_load *load)
{
	struct replace *r = (struct replace *)load;
	struct shell *shell = load->table->shell;
	struct dialogue *d = table_find(r->table, r->slot, r->life);

	if (d != NULL && d->task != NULL && d->task->wait == WAIT_FILE && d->task->job == r->id)
		*(struct config_load *)d->task->own = *load;
	shell->saving = false;
	task_resume(shell, r->table, r->slot, r->life, r->id, STATUS_OK);
	free(r);
}

void config_load_cut(struct dialogue *d)
{
	struct config_load *load = d->script->owner;

	d->script->done = NULL; // a start is begun anew
	if (!load->replace)
		return;
	snprintf(load->failed, sizeof(load->failed), "Control was restarted.");
	load->done(load);
}

static bool replace_read(struct task *t, const struct jail_path *path, struct script *s)
{
	const char *leaf;
	int directory = jail_parent(task_shell(t)->flash, path, &leaf);
	struct blob file;
	enum status status = directory < 0 ? STATUS_NOT_FOUND
	                                   : file_read(directory, leaf, CONFIG_FILE_MAX, &file);

	if (directory >= 0)
		close(directory);
	if (status == STATUS_OK) {
		s->text = (char *)file.data;
		s->len = file.len;
	} else if (status == STATUS_NOT_FOUND) {
		(void)task_fail(t, "The file does not exist.");
	} else {
		(void)task_fail_status(t, status);
	}
	return status == STATUS_OK;
}

static struct replace *replace_new(struct task *t, const struct jail_path *path)
{
	struct shell *shell = task_shell(t);
	struct dialogue *d = t->dialogue;
	struct replace *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	*r = (struct replace){.load = {.table = shell->local,
	                               .slot = shell->local_slot + CHORES,
	                               .done = replace_done,
	                               .life = shell->next_job,
	                               .replace = true},
	                      .table = d->table,
	                      .slot = d->slot,
	                      .life = d->life,
	                      .id = ++shell->next_job};
	snprintf(r->load.text, sizeof(r->load.text), "flash:%.250s", path->text);
	return r;
}

enum turn config_replace(struct task *t, const struct jail_path *path,
                         enum turn (*next)(struct task *t))
{
	struct shell *shell = task_shell(t);
	struct script *s = calloc(1, sizeof(*s));
	struct replace *r = replace_new(t, path);
	bool read = false;

	if (shell->saving) {
		(void)task_fail(t, "Another save is in progress.");
	} else if (s == NULL || r == NULL ||
	           task_own(t, sizeof(struct config_load), NULL) == NULL) {
		(void)task_fail_status(t, STATUS_NO_MEMORY);
	} else {
		read = replace_read(t, path, s);
	}
	if (!read || !load_open_with(&r->load, s)) {
		if (s != NULL)
			free(s->text);
		free(s);
		free(r);
		return read ? task_fail_status(t, STATUS_NO_ROOM) : TURN_DONE;
	}
	shell->saving = true;
	t->job = r->id;
	t->wait = WAIT_FILE;
	t->next = next;
	return TURN_WAIT;
}
