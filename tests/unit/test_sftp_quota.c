// Quotas: what a session may add to its directory, by every request that adds.
#include "tests/unit/check.h"
#include "tests/unit/sftp_fixture.h"

#include "cli/files/scp.h"

static struct quotas quotas = QUOTAS_INIT;

static struct sftp_fixture *limited(uint64_t bytes, uint64_t files)
{
	struct sftp_fixture *f = sftp_fixture();

	f->p->quotas = &quotas;
	f->p->limits = (struct quota_limits){bytes, files};
	return f;
}

// Once the files of the test are there.
static void enter(struct sftp_fixture *f)
{
	if (!program_enter(f->p))
		abort();
}

static bool says_quota(struct sftp_fixture *f)
{
	return status_of(f) == SFTP_FAILURE &&
	       span_is(cursor_string(&f->c), "Disk quota exceeded");
}

TEST(an_upload_beyond_the_bytes_is_refused_and_the_old_file_stays)
{
	struct sftp_fixture *f = limited(10, 0);
	struct handle_name h;

	fixture_file(f, "root/a", "old");
	enter(f);
	h = ask_open(f, "/a", ALL_BUT_READ);
	builder_u64(request_on(f, SFTP_WRITE, &h), 0);
	builder_text(&f->b, "01234567890");
	request_send(f);
	CHECK(says_quota(f));
	CHECK_EQ(ask_close(f, &h), SFTP_FAILURE);
	CHECK_TEXT(fixture_text(f, "root/a"), "old");
	sftp_fixture_free(f);
}

TEST(a_file_as_large_as_the_one_it_replaces_costs_nothing)
{
	struct sftp_fixture *f = limited(10, 1);
	struct handle_name h;

	fixture_file(f, "root/a", "0123456789");
	enter(f);
	h = ask_open(f, "/a", ALL_BUT_READ);
	CHECK_EQ(ask_write(f, &h, 0, "abcdefghij"), SFTP_OK);
	CHECK_EQ(ask_close(f, &h), SFTP_OK);
	CHECK_TEXT(fixture_text(f, "root/a"), "abcdefghij");
	sftp_fixture_free(f);
}

TEST(what_is_removed_may_be_written_again)
{
	struct sftp_fixture *f = limited(10, 1);
	struct handle_name h;

	fixture_file(f, "root/a", "0123456789");
	enter(f);
	h = ask_open(f, "/b", ALL_BUT_READ);
	CHECK_EQ(h.len, 0);
	CHECK_EQ(ask_path(f, SFTP_REMOVE, "/a"), SFTP_OK);
	h = ask_open(f, "/b", ALL_BUT_READ);
	CHECK_EQ(ask_write(f, &h, 0, "0123456789"), SFTP_OK);
	CHECK_EQ(ask_close(f, &h), SFTP_OK);
	sftp_fixture_free(f);
}

TEST(what_was_given_up_costs_nothing)
{
	struct sftp_fixture *f = limited(10, 1);
	struct handle_name h;

	enter(f);
	for (int i = 0; i < 3; i++) {
		h = ask_open(f, "/a", ALL_BUT_READ);
		CHECK_EQ(ask_write(f, &h, 0, "01234567"), SFTP_OK);
		CHECK_EQ(ask_write(f, &h, 8, "890"), SFTP_FAILURE);
		CHECK_EQ(ask_close(f, &h), SFTP_FAILURE);
	}
	h = ask_open(f, "/a", ALL_BUT_READ);
	CHECK_EQ(ask_write(f, &h, 0, "0123456789"), SFTP_OK);
	CHECK_EQ(ask_close(f, &h), SFTP_OK);
	sftp_fixture_free(f);
}

TEST(a_resumed_upload_pays_for_what_it_adds)
{
	struct sftp_fixture *f = limited(10, 1);
	struct handle_name h;

	fixture_file(f, "root/a", "01234567");
	enter(f);
	h = ask_open(f, "/a", SFTP_OPEN_WRITE);
	CHECK_EQ(ask_write(f, &h, 8, "89"), SFTP_OK);
	CHECK_EQ(ask_write(f, &h, 10, "a"), SFTP_FAILURE);
	CHECK_EQ(ask_close(f, &h), SFTP_OK);
	CHECK_TEXT(fixture_text(f, "root/a"), "0123456789");
	sftp_fixture_free(f);
}

TEST(append_pays_too)
{
	struct sftp_fixture *f = limited(10, 1);
	struct handle_name h;

	fixture_file(f, "root/a", "01234567");
	enter(f);
	h = ask_open(f, "/a", SFTP_OPEN_WRITE | SFTP_OPEN_APPEND);
	CHECK_EQ(ask_write(f, &h, 0, "89"), SFTP_OK);
	CHECK_EQ(ask_write(f, &h, 0, "a"), SFTP_FAILURE);
	sftp_fixture_free(f);
}

TEST(a_hole_counts_as_its_size)
{
	struct sftp_fixture *f = limited(1000, 0);
	struct handle_name h;

	enter(f);
	h = ask_open(f, "/a", ALL_BUT_READ);
	CHECK_EQ(ask_write(f, &h, 1000, "x"), SFTP_FAILURE);
	builder_u32(request_on(f, SFTP_FSETSTAT, &h), SFTP_ATTR_SIZE);
	builder_u64(&f->b, 1001);
	request_send(f);
	CHECK(says_quota(f));
	sftp_fixture_free(f);
}

