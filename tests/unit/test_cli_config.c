// The configuration as text, and back.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

#define ED25519_BLOB                                                                           \
	"\0\0\0\013ssh-ed25519\0\0\0\040"                                                      \
	"0123456789abcdefghijklmnopqrstuv"

static void configure(struct fixture *f)
{
	fixture_exec(
	        f,
	        "system-view\n"
	        "sysname \"r 1?\"\n"
	        "public-key peer k1\npublic-key-code begin\n"
	        "302A300506032B6570032100 30313233343536373839 6162636465666768\n"
	        "696A6B6C6D6E6F707172737475 76\n"
	        "public-key-code end\npeer-public-key end\n"
	        "local-user bob class manage\npassword hash $y$j9T$abc\n"
	        "service-type ssh\nservice-type terminal\n"
	        "authorization-attribute user-role network-admin\nstate block\n"
	        "quit\n"
	        "local-user eve\n"
	        "ssh server enable\nsftp server enable\nssh server port 2222\n"
	        "ssh server authentication-timeout 30\nssh server authentication-retries 5\n"
	        "sftp server idle-timeout 20\naaa session-limit ssh 5000\n"
	        "ssh user bob service-type all authentication-type any assign publickey k1 k2\n"
	        "ssh user \"a b\" service-type stelnet scp authentication-type password\n"
	        "line vty 0 63\nprotocol inbound ssh\nidle-timeout 3 7\nscreen-length 40\n"
	        "history-command max-size 50\nreturn\n");
}

static char *configuration(struct fixture *f)
{
	return strdup(fixture_exec(f, "display current-configuration"));
}

TEST(every_setting_prints_as_the_commands_that_make_it)
{
	struct fixture *f = fixture_new();
	char *text;

	configure(f);
	CHECK_TEXT(shown(f), "");
	text = configuration(f);
	CHECK_TEXT(
	        text,
	        "#\n version 7.1.070, Release " SALLYPORT_VERSION "\n"
	        "#\n sysname \"r 1?\"\n"
	        "#\npublic-key peer k1\n public-key-code begin\n"
	        "  302A300506032B6570032100303132333435363738396162636465666768696A6B6C6D6E6F\n"
	        "  70717273747576\n public-key-code end\npeer-public-key end\n"
	        "#\nlocal-user bob class manage\n password hash $y$j9T$abc\n"
	        " service-type ssh terminal\n"
	        " authorization-attribute user-role network-admin\n state block\n"
	        "#\nlocal-user eve class manage\n"
	        " authorization-attribute user-role network-operator\n"
	        "#\n ssh server enable\n ssh server port 2222\n"
	        " ssh server authentication-timeout 30\n ssh server authentication-retries 5\n"
	        " sftp server enable\n sftp server idle-timeout 20\n aaa session-limit ssh "
	        "5000\n"
	        "#\n ssh user \"a b\" service-type stelnet scp authentication-type password\n"
	        " ssh user bob service-type all authentication-type any assign publickey k1 "
	        "k2\n"
	        "#\nline vty 0 1048575\n authentication-mode scheme\n protocol inbound ssh\n"
	        " idle-timeout 3 7\n screen-length 40\n history-command max-size 50\n"
	        "#\nreturn\n");
	free(text);
	fixture_free(f);
}

static char *load_and_print(const char *text, struct fixture **out);

TEST(what_is_printed_makes_the_same_device_typed_or_loaded)
{
	struct fixture *f = fixture_new(), *g = fixture_new(), *h;
	char *first, *typed, *loaded, *script;

	configure(f);
	first = configuration(f);
	script = malloc(strlen(first) + 32);
	sprintf(script, "system-view\n%s", first);
	CHECK_TEXT(fixture_exec(g, script), "");
	typed = configuration(g);
	CHECK_TEXT(typed, first);
	loaded = load_and_print(first, &h);
	CHECK_TEXT(loaded, first);
	CHECK_TEXT(h->shell.sysname, "r 1?");
	CHECK_EQ(h->shell.idle_seconds, 187);
	free(first);
	free(typed);
	free(loaded);
	free(script);
	fixture_free(f);
	fixture_free(g);
	fixture_free(h);
}

