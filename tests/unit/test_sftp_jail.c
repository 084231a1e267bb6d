// Containment and bounds of the SFTP server: one claim a class of vulnerability that was found in
// others' servers.
#include "tests/unit/check.h"
#include "tests/unit/sftp_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

// Outside there is secret, and a directory whose name begins with the root's.
static struct sftp_fixture *fixture_with_outside(void)
{
	struct sftp_fixture *f = sftp_fixture();

	fixture_file(f, "secret", "secret");
	if (mkdirat(f->above_fd, "root-of-others", 0755) != 0)
		abort();
	fixture_file(f, "root-of-others/secret", "secret");
	return f;
}

static int open_status(struct sftp_fixture *f, const char *path, uint32_t flags)
{
	ask_open(f, path, flags);
	return status_of(f);
}

TEST(dot_dot_ends_at_the_root)
{
	struct sftp_fixture *f = fixture_with_outside();

	CHECK_EQ(open_status(f, "../secret", SFTP_OPEN_READ), SFTP_NO_SUCH_FILE);
	CHECK_EQ(open_status(f, "/../../../../etc/passwd", SFTP_OPEN_READ), SFTP_NO_SUCH_FILE);
	CHECK_EQ(ask_path(f, SFTP_STAT, "/.."), -1);
	CHECK_EQ(f->type, SFTP_ATTRS);
	ask_path(f, SFTP_REALPATH, "a/../../..");
	CHECK_TEXT(name_of(f), "/");
	sftp_fixture_free(f);
}

TEST(a_sibling_whose_name_begins_like_the_root_is_outside)
{
	struct sftp_fixture *f = fixture_with_outside();

	CHECK_EQ(open_status(f, "../root-of-others/secret", SFTP_OPEN_READ), SFTP_NO_SUCH_FILE);
	CHECK_EQ(ask_path(f, SFTP_OPENDIR, "/../root-of-others"), SFTP_NO_SUCH_FILE);
	sftp_fixture_free(f);
}

TEST(a_symbolic_link_out_is_a_missing_file_for_every_request)
{
	struct sftp_fixture *f = fixture_with_outside();

	if (symlinkat("../secret", f->root, "out") != 0 ||
	    symlinkat("/etc", f->root, "etc") != 0)
		abort();
	CHECK_EQ(open_status(f, "/out", SFTP_OPEN_READ), SFTP_NO_SUCH_FILE);
	CHECK_EQ(open_status(f, "/out", SFTP_OPEN_WRITE), SFTP_NO_SUCH_FILE);
	CHECK_EQ(ask_path(f, SFTP_STAT, "/out"), SFTP_NO_SUCH_FILE);
	CHECK_EQ(open_status(f, "/etc/passwd", SFTP_OPEN_READ), SFTP_NO_SUCH_FILE);
	CHECK_EQ(ask_path(f, SFTP_OPENDIR, "/etc"), SFTP_NO_SUCH_FILE);
	CHECK_EQ(ask_path(f, SFTP_MKDIR, "/etc/new"), SFTP_NO_SUCH_FILE);
	CHECK_EQ(ask_path(f, SFTP_REMOVE, "/etc/passwd"), SFTP_NO_SUCH_FILE);
	CHECK_EQ(ask_paths(f, SFTP_RENAME, "/etc/passwd", "/mine"), SFTP_NO_SUCH_FILE);
	CHECK_EQ(ask_paths(f, SFTP_SYMLINK, "x", "/etc/link"), SFTP_NO_SUCH_FILE);
	sftp_fixture_free(f);
}

TEST(what_lies_outside_cannot_be_told_from_what_is_nowhere)
{
	struct sftp_fixture *f = fixture_with_outside();
	struct blob there, nowhere;

	symlinkat("../secret", f->root, "out1");
	symlinkat("../nothing", f->root, "out2");
	ask_path(f, SFTP_STAT, "/out1");
	there = blob_copy(span_of(f->reply.data + 5, f->reply.len - 5));
	ask_path(f, SFTP_STAT, "/out2");
	nowhere = blob_copy(span_of(f->reply.data + 5, f->reply.len - 5));
	CHECK(there.len > 0 && span_equal(span_blob(&there), span_blob(&nowhere)));
	blob_fini(&there);
	blob_fini(&nowhere);
	sftp_fixture_free(f);
}

