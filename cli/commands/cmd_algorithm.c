// Which algorithms the SSH server offers, in which order.
#include "cli/commands/commands.h"
#include "crypto/wire/names.h"

// A word of the manual, or of its kind, and the names it has in the protocol. A word for several
// names stands before those for one of them: a list prints by the first that fits.
static const struct {
	uint8_t field;
	const char *word, *names;
} words[] = {
        {API_SSH_ALGORITHM_KEX, "mlkem768x25519-sha256", "mlkem768x25519-sha256"},
        {API_SSH_ALGORITHM_KEX, "sntrup761x25519-sha512",
         "sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com"},
        {API_SSH_ALGORITHM_KEX, "curve25519-sha256",
         "curve25519-sha256,curve25519-sha256@libssh.org"},
        {API_SSH_ALGORITHM_KEX, "curve448-sha512", "curve448-sha512"},
        {API_SSH_ALGORITHM_KEX, "ecdh-sha2-nistp256", "ecdh-sha2-nistp256"},
        {API_SSH_ALGORITHM_KEX, "ecdh-sha2-nistp384", "ecdh-sha2-nistp384"},
        {API_SSH_ALGORITHM_KEX, "ecdh-sha2-nistp521", "ecdh-sha2-nistp521"},
        {API_SSH_ALGORITHM_KEX, "dh-group-exchange-sha256",
         "diffie-hellman-group-exchange-sha256"},
        {API_SSH_ALGORITHM_KEX, "dh-group14-sha256", "diffie-hellman-group14-sha256"},
        {API_SSH_ALGORITHM_KEX, "dh-group16-sha512", "diffie-hellman-group16-sha512"},
        {API_SSH_ALGORITHM_KEX, "dh-group18-sha512", "diffie-hellman-group18-sha512"},
        {API_SSH_ALGORITHM_KEX, "dh-group14-sha1", "diffie-hellman-group14-sha1"},
        {API_SSH_ALGORITHM_HOST_KEY, "ed25519", "ssh-ed25519"},
        {API_SSH_ALGORITHM_HOST_KEY, "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"},
        {API_SSH_ALGORITHM_HOST_KEY, "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"},
        {API_SSH_ALGORITHM_HOST_KEY, "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521"},
        {API_SSH_ALGORITHM_HOST_KEY, "rsa", "rsa-sha2-512,rsa-sha2-256"},
        {API_SSH_ALGORITHM_HOST_KEY, "rsa_sha2_256", "rsa-sha2-256"},
        {API_SSH_ALGORITHM_HOST_KEY, "rsa_sha2_512", "rsa-sha2-512"},
        {API_SSH_ALGORITHM_HOST_KEY, "ssh-rsa", "ssh-rsa"},
        {API_SSH_ALGORITHM_HOST_KEY, "dsa", "ssh-dss"},
        {API_SSH_ALGORITHM_CIPHER, "aes128-gcm", "aes128-gcm@openssh.com"},
        {API_SSH_ALGORITHM_CIPHER, "aes256-gcm", "aes256-gcm@openssh.com"},
        {API_SSH_ALGORITHM_CIPHER, "chacha20-poly1305", "chacha20-poly1305@openssh.com"},
        {API_SSH_ALGORITHM_CIPHER, "aes128-ctr", "aes128-ctr"},
        {API_SSH_ALGORITHM_CIPHER, "aes192-ctr", "aes192-ctr"},
        {API_SSH_ALGORITHM_CIPHER, "aes256-ctr", "aes256-ctr"},
        {API_SSH_ALGORITHM_CIPHER, "aes128-cbc", "aes128-cbc"},
        {API_SSH_ALGORITHM_CIPHER, "aes192-cbc", "aes192-cbc"},
        {API_SSH_ALGORITHM_CIPHER, "aes256-cbc", "aes256-cbc"},
        {API_SSH_ALGORITHM_CIPHER, "3des-cbc", "3des-cbc"},
        {API_SSH_ALGORITHM_MAC, "sha2-256-etm", "hmac-sha2-256-etm@openssh.com"},
        {API_SSH_ALGORITHM_MAC, "sha2-512-etm", "hmac-sha2-512-etm@openssh.com"},
        {API_SSH_ALGORITHM_MAC, "sha2-256", "hmac-sha2-256"},
        {API_SSH_ALGORITHM_MAC, "sha2-512", "hmac-sha2-512"},
        {API_SSH_ALGORITHM_MAC, "sha1-etm", "hmac-sha1-etm@openssh.com"},
        {API_SSH_ALGORITHM_MAC, "sha1", "hmac-sha1"},
};
#define WORDS (sizeof(words) / sizeof(words[0]))

static const char *names_of(uint8_t field, struct span word)
{
	for (size_t i = 0; i < WORDS; i++)
		if (words[i].field == field && span_is(word, words[i].word))
			return words[i].names;
	return "";
}

// Each name once, in the order of the words.
static void names_join(struct text *list, struct span names)
{
	struct span name;

	while (names_next(&names, &name)) {
		if (name.len == 0 || names_has(text_span(list), name))
			continue;
		if (text_left(list) > 0)
			text_puts(list, ",");
		text_add(list, name.data, name.len);
	}
}

static enum turn run_list(struct task *t)
{
	struct api_record r = {.class = t->row->class};
	struct text list = {0};
	enum turn turn;

	for (uint32_t i = 0; i < t->match.words.count; i++)
		names_join(&list,
		           span_text(names_of(t->row->field, match_literal(&t->match, i))));
	record_add_text(&r, t->row->field, text_span(&list));
	turn = list.failed ? task_fail_status(t, STATUS_NO_MEMORY) : task_put(t, &r, task_end);
	text_fini(&list);
	return turn;
}