TEST(a_file_grown_by_its_path_pays)
{
	struct sftp_fixture *f = limited(10, 0);

	fixture_file(f, "root/a", "x");
	enter(f);
	builder_text(request(f, SFTP_SETSTAT), "/a");
	builder_u32(&f->b, SFTP_ATTR_SIZE);
	builder_u64(&f->b, 11);
	request_send(f);
	CHECK(says_quota(f));
	CHECK_TEXT(fixture_text(f, "root/a"), "x");
	sftp_fixture_free(f);
}

TEST(directories_and_links_count_as_files)
{
	struct sftp_fixture *f = limited(0, 3);

	fixture_file(f, "root/a", "x");
	enter(f);
	CHECK_EQ(ask_path(f, SFTP_MKDIR, "/d"), SFTP_OK);
	CHECK_EQ(ask_paths(f, SFTP_SYMLINK, "a", "/l"), SFTP_OK);
	CHECK_EQ(ask_path(f, SFTP_MKDIR, "/e"), SFTP_FAILURE);
	CHECK_EQ(ask_paths(f, SFTP_SYMLINK, "a", "/m"), SFTP_FAILURE);
	builder_text(extended(f, "hardlink@openssh.com"), "/a");
	builder_text(&f->b, "/h");
	request_send(f);
	CHECK(says_quota(f));
	sftp_fixture_free(f);
}

TEST(copy_data_pays)
{
	struct sftp_fixture *f = limited(15, 0);
	struct handle_name from, to;

	fixture_file(f, "root/a", "0123456789");
	enter(f);
	from = ask_open(f, "/a", SFTP_OPEN_READ);
	to = ask_open(f, "/b", ALL_BUT_READ);
	builder_string(extended(f, "copy-data"), span_of(from.bytes, from.len));
	builder_u64(&f->b, 0);
	builder_u64(&f->b, 0);
	builder_string(&f->b, span_of(to.bytes, to.len));
	builder_u64(&f->b, 0);
	request_send(f);
	CHECK(says_quota(f));
	sftp_fixture_free(f);
}

TEST(df_shows_the_quota_as_the_size_of_the_disk)
{
	struct sftp_fixture *f = limited(40960, 5);
	uint64_t block;

	fixture_file(f, "root/a", "0123456789");
	enter(f);
	builder_text(extended(f, "statvfs@openssh.com"), "/");
	request_send(f);
	cursor_u64(&f->c);
	block = cursor_u64(&f->c);
	CHECK_EQ(cursor_u64(&f->c), 40960 / block);
	cursor_u64(&f->c);
	CHECK_EQ(cursor_u64(&f->c), 40950 / block);
	CHECK_EQ(cursor_u64(&f->c), 5);
	cursor_u64(&f->c);
	CHECK_EQ(cursor_u64(&f->c), 4);
	sftp_fixture_free(f);
}

TEST(two_sessions_in_one_directory_share_the_count)
{
	struct sftp_fixture *f = limited(10, 0);
	struct quota *other;

	enter(f);
	other = quota_open(&quotas, f->root, (struct quota_limits){10, 0});
	CHECK(quota_hold(other, 6, 1));
	struct handle_name h = ask_open(f, "/a", ALL_BUT_READ);
	CHECK_EQ(ask_write(f, &h, 0, "01234"), SFTP_FAILURE);
	quota_release(other, 6, 1);
	CHECK_EQ(ask_write(f, &h, 0, "01234"), SFTP_OK);
	quota_close(other);
	sftp_fixture_free(f);
}

TEST(a_tree_is_counted_with_all_that_is_in_it)
{
	struct sftp_fixture *f = limited(0, 0);
	struct quota_use use;

	ask_path(f, SFTP_MKDIR, "/d");
	ask_path(f, SFTP_MKDIR, "/d/e");
	fixture_file(f, "root/d/e/f", "12345");
	ask_paths(f, SFTP_SYMLINK, "/", "/d/out");
	CHECK(quota_count(f->root, &use));
	CHECK_EQ(use.files, 4);
	CHECK_EQ(use.bytes, 5);
	sftp_fixture_free(f);
}

TEST(scp_refuses_a_file_beyond_the_quota_before_its_bytes)
{
	struct sftp_fixture *f = limited(10, 0);
	struct program *p;

	fixture_file(f, "root/a", "old");
	p = scp_new(&(struct program_setup){.root = f->root,
	                                    .quotas = &quotas,
	                                    .limits = {10, 0},
	                                    .user = span_text("tester")},
	            span_text("scp -t ."));
	text_puts(&p->in, "C0644 11 a\n");
	CHECK(program_enter(p));
	while (p->kind->run(p) == PROGRAM_AGAIN)
		continue;
	text_add(&p->out, "", 1);
	CHECK_TEXT(p->out.data + 1, "\1scp: /a: Disk quota exceeded\n");
	CHECK_TEXT(fixture_text(f, "root/a"), "old");
	p->kind->free(p);
	sftp_fixture_free(f);
}

TEST(nothing_is_held_when_all_have_left)
{
	CHECK(quotas.first == NULL);
}

CHECK_MAIN()