TEST(creating_through_a_link_out_creates_nothing)
{
	struct sftp_fixture *f = fixture_with_outside();

	symlinkat("../created", f->root, "out");
	CHECK_EQ(open_status(f, "/out", ALL_BUT_READ), SFTP_NO_SUCH_FILE);
	CHECK_EQ(open_status(f, "/out", SFTP_OPEN_WRITE | SFTP_OPEN_CREAT), SFTP_NO_SUCH_FILE);
	CHECK(fixture_text(f, "created") == NULL);
	sftp_fixture_free(f);
}

TEST(setstat_through_a_link_out_changes_nothing)
{
	struct sftp_fixture *f = fixture_with_outside();
	struct stat st;

	symlinkat("../secret", f->root, "out");
	builder_text(request(f, SFTP_SETSTAT), "/out");
	builder_u32(&f->b, SFTP_ATTR_SIZE | SFTP_ATTR_MODE);
	builder_u64(&f->b, 0);
	builder_u32(&f->b, 0777);
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_NO_SUCH_FILE);
	CHECK(fstatat(f->above_fd, "secret", &st, 0) == 0);
	CHECK_EQ(st.st_size, 6);
	CHECK_EQ(st.st_mode & 0777, 0644);
	sftp_fixture_free(f);
}

TEST(a_hard_link_to_a_link_out_links_the_link)
{
	struct sftp_fixture *f = fixture_with_outside();

	symlinkat("../secret", f->root, "out");
	builder_text(extended(f, "hardlink@openssh.com"), "/out");
	builder_text(&f->b, "/mine");
	request_send(f);
	CHECK_EQ(open_status(f, "/mine", SFTP_OPEN_READ), SFTP_NO_SUCH_FILE);
	sftp_fixture_free(f);
}

TEST(magic_links_of_proc_lead_nowhere)
{
	struct sftp_fixture *f = fixture_with_outside();

	symlinkat("/proc/self/root/etc/passwd", f->root, "a");
	symlinkat("/proc/self/fd/0", f->root, "b");
	symlinkat("/proc/self/cwd", f->root, "c");
	CHECK_EQ(open_status(f, "/a", SFTP_OPEN_READ), SFTP_NO_SUCH_FILE);
	CHECK_EQ(open_status(f, "/b", SFTP_OPEN_READ), SFTP_NO_SUCH_FILE);
	CHECK_EQ(ask_path(f, SFTP_OPENDIR, "/c"), SFTP_NO_SUCH_FILE);
	CHECK_EQ(open_status(f, "/proc/self/mem", SFTP_OPEN_READ), SFTP_NO_SUCH_FILE);
	sftp_fixture_free(f);
}

TEST(the_list_of_the_root_says_nothing_of_what_is_above)
{
	struct sftp_fixture *f = fixture_with_outside();
	struct handle_name h;
	struct stat root;

	fstat(f->root, &root);
	fchmodat(f->above_fd, ".", 0711, 0);
	ask_path(f, SFTP_OPENDIR, "/");
	h = handle_of(f);
	request_on(f, SFTP_READDIR, &h);
	request_send(f);
	CHECK_EQ(cursor_u32(&f->c), 2);
	for (int i = 0; i < 2; i++) {
		cursor_string(&f->c);
		cursor_string(&f->c);
		cursor_bytes(&f->c, 4 + 8 + 8);
		CHECK_EQ(cursor_u32(&f->c), root.st_mode);
		cursor_bytes(&f->c, 8);
	}
	CHECK_EQ(cursor_end(&f->c), STATUS_OK);
	sftp_fixture_free(f);
}

// --- races -------------------------------------------------------------------------------------

struct swapper {
	int root;
	atomic_bool stop;
};

// A directory that is, in turns, a plain one and a link out.
static void *swap(void *arg)
{
	struct swapper *w = arg;

	while (!atomic_load(&w->stop)) {
		renameat2(w->root, "d", w->root, "other", 2); // RENAME_EXCHANGE
	}
	return NULL;
}

