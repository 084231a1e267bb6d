// Key pairs of the device and public keys of peers, as the manual handles them.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

static const char *typed(struct fixture *f, struct dialogue *d, const char *keys)
{
	shown_clear(f);
	type_text(f, d, keys);
	return shown(f);
}

static struct dialogue *in_system_view(struct fixture *f)
{
	struct dialogue *d = fixture_terminal(f);

	type_text(f, d, "system-view\r");
	return d;
}

// --- create ------------------------------------------------------------------------------------

TEST(creating_an_rsa_pair_asks_for_its_length_in_the_manuals_words)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = in_system_view(f);

	CHECK_TEXT(typed(f, d, "public-key local create rsa\r"),
	           "public-key local create rsa\r\n"
	           "The range of public key modulus is (2048 ~ 4096).\r\n"
	           "If the key modulus is greater than 512, it will take a few minutes.\r\n"
	           "Press CTRL+C to abort.\r\n"
	           "Input the modulus length [default = 3072]:");
	CHECK_TEXT(typed(f, d, "2048\r"), "2048\r\nGenerating Keys...\r\n"
	                                  "Create the key pair successfully.\r\n[Sallyport]");
	CHECK_EQ(f->host_key_bits[1], 2048);
	fixture_free(f);
}

TEST(an_existing_pair_is_replaced_only_after_a_yes)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = in_system_view(f);

	f->host_key_bits[1] = 4096;
	CHECK(strstr(typed(f, d, "rsa local-key-pair create\r"),
	             "\r\nThe local key pair already exists.\r\n"
	             "Confirm to replace it? [Y/N]:") != NULL);
	typed(f, d, "n\r");
	CHECK_EQ(f->host_key_bits[1], 4096);
	CHECK(strstr(typed(f, d, "public-key local create rsa\ry\r\r"),
	             "Create the key pair successfully.") != NULL);
	CHECK_EQ(f->host_key_bits[1], 3072);
	fixture_free(f);
}

TEST(a_length_out_of_range_creates_nothing)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = in_system_view(f);

	CHECK(strstr(typed(f, d, "public-key local create rsa\r1024\r"),
	             " % The modulus length is out of range.") != NULL);
	CHECK_EQ(f->host_key_bits[1], 0);
	fixture_free(f);
}

TEST(elliptic_pairs_are_created_without_a_question)
{
	struct fixture *f = fixture_new();

	CHECK_TEXT(fixture_exec(f, "system-view\npublic-key local create ecdsa secp256r1"),
	           "Generating Keys...\nCreate the key pair successfully.\n");
	fixture_exec(f, "system-view\npublic-key local create ed25519\n"
	                "public-key local create ecdsa secp521r1\n"
	                "public-key local create dsa");
	CHECK_EQ(f->host_key_bits[4], 521);
	CHECK_EQ(f->host_key_bits[5], 1024);
	CHECK_EQ(f->host_key_bits[0], 256);
	CHECK_EQ(f->host_key_bits[2], 256);
	fixture_free(f);
}

// --- destroy -----------------------------------------------------------------------------------

TEST(destroying_asks_first)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = in_system_view(f);

	f->host_key_bits[1] = 3072;
	CHECK_TEXT(typed(f, d, "public-key local destroy rsa\r"),
	           "public-key local destroy rsa\r\nConfirm to destroy the key pair? [Y/N]:");
	typed(f, d, "\r");
	CHECK_EQ(f->host_key_bits[1], 3072);
	typed(f, d, "rsa local-key-pair destroy\ry\r");
	CHECK_EQ(f->host_key_bits[1], 0);
	CHECK(strstr(typed(f, d, "public-key local destroy rsa\r"),
	             " % The local key pair does not exist.") != NULL);
	fixture_free(f);
}

// --- display and export ------------------------------------------------------------------------

TEST(local_keys_display_in_the_layout_of_version_7_with_a_fingerprint)
{
	struct fixture *f = fixture_new();

	f->host_key_bits[0] = 256;
	CHECK_TEXT(
	        fixture_exec(f, "display public-key local ed25519 public"),
	        "\n=============================================\nKey name: ed25519key "
	        "(default)\n"
	        "Key type: ED25519\nTime when key pair created: 00:00:00 1970/01/02\n"
	        "Fingerprint: SHA256:w6zG4u2pA15JULoa5tgER6gnKKwDJ6skoeb6LOIB4mg\nKey code:\n\n"
	        "   302A300506032B6570032100C555555555555555555555555555555555555555555555555"
	        "5\n   55555555555555\n\n");
	CHECK_TEXT(fixture_exec(f, "display rsa local-key-pair public"), "");
	fixture_free(f);
}