TEST(an_operator_sees_no_password)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;

	configure(f);
	f->secrets = false;
	d = fixture_open(f, DIALOGUE_EXEC, false, API_ROLE_OPERATOR,
	                 "display current-configuration");
	dialogue_credit(d, UINT32_MAX);
	settle(f);
	CHECK(strstr(shown(f), "password") == NULL || strstr(shown(f), "$y$") == NULL);
	fixture_free(f);
}

TEST(lists_that_come_in_pages_print_the_same)
{
	struct fixture *f = fixture_new();
	char *whole, *paged;

	configure(f);
	whole = configuration(f);
	f->page = 1;
	paged = configuration(f);
	CHECK_TEXT(paged, whole);
	free(whole);
	free(paged);
	fixture_free(f);
}

TEST(a_user_with_many_keys_prints_lines_that_can_be_typed)
{
	struct fixture *f = fixture_new();
	const char *text;
	char *first, *again;

	fixture_exec(
	        f,
	        "system-view\nssh user u service-type all authentication-type publickey assign "
	        "publickey aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1 "
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2 "
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa3\n"
	        "ssh user u assign publickey "
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa4 "
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa5 "
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa6");
	CHECK_TEXT(shown(f), "");
	first = configuration(f);
	text = strstr(first, "ssh user u assign");
	CHECK(text != NULL);
	fixture_exec(f, "system-view\nundo ssh user u");
	again = malloc(strlen(first) + 32);
	sprintf(again, "system-view\n%s", first);
	fixture_exec(f, again);
	free(again);
	again = configuration(f);
	CHECK_TEXT(again, first);
	free(first);
	free(again);
	fixture_free(f);
}

// --- files -------------------------------------------------------------------------------------

static void on_loaded(struct config_load *load)
{
	*(bool *)load->owner = true;
}

static void startup_write(struct fixture *f, const char *text)
{
	if (file_write(f->shell.flash, CONFIG_FILE, span_text(text)) != STATUS_OK)
		abort();
}

static bool startup_load(struct fixture *f)
{
	bool done = false;
	struct config_load load = {
	        .table = &f->table, .slot = 40, .done = on_loaded, .owner = &done};

	config_load(&load);
	settle(f);
	return done;
}

static char *load_and_print(const char *text, struct fixture **out)
{
	struct fixture *h = fixture_new();

	fixture_flash(h);
	startup_write(h, text);
	CHECK(startup_load(h));
	CHECK(h->started);
	CHECK(h->shell.notice == NULL);
	*out = h;
	return configuration(h);
}

TEST(save_force_writes_what_is_displayed_and_the_next_start_reads_it)
{
	struct fixture *f = fixture_new(), *h;
	struct blob file;
	char *first, *loaded;

	fixture_flash(f);
	configure(f);
	first = configuration(f);
	CHECK_TEXT(fixture_exec(f, "save force"),
	           "Validating file. Please wait...\nConfiguration is saved to device "
	           "successfully.\n");
	CHECK_EQ(file_read(f->shell.flash, CONFIG_FILE, 65536, &file), STATUS_OK);
	CHECK_TEXT((char *)file.data, first);
	loaded = load_and_print((char *)file.data, &h);
	CHECK_TEXT(loaded, first);
	CHECK_TEXT(fixture_exec(f, "display saved-configuration"), first);
	blob_fini(&file);
	free(first);
	free(loaded);
	fixture_free(f);
	fixture_free(h);
}

TEST(save_asks_as_the_manual_says)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	fixture_flash(f);
	type_text(f, d, "save\r");
	CHECK(strstr(shown(f), "The current configuration will be written to the device. "
	                       "Are you sure? [Y/N]:") != NULL);
	type_text(f, d, "y\r");
	CHECK(strstr(shown(f),
	             "Please input the file name(*.cfg)[flash:/startup.cfg]\r\n"
	             "(To leave the existing filename unchanged, press the enter key):") !=
	      NULL);
	type_text(f, d, "\r");
	CHECK(strstr(shown(f),
	             "Validating file. Please wait...\r\n"
	             "Configuration is saved to device successfully.\r\n<Sallyport>") != NULL);
	type_text(f, d, "save\ry\r\r");
	CHECK(strstr(shown(f), "flash:/startup.cfg exists, overwrite? [Y/N]:") != NULL);
	fixture_free(f);
}

