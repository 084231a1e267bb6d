// Configurations that nobody thought of: commands made from the grammars themselves. What they
// configure prints, is read as a start-up file by another device, and prints the same there; and
// a file with a fault is refused whole, with its line.
#include "cli/commands/commands.h"
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

#define CONFIGURATIONS 500
#define COMMANDS       60
#define SCRIPT_MAX     65536

static uint64_t seed;

static uint32_t below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

// --- words -------------------------------------------------------------------------------------

// Few, so that one command meets what another has made.
static const char *const pool[] = {"a1",        "b2",          "k-3",     "network-operator",
                                   "192.0.2.7", "2001:db8::7", "$y$hash", "system",
                                   "\"a b\"",   "\"c?\\\"d\"", "x_y.z",   "level-3"};

static bool unquoted_accepts(enum arg_id arg, const char *word)
{
	struct words words;

	words_parse(&words, span_text(word));
	return words.count == 1 && arg_accepts(arg, words_at(&words, 0));
}

static void number_make(enum arg_id arg, const char *shape, char out[64])
{
	unsigned low = 0, high = 0;

	(void)arg;
	sscanf(shape, "<%u-%u>", &low, &high);
	snprintf(out, 64, "%u",
	         low + (high > low ? below(high - low < 9 ? high - low + 1 : 9) : 0));
}

// A word that the grammar takes here; "" when none of ours does.
static void arg_make(enum arg_id arg, char out[64])
{
	char shape[ARG_SHAPE_MAX];

	arg_shape(arg, shape);
	out[0] = 0;
	if (shape[0] == '<') {
		number_make(arg, shape, out);
		return;
	}
	for (int i = 0; i < 40 && out[0] == 0; i++) {
		const char *word = pool[below(sizeof(pool) / sizeof(pool[0]))];

		if (unquoted_accepts(arg, word))
			snprintf(out, 64, "%s", word);
	}
}

// --- commands ----------------------------------------------------------------------------------

// One line of a row. False: it could not be made.
static bool line_make(const struct tree *tree, uint16_t row, char line[400])
{
	uint16_t at = tree->starts[row];
	char word[64];

	line[0] = 0;
	for (int i = 0; i < 200; i++) {
		const struct step *step = &tree->steps[at];

		if (step->kind == STEP_END)
			return true;
		at = step->kind == STEP_FORK && below(2) == 0 ? step->other : step->next;
		if (step->kind == STEP_FORK)
			continue;
		if (step->kind == STEP_WORD)
			snprintf(word, sizeof(word), "%.*s", (int)step->length, step->word);
		else
			arg_make(step->arg, word);
		if (word[0] == 0 || strlen(line) + strlen(word) + 2 > 300)
			return false;
		if (line[0] != 0)
			strcat(line, " ");
		strcat(line, word);
	}
	return false;
}

static bool is_configuration(const struct command *row)
{
	if (row->class == 0 && strncmp(row->grammar, "undo ", 5) != 0)
		return false;
	for (size_t i = 0; config_tables[i] != NULL; i++)
		if (row >= config_tables[i]->rows &&
		    row < config_tables[i]->rows + config_tables[i]->count)
			return true;
	return false;
}

// The commands that lead to a view, a line each, with a name for what is edited.
static void view_enter(const struct view *view, char *script)
{
	static const char *const names[] = {"a1", "b2", "k-3"};
	const char *name = view == &views[VIEW_LINE] ? "0 4" : names[below(3)];

	for (const char *at = view->path; *at != 0; at++) {
		size_t len = strlen(script);

		if (strncmp(at, " ; ", 3) == 0) {
			strcat(script, "\n");
			at += 2;
		} else if (strncmp(at, "%s", 2) == 0) {
			strcat(script, name);
			at++;
		} else {
			script[len] = *at;
			script[len + 1] = 0;
		}
	}
	strcat(script, "\n");
}

static void command_add(const struct shell *shell, char *script)
{
	const struct tree *tree;
	char line[400];
	uint16_t row;

	do {
		tree = &shell->trees[below(VIEWS)];
	} while (tree->view->path == NULL || tree->view == &views[VIEW_KEY_CODE] ||
	         tree->view == &views[VIEW_PUBLIC_KEY]);
	row = (uint16_t)below(tree->row_count);
	if (!is_configuration(tree->rows[row]) || !line_make(tree, row, line) ||
	    strlen(script) > SCRIPT_MAX - 1000)
		return;
	view_enter(tree->view, script);
	strcat(script, line);
	strcat(script, "\nreturn\n");
}