TEST(a_directory_swapped_for_a_link_out_while_it_is_used_never_leads_out)
{
	struct sftp_fixture *f = fixture_with_outside();
	struct swapper w = {.root = f->root};
	struct handle_name h;
	unsigned inside = 0, leaked = 0;
	pthread_t thread;

	mkdirat(f->root, "d", 0755);
	symlinkat("..", f->root, "other");
	fixture_file(f, "root/d/secret", "inside");
	if (pthread_create(&thread, NULL, swap, &w) != 0)
		abort();
	for (int i = 0; i < 3000; i++) {
		h = ask_open(f, "/d/secret", SFTP_OPEN_READ);
		if (h.len == 0)
			continue;
		if (span_is(ask_read(f, &h, 0, 6), "inside"))
			inside++;
		else
			leaked++;
		ask_close(f, &h);
		ask_path(f, SFTP_REMOVE, "/d/victim");
		ask_path(f, SFTP_MKDIR, "/d/made");
		ask_path(f, SFTP_RMDIR, "/d/made");
	}
	atomic_store(&w.stop, true);
	pthread_join(thread, NULL);
	CHECK_EQ(leaked, 0);
	CHECK(inside > 0);
	CHECK(faccessat(f->above_fd, "made", F_OK, 0) != 0);
	sftp_fixture_free(f);
}

TEST(an_upload_begun_in_a_directory_that_moves_ends_in_that_directory)
{
	struct sftp_fixture *f = fixture_with_outside();
	struct handle_name h;

	mkdirat(f->root, "d", 0755);
	h = ask_open(f, "/d/file", ALL_BUT_READ);
	ask_write(f, &h, 0, "text");
	renameat(f->root, "d", f->root, "moved");
	symlinkat("..", f->root, "d");
	CHECK_EQ(ask_close(f, &h), SFTP_OK);
	CHECK_TEXT(fixture_text(f, "root/moved/file"), "text");
	CHECK(fixture_text(f, "file") == NULL);
	sftp_fixture_free(f);
}

TEST(setstat_by_handle_is_about_the_open_file_wherever_its_name_leads_now)
{
	struct sftp_fixture *f = fixture_with_outside();
	struct handle_name h;
	struct stat st;

	fixture_file(f, "root/a", "inside");
	h = ask_open(f, "/a", SFTP_OPEN_READ);
	unlinkat(f->root, "a", 0);
	symlinkat("../secret", f->root, "a");
	builder_u32(request_on(f, SFTP_FSETSTAT, &h), SFTP_ATTR_MODE);
	builder_u32(&f->b, 0777);
	request_send(f);
	CHECK(fstatat(f->above_fd, "secret", &st, 0) == 0);
	CHECK_EQ(st.st_mode & 0777, 0644);
	sftp_fixture_free(f);
}

// --- what is no file ---------------------------------------------------------------------------

TEST(a_pipe_is_not_opened_and_nobody_waits_for_it)
{
	struct sftp_fixture *f = fixture_with_outside();

	mkfifoat(f->root, "pipe", 0666);
	CHECK_EQ(open_status(f, "/pipe", SFTP_OPEN_READ), SFTP_PERMISSION_DENIED);
	CHECK(open_status(f, "/pipe", SFTP_OPEN_WRITE) != -1);
	CHECK(open_status(f, "/pipe", ALL_BUT_READ) != -1);
	sftp_fixture_free(f);
}

TEST(a_directory_is_no_file)
{
	struct sftp_fixture *f = fixture_with_outside();

	CHECK_EQ(open_status(f, "/", SFTP_OPEN_READ), SFTP_FAILURE);
	CHECK_EQ(open_status(f, "/", ALL_BUT_READ), SFTP_FAILURE);
	sftp_fixture_free(f);
}

// --- roles -------------------------------------------------------------------------------------