TEST(an_unanswered_question_gives_up_after_half_a_minute)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "save\r");
	f->shell.now_us += 31 * 1000000ull;
	table_time(&f->table, f->shell.now_us);
	settle(f);
	CHECK(d->task == NULL);
	fixture_free(f);
}

TEST(a_file_cannot_be_named_outside_of_flash)
{
	char name[256];

	CHECK(flash_name(span_text("../startup.cfg"), name) == NULL);
	CHECK(flash_name(span_text("/etc/passwd"), name) == NULL);
	CHECK(flash_name(span_text("a/b"), name) == NULL);
	CHECK(flash_name(span_text("flash:/../x"), name) == NULL);
	CHECK_TEXT(flash_name(span_text("flash:/x.cfg"), name), "x.cfg");
}

TEST(without_a_file_the_factory_configuration_is_in_force)
{
	struct fixture *f = fixture_new();
	char *text;

	fixture_flash(f);
	f->shell.state = f->shell.flash;
	CHECK_EQ(file_write(f->shell.state, "admin.hash", span_text("$y$j9T$salt$hash\n")),
	         STATUS_OK);
	CHECK_EQ(
	        file_write(
	                f->shell.state, "admin_key.pub",
	                span_text("ssh-ed25519 "
	                          "AAAAC3NzaC1lZDI1NTE5AAAAIDAxMjM0NTY3ODlhYmNkZWZnaGlqa2xtbm9w"
	                          "cXJzdHV2 admin\n")),
	        STATUS_OK);
	CHECK(startup_load(f));
	CHECK(f->started);
	text = configuration(f);
	CHECK_TEXT(
	        text,
	        "#\n version 7.1.070, Release " SALLYPORT_VERSION "\n#\n sysname Sallyport\n"
	        "#\npublic-key peer admin\n public-key-code begin\n"
	        "  302A300506032B6570032100303132333435363738396162636465666768696A6B6C6D6E6F\n"
	        "  70717273747576\n public-key-code end\npeer-public-key end\n"
	        "#\nlocal-user admin class manage\n password hash $y$j9T$salt$hash\n"
	        " service-type ssh terminal\n"
	        " authorization-attribute user-role network-admin\n"
	        "#\n ssh server enable\n sftp server enable\n scp server enable\n"
	        " aaa session-limit ssh 1048576\n"
	        "#\n ssh user admin service-type all authentication-type any assign publickey "
	        "admin\n"
	        "#\nline vty 0 1048575\n authentication-mode scheme\n protocol inbound ssh\n"
	        " idle-timeout 10 0\n#\nreturn\n");
	free(text);
	fixture_free(f);
}

TEST(a_broken_file_changes_nothing_and_the_login_says_so)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;

	fixture_flash(f);
	startup_write(f, "#\nsysname half\n#\nsysname a b\n#\nssh server port 99\n");
	CHECK(startup_load(f));
	CHECK(f->started);
	CHECK_TEXT(f->shell.sysname, "Sallyport");
	CHECK(strstr(shown(f), "^") != NULL);
	CHECK(strstr(f->log.data, "line 4") != NULL);
	d = fixture_open(f, DIALOGUE_SHELL, true, API_ROLE_ADMIN, "");
	dialogue_credit(d, 8192);
	settle(f);
	CHECK(strstr(shown(f), "startup.cfg could not be applied (line 4)") != NULL);
	fixture_free(f);
}

TEST(control_that_is_configured_keeps_its_configuration)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	fixture_exec(f, "system-view\nsysname kept");
	startup_write(f, "sysname other\n");
	CHECK(startup_load(f));
	CHECK(f->started);
	CHECK_TEXT(f->shell.sysname, "kept");
	fixture_free(f);
}