// Does the list begin with these names?
static bool begins_with(struct span list, struct span names)
{
	return list.len >= names.len && memcmp(list.data, names.data, names.len) == 0 &&
	       (list.len == names.len || list.data[names.len] == ',');
}

// The word for the front of the list, which moves on; a name that has none stands for itself.
static struct span word_next(struct span *list)
{
	struct span name;

	for (size_t i = 0; i < WORDS; i++) {
		struct span names = span_text(words[i].names);

		if (!begins_with(*list, names))
			continue;
		names.len += list->len > names.len;
		*list = span_of(list->data + names.len, list->len - names.len);
		return span_text(words[i].word);
	}
	names_next(list, &name);
	return name;
}

static void words_print(struct text *out, struct span list)
{
	while (list.len > 0) {
		struct span word = word_next(&list);

		text_add(out, word.data, word.len);
		if (list.len > 0)
			text_puts(out, " ");
	}
}

// The grammar up to its list: "ssh2 algorithm cipher".
static void emit_list(struct config_out *out, const struct command *row,
                      const struct api_record *record)
{
	int keywords = (int)strcspn(row->grammar, "{") - 1;
	struct text line = {0};

	words_print(&line, record_text(record, row->field));
	if (text_left(&line) > 0)
		config_line(out, 1, "%.*s %.*s", keywords, row->grammar, (int)text_left(&line),
		            line.data);
	text_fini(&line);
}

// --- showing -----------------------------------------------------------------------------------

static const struct column algorithms_columns[] = {{"Key exchange algorithms : ", 0, 0},
                                                   {"Public key algorithms : ", 0, 0},
                                                   {"Encryption algorithms : ", 0, 0},
                                                   {"MAC algorithms : ", 0, 0}};
static TABLE_OF(algorithms, " ", true);

static enum turn show_end(struct task *t)
{
	struct cursor c = cursor_over(span_blob(&t->reply));

	if (t->status != STATUS_OK)
		return task_fail_status(t, t->status);
	task_table(t, &algorithms);
	for (size_t i = 0; i < sizeof(algorithms_columns) / sizeof(algorithms_columns[0]);
	     i++) {
		struct text line = {0};

		words_print(&line, cursor_string(&c));
		table_value(&t->table, "%.*s", (int)text_left(&line), line.data);
		text_fini(&line);
	}
	return cursor_ok(&c) ? task_table_end(t) : task_fail_status(t, STATUS_MALFORMED);
}

static enum turn run_show(struct task *t)
{
	return task_ask_plain(t, API_ALGORITHMS, show_end);
}

// clang-format off
#define CIPHERS "{ 3des-cbc | aes128-cbc | aes128-ctr | aes128-gcm | aes192-cbc | aes192-ctr | aes256-cbc | aes256-ctr | aes256-gcm | chacha20-poly1305 }..."
#define METHODS "{ curve25519-sha256 | curve448-sha512 | dh-group-exchange-sha256 | dh-group14-sha1 | dh-group14-sha256 | dh-group16-sha512 | dh-group18-sha512 | ecdh-sha2-nistp256 | ecdh-sha2-nistp384 | ecdh-sha2-nistp521 | mlkem768x25519-sha256 | sntrup761x25519-sha512 }..."
#define MACS    "{ sha1 | sha1-etm | sha2-256 | sha2-256-etm | sha2-512 | sha2-512-etm }..."
#define KEYS    "{ dsa | ecdsa-sha2-nistp256 | ecdsa-sha2-nistp384 | ecdsa-sha2-nistp521 | ed25519 | rsa | rsa_sha2_256 | rsa_sha2_512 | ssh-rsa }..."
#define LIST(name) API_CLASS_SSH_ALGORITHM, API_SSH_ALGORITHM_##name
static const struct command algorithm[] = {
	{ "ssh2 algorithm cipher " CIPHERS,       run_list,    API_ROLE_ADMIN, "Specify the ciphers, best first", LIST(CIPHER), 0, emit_list },
	{ "undo ssh2 algorithm cipher",           run_default, API_ROLE_ADMIN, "Restore the ciphers", LIST(CIPHER) },
	{ "ssh2 algorithm key-exchange " METHODS, run_list,    API_ROLE_ADMIN, "Specify the key exchange methods, best first", LIST(KEX), 0, emit_list },
	{ "undo ssh2 algorithm key-exchange",     run_default, API_ROLE_ADMIN, "Restore the key exchange methods", LIST(KEX) },
	{ "ssh2 algorithm mac " MACS,             run_list,    API_ROLE_ADMIN, "Specify the MACs, best first", LIST(MAC), 0, emit_list },
	{ "undo ssh2 algorithm mac",              run_default, API_ROLE_ADMIN, "Restore the MACs", LIST(MAC) },
	{ "ssh2 algorithm public-key " KEYS,      run_list,    API_ROLE_ADMIN, "Specify the host key algorithms, best first", LIST(HOST_KEY), 0, emit_list },
	{ "undo ssh2 algorithm public-key",       run_default, API_ROLE_ADMIN, "Restore the host key algorithms", LIST(HOST_KEY) },
};

static const struct command algorithm_show[] = {
	{ "display ssh2 algorithm", run_show, API_ROLE_OPERATOR, "Display the algorithms that the SSH server offers", .flags = COMMAND_TABLE },
};
// clang-format on

TABLE(algorithm);
TABLE(algorithm_show);