// --- devices -----------------------------------------------------------------------------------

static char *configuration(struct fixture *f)
{
	return strdup(fixture_exec(f, "display current-configuration"));
}

static void on_loaded(struct config_load *load)
{
	*(bool *)load->owner = true;
}

// Another device that starts with this file.
static struct fixture *device_from(const char *file)
{
	struct fixture *f = fixture_new();
	bool done = false;
	struct config_load load = {
	        .table = &f->table, .slot = 40, .done = on_loaded, .owner = &done};

	fixture_flash(f);
	if (file_write(f->shell.flash, CONFIG_FILE, span_text(file)) != STATUS_OK)
		abort();
	config_load(&load);
	settle(f);
	CHECK(done);
	return f;
}

static char *configuration_make(uint64_t number)
{
	struct fixture *f = fixture_new();
	char *script = calloc(1, SCRIPT_MAX), *text;

	seed = number;
	for (int i = 0; i < COMMANDS; i++)
		command_add(&f->shell, script);
	fixture_exec(f, script);
	text = configuration(f);
	free(script);
	fixture_free(f);
	return text;
}

static bool prints_the_same(uint64_t number)
{
	char *first = configuration_make(number), *second;
	struct fixture *f = device_from(first);
	bool same;

	second = configuration(f);
	same = f->shell.notice == NULL && strcmp(first, second) == 0;
	if (!same)
		printf("  configuration %llu: %s\n%s\n--- became\n%s\n",
		       (unsigned long long)number,
		       f->shell.notice != NULL ? f->shell.notice : "", first, second);
	free(first);
	free(second);
	fixture_free(f);
	return same;
}

TEST(random_configurations_print_load_and_print_the_same)
{
	uint32_t same = 0;

	for (uint64_t i = 1; i <= CONFIGURATIONS; i++)
		same += prints_the_same(i);
	CHECK_EQ(same, CONFIGURATIONS);
}

TEST(random_configurations_are_not_all_alike)
{
	size_t bytes = 0;

	for (uint64_t i = 1; i <= 20; i++) {
		char *text = configuration_make(i);

		bytes += strlen(text);
		free(text);
	}
	CHECK(bytes > 20 * 400);
}

// --- files with a fault ------------------------------------------------------------------------

static uint32_t line_of(const char *text, size_t at)
{
	uint32_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

// Refused: nothing of it is in force, and the log names the line.
static bool is_refused(const char *file, uint32_t line)
{
	struct fixture *f = device_from(file);
	char named[40], *now = configuration(f);
	bool refused;

	snprintf(named, sizeof(named), "(line %u,", line);
	refused = f->shell.notice != NULL && strstr(f->log.data, named) != NULL &&
	          strstr(now, "sysname Sallyport\n") != NULL;
	if (!refused)
		printf("  line %u of\n%s\nlog: %s\n", line, file, f->log.data);
	free(now);
	fixture_free(f);
	return refused;
}

TEST(a_corrupted_line_refuses_the_whole_file_by_its_number)
{
	uint32_t refused = 0;

	for (uint64_t i = 1; i <= 30; i++) {
		char *text = configuration_make(i), *at;

		seed = i;
		at = text + below((uint32_t)strlen(text));
		while (at > text && at[-1] != '\n')
			at--;
		while (*at == '#' || *at == ' ')
			at++;
		if (*at == '\n')
			at++;
		*at = '\x01';
		refused += is_refused(text, line_of(text, (size_t)(at - text)));
		free(text);
	}
	CHECK_EQ(refused, 30);
}

TEST(a_truncated_file_is_refused_wherever_it_ends)
{
	uint32_t refused = 0;

	for (uint64_t i = 1; i <= 30; i++) {
		char *text = configuration_make(i);
		struct fixture *f;
		size_t cut;

		seed = i;
		cut = 50 + below((uint32_t)strlen(text) - 58);
		text[cut] = 0;
		f = device_from(text);
		refused += f->shell.notice != NULL && strstr(f->log.data, "(line ") != NULL;
		free(text);
		fixture_free(f);
	}
	CHECK_EQ(refused, 30);
}

CHECK_MAIN()