TEST(a_configuration_of_twenty_megabytes_is_read)
{
	struct fixture *f = fixture_new();
	struct text text = {0};

	fixture_flash(f);
	while (text.len < 20u << 20)
		text_format(&text,
		            "#\nsysname n%zu\n#\nssh user u%zu service-type all "
		            "authentication-type "
		            "password\n",
		            text.len, text.len % 1000);
	CHECK_EQ(file_write(f->shell.flash, CONFIG_FILE, text_span(&text)), STATUS_OK);
	CHECK(startup_load(f));
	CHECK(f->shell.notice == NULL);
	CHECK(strncmp(f->shell.sysname, "n2", 2) == 0);
	text_fini(&text);
	fixture_free(f);
}

// --- keys --------------------------------------------------------------------------------------

TEST(a_key_becomes_code_and_comes_back)
{
	uint8_t der_bytes[256], blob_bytes[256];
	struct builder der = builder_over(der_bytes, sizeof(der_bytes));
	struct builder blob = builder_over(blob_bytes, sizeof(blob_bytes));
	struct span key = span_of(ED25519_BLOB, 51);

	CHECK_EQ(key_code_from_blob(key, &der), STATUS_OK);
	CHECK_EQ(der.len, 44);
	CHECK_EQ(key_code_to_blob(builder_span(&der), &blob), STATUS_OK);
	CHECK(span_equal(builder_span(&blob), key));
}

TEST(an_rsa_key_becomes_code_and_comes_back)
{
	uint8_t key_bytes[600], der_bytes[600], blob_bytes[600], modulus[256];
	struct builder key = builder_over(key_bytes, sizeof(key_bytes));
	struct builder der = builder_over(der_bytes, sizeof(der_bytes));
	struct builder blob = builder_over(blob_bytes, sizeof(blob_bytes));
	const char *type;
	uint32_t bits;

	memset(modulus, 0xa5, sizeof(modulus));
	builder_text(&key, "ssh-rsa");
	builder_mpint(&key, span_of("\001\000\001", 3));
	builder_mpint(&key, span_of(modulus, sizeof(modulus)));
	CHECK_EQ(key_code_from_blob(builder_span(&key), &der), STATUS_OK);
	CHECK_EQ(key_code_to_blob(builder_span(&der), &blob), STATUS_OK);
	CHECK(span_equal(builder_span(&blob), builder_span(&key)));
	CHECK(key_describe(builder_span(&key), &type, &bits));
	CHECK_TEXT(type, "RSA");
	CHECK_EQ(bits, 2048);
}

TEST(an_rfc_4716_file_is_imported)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	CHECK_EQ(file_write(
	                 f->shell.flash, "k.pub",
	                 span_text(
	                         "---- BEGIN SSH2 PUBLIC KEY ----\r\nComment: \"a \\\r\nb\"\r\n"
	                         "AAAAC3NzaC1lZDI1NTE5AAAAIDAxMjM0NTY3ODlhYmNkZWZn\r\n"
	                         "aGlqa2xtbm9wcXJzdHV2\r\n---- END SSH2 PUBLIC KEY ----\r\n")),
	         STATUS_OK);
	CHECK_TEXT(fixture_exec(f, "system-view\npublic-key peer k import sshkey k.pub"), "");
	CHECK(strstr(fixture_exec(f, "display public-key peer brief"),
	             "ED25519  256      k\n") != NULL);
	CHECK_TEXT(fixture_exec(f, "system-view\npublic-key peer k import sshkey none.pub"),
	           " % The file flash:/none.pub does not exist.\n");
	fixture_free(f);
}

TEST(a_broken_key_code_is_discarded_with_a_message)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f,
	                        "system-view\npublic-key peer k\npublic-key-code begin\n3030\n"
	                        "public-key-code end\npeer-public-key end"),
	           " % The public key code is invalid; the key is discarded.\n");
	CHECK_EQ(f->exit_status, 1);
	fixture_free(f);
}

CHECK_MAIN()