TEST(keys_export_in_the_forms_of_other_programs)
{
	struct fixture *f = fixture_new();

	f->host_key_bits[0] = 256;
	f->host_key_bits[1] = 2048;
	CHECK_TEXT(
	        fixture_exec(f, "system-view\npublic-key local export ed25519 openssh"),
	        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV"
	        "VVVV ed25519-key\n");
	CHECK_TEXT(fixture_exec(f, "system-view\npublic-key local export ed25519 ssh2"),
	           "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"ed25519-key-1970/01/02\"\n"
	           "AAAAC3NzaC1lZDI1NTE5AAAAIMVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV\nVVVV\n"
	           "---- END SSH2 PUBLIC KEY ----\n");
	CHECK(strncmp(fixture_exec(f, "system-view\nrsa local-key-pair export ssh1"),
	              "2048 65537 24911025513302234794", 31) == 0);
	fixture_free(f);
}

TEST(an_exported_file_can_be_imported_as_a_peer)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	f->host_key_bits[1] = 2048;
	CHECK_TEXT(fixture_exec(f, "system-view\npublic-key local export rsa ssh2 key.pub"),
	           "");
	CHECK_TEXT(fixture_exec(f, "system-view\npublic-key peer k2 import sshkey key.pub\n"
	                           "rsa peer-public-key k3 import sshkey flash:/key.pub"),
	           "");
	CHECK_TEXT(fixture_exec(f, "display public-key peer brief"),
	           "Type     Modulus  Name\n---------------------------\n"
	           "RSA      2048     k2\nRSA      2048     k3\n");
	CHECK(strstr(fixture_exec(f, "display rsa peer-public-key name k2"),
	             "\nKey name: k2\nKey type: RSA\nKey modulus: 2048\n===") != NULL);
	CHECK(strstr(fixture_exec(f, "display public-key peer name k3"),
	             "\nKey name: k3\nKey type: RSA\n") != NULL);
	CHECK(strstr(fixture_exec(f, "display rsa peer-public-key brief"),
	             "RSA      2048     k3\n") != NULL);
	fixture_exec(f, "system-view\nundo rsa peer-public-key k3\nundo public-key peer k2");
	CHECK_TEXT(fixture_exec(f, "display rsa peer-public-key"), "");
	fixture_free(f);
}

TEST(a_key_in_the_text_of_ssh_1_can_be_imported)
{
	struct fixture *f = fixture_new();
	const char *code;

	fixture_flash(f);
	f->host_key_bits[1] = 2048;
	fixture_exec(f, "system-view\npublic-key local export rsa ssh1 old.pub\n"
	                "public-key local export rsa ssh2 new.pub\n"
	                "public-key peer old import sshkey old.pub\n"
	                "public-key peer new import sshkey new.pub");
	code = strstr(fixture_exec(f, "display public-key peer name old"), "Key code:");
	CHECK(code != NULL);
	if (code != NULL) {
		char *kept = strdup(code);

		CHECK_TEXT(strstr(fixture_exec(f, "display public-key peer name new"),
		                  "Key code:"),
		           kept);
		free(kept);
	}
	fixture_free(f);
}

TEST(export_refuses_names_of_the_devices_own_files)
{
	struct fixture *f = fixture_new();

	f->host_key_bits[1] = 2048;
	CHECK_TEXT(fixture_exec(f, "system-view\npublic-key local export rsa ssh2 hostkey"),
	           " % The file name is invalid.\n");
	CHECK_TEXT(fixture_exec(f, "system-view\npublic-key local export rsa ssh2 ../k"),
	           " % The file name is invalid.\n");
	CHECK_TEXT(fixture_exec(f, "system-view\npublic-key local export ecdsa ssh2"),
	           " % The local key pair does not exist.\n");
	fixture_free(f);
}

TEST(the_version_3_spelling_opens_the_key_view)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = in_system_view(f);

	CHECK(strstr(typed(f, d, "rsa peer-public-key old\r"),
	             "[Sallyport-pkey-public-key-old]") != NULL);
	CHECK(strstr(typed(f, d, "peer-public-key end\r"), "\r\n[Sallyport]") != NULL);
	fixture_free(f);
}

CHECK_MAIN()