TEST(a_read_only_role_changes_nothing_by_any_request)
{
	struct sftp_fixture *f = sftp_fixture_read_only();
	static const uint8_t one[] = {SFTP_REMOVE, SFTP_MKDIR, SFTP_RMDIR};
	static const uint8_t two[] = {SFTP_RENAME, SFTP_SYMLINK};
	static const char *const names[] = {"posix-rename@openssh.com", "hardlink@openssh.com"};

	fixture_file(f, "root/a", "old");
	for (size_t i = 0; i < sizeof(one); i++)
		CHECK_EQ(ask_path(f, one[i], "/a"), SFTP_PERMISSION_DENIED);
	for (size_t i = 0; i < sizeof(two); i++)
		CHECK_EQ(ask_paths(f, two[i], "/a", "/b"), SFTP_PERMISSION_DENIED);
	for (size_t i = 0; i < 2; i++) {
		builder_text(extended(f, names[i]), "/a");
		builder_text(&f->b, "/b");
		request_send(f);
		CHECK_EQ(status_of(f), SFTP_PERMISSION_DENIED);
	}
	CHECK_TEXT(fixture_text(f, "root/a"), "old");
	sftp_fixture_free(f);
}

TEST(a_read_only_role_covers_every_open_flag)
{
	struct sftp_fixture *f = sftp_fixture_read_only();

	fixture_file(f, "root/a", "old");
	for (uint32_t flag = SFTP_OPEN_WRITE; flag <= SFTP_OPEN_EXCL; flag <<= 1) {
		CHECK_EQ(open_status(f, "/a", flag), SFTP_PERMISSION_DENIED);
		CHECK_EQ(open_status(f, "/b", SFTP_OPEN_READ | flag), SFTP_PERMISSION_DENIED);
	}
	CHECK(fixture_text(f, "root/b") == NULL);
	sftp_fixture_free(f);
}

TEST(a_read_only_role_sets_nothing_by_handle)
{
	struct sftp_fixture *f = sftp_fixture_read_only();
	struct handle_name h;

	fixture_file(f, "root/a", "old");
	h = ask_open(f, "/a", SFTP_OPEN_READ);
	builder_u32(request_on(f, SFTP_FSETSTAT, &h), SFTP_ATTR_SIZE);
	builder_u64(&f->b, 0);
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_PERMISSION_DENIED);
	CHECK_EQ(ask_write(f, &h, 0, "x"), SFTP_FAILURE);
	CHECK_TEXT(fixture_text(f, "root/a"), "old");
	sftp_fixture_free(f);
}

TEST(a_read_only_role_reads_what_everybody_may_read)
{
	struct sftp_fixture *f = sftp_fixture_read_only();

	fixture_file(f, "root/a", "hash");
	CHECK_EQ(open_status(f, "/a", SFTP_OPEN_READ), -1);
	fchmodat(f->root, "a", 0600, 0);
	CHECK_EQ(open_status(f, "/a", SFTP_OPEN_READ), SFTP_PERMISSION_DENIED);
	sftp_fixture_free(f);
}

// --- bounds ------------------------------------------------------------------------------------

TEST(forged_stale_short_and_long_handles_are_failures)
{
	struct sftp_fixture *f = fixture_with_outside();
	struct handle_name good, bad;

	fixture_file(f, "root/a", "text");
	good = ask_open(f, "/a", SFTP_OPEN_READ);
	bad = good;
	bad.bytes[7] ^= 1;
	CHECK_EQ(ask_close(f, &bad), SFTP_FAILURE);
	bad = good;
	bad.bytes[0] = 0xff;
	CHECK_EQ(ask_close(f, &bad), SFTP_FAILURE);
	bad = good;
	for (bad.len = 0; bad.len < 8; bad.len++)
		CHECK_EQ(ask_close(f, &bad), SFTP_FAILURE);
	bad.len = 16;
	CHECK_EQ(ask_close(f, &bad), SFTP_FAILURE);
	CHECK_EQ(ask_close(f, &good), SFTP_OK);
	CHECK_EQ(ask_close(f, &good), SFTP_FAILURE);
	ask_read(f, &good, 0, 4);
	CHECK_EQ(status_of(f), SFTP_FAILURE);
	sftp_fixture_free(f);
}

TEST(handles_are_bounded_and_come_back_when_closed)
{
	struct sftp_fixture *f = fixture_with_outside();
	struct handle_name last = {.len = 0};

	fixture_file(f, "root/a", "text");
	for (unsigned i = 0; i < SFTP_HANDLES; i++)
		last = ask_open(f, "/a", SFTP_OPEN_READ);
	CHECK_EQ(last.len, 8);
	CHECK_EQ(open_status(f, "/a", SFTP_OPEN_READ), SFTP_FAILURE);
	CHECK_EQ(ask_path(f, SFTP_OPENDIR, "/"), SFTP_FAILURE);
	CHECK_EQ(ask_close(f, &last), SFTP_OK);
	CHECK_EQ(open_status(f, "/a", SFTP_OPEN_READ), -1);
	sftp_fixture_free(f);
}

TEST(a_file_handle_lists_nothing_and_a_directory_handle_reads_nothing)
{
	struct sftp_fixture *f = fixture_with_outside();
	struct handle_name file, directory;

	fixture_file(f, "root/a", "text");
	file = ask_open(f, "/a", SFTP_OPEN_READ);
	ask_path(f, SFTP_OPENDIR, "/");
	directory = handle_of(f);
	request_on(f, SFTP_READDIR, &file);
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_FAILURE);
	ask_read(f, &directory, 0, 10);
	CHECK_EQ(status_of(f), SFTP_FAILURE);
	CHECK_EQ(ask_write(f, &directory, 0, "x"), SFTP_FAILURE);
	CHECK_EQ(ask_write(f, &file, 0, "x"), SFTP_FAILURE);
	sftp_fixture_free(f);
}

TEST(a_read_of_four_gigabytes_is_clamped)
{
	struct sftp_fixture *f = fixture_with_outside();
	struct handle_name h;

	fixture_file(f, "root/a", "text");
	if (fchmodat(f->root, "a", 0644, 0) != 0)
		abort();
	builder_text(request(f, SFTP_SETSTAT), "/a");
	builder_u32(&f->b, SFTP_ATTR_SIZE);
	builder_u64(&f->b, 1 << 20);
	request_send(f);
	h = ask_open(f, "/a", SFTP_OPEN_READ);
	CHECK_EQ(ask_read(f, &h, 0, UINT32_MAX).len, SFTP_DATA_MAX);
	sftp_fixture_free(f);
}

TEST(a_path_above_the_bound_or_with_a_nul_is_a_bad_message)
{
	struct sftp_fixture *f = fixture_with_outside();
	char path[5000];

	memset(path, 'a', sizeof(path));
	path[4097] = 0;
	CHECK_EQ(ask_path(f, SFTP_STAT, path), SFTP_BAD_MESSAGE);
	path[4096] = 0;
	CHECK_EQ(ask_path(f, SFTP_STAT, path), SFTP_FAILURE); // a name above 255
	builder_string(request(f, SFTP_STAT), span_of("/a\0b", 4));
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_BAD_MESSAGE);
	sftp_fixture_free(f);
}

TEST(attributes_that_promise_more_extensions_than_there_are_bytes_are_refused_at_once)
{
	struct sftp_fixture *f = fixture_with_outside();

	builder_text(request(f, SFTP_SETSTAT), "/");
	builder_u32(&f->b, SFTP_ATTR_EXTENDED);
	builder_u32(&f->b, UINT32_MAX);
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_BAD_MESSAGE);
	sftp_fixture_free(f);
}

TEST(a_file_is_not_copied_onto_itself)
{
	struct sftp_fixture *f = fixture_with_outside();
	struct handle_name from, to;

	fixture_file(f, "root/a", "text");
	from = ask_open(f, "/a", SFTP_OPEN_READ);
	to = ask_open(f, "/a", SFTP_OPEN_WRITE);
	builder_string(extended(f, "copy-data"), span_of(from.bytes, from.len));
	builder_u64(&f->b, 0);
	builder_u64(&f->b, 0);
	builder_string(&f->b, span_of(to.bytes, to.len));
	builder_u64(&f->b, 4);
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_FAILURE);
	sftp_fixture_free(f);
}

CHECK_MAIN()
