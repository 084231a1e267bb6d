// The SFTP server: requests in, answers out.
#include "tests/unit/check.h"
#include "tests/unit/sftp_fixture.h"

// --- the session -------------------------------------------------------------------------------

TEST(init_is_answered_by_version_3_and_the_extensions)
{
	struct sftp_fixture *f = sftp_fixture();
	unsigned names = 0;

	CHECK_EQ(f->type, SFTP_VERSION_REPLY);
	CHECK_EQ(f->id, 3);
	for (; cursor_left(&f->c) > 0; names++) {
		cursor_string(&f->c);
		cursor_string(&f->c);
	}
	CHECK_EQ(names, 11);
	CHECK_EQ(cursor_end(&f->c), STATUS_OK);
	sftp_fixture_free(f);
}

TEST(a_request_before_init_ends_the_session)
{
	struct sftp_fixture *f = sftp_fixture_bare(false);

	ask_path(f, SFTP_STAT, "/");
	CHECK(f->over);
	CHECK_EQ(f->p->exit_status, 1);
	sftp_fixture_free(f);
}

TEST(a_second_init_ends_the_session)
{
	struct sftp_fixture *f = sftp_fixture();

	ask_init(f);
	CHECK(f->over);
	sftp_fixture_free(f);
}

TEST(the_end_of_input_ends_the_session_in_good_order)
{
	struct sftp_fixture *f = sftp_fixture();

	f->p->in_ended = true;
	fixture_run(f);
	CHECK(f->over);
	CHECK_EQ(f->p->exit_status, 0);
	sftp_fixture_free(f);
}

TEST(a_packet_above_the_bound_ends_the_session)
{
	struct sftp_fixture *f = sftp_fixture();

	text_add(&f->p->in, "\x00\x04\x00\x01", 4);
	fixture_run(f);
	CHECK(f->over);
	sftp_fixture_free(f);
}

TEST(an_empty_packet_ends_the_session)
{
	struct sftp_fixture *f = sftp_fixture();

	text_add(&f->p->in, "\0\0\0\0", 4);
	fixture_run(f);
	CHECK(f->over);
	sftp_fixture_free(f);
}

TEST(a_request_that_comes_byte_by_byte_is_run_once_it_is_whole)
{
	struct sftp_fixture *f = sftp_fixture();
	size_t len;

	builder_text(request(f, SFTP_REALPATH), "a/./b/../c");
	len = f->b.len;
	request_put(f);
	text_take(&f->p->in, len);
	for (size_t i = 0; i < len; i++) {
		CHECK_EQ(text_left(&f->p->out), 0);
		text_add(&f->p->in, f->bytes + i, 1);
		fixture_run(f);
	}
	reply_take(f);
	CHECK_TEXT(name_of(f), "/a/c");
	sftp_fixture_free(f);
}

TEST(an_unknown_request_is_unsupported)
{
	struct sftp_fixture *f = sftp_fixture();

	CHECK_EQ(ask_path(f, 99, "/"), SFTP_OP_UNSUPPORTED);
	CHECK_EQ(ask_path(f, SFTP_EXTENDED, "nobody@example.org"), SFTP_OP_UNSUPPORTED);
	sftp_fixture_free(f);
}

TEST(a_short_request_and_one_with_trailing_bytes_are_bad_messages)
{
	struct sftp_fixture *f = sftp_fixture();

	builder_u32(request(f, SFTP_STAT), 100);
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_BAD_MESSAGE);
	builder_text(request(f, SFTP_STAT), "/");
	builder_u8(&f->b, 0);
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_BAD_MESSAGE);
	CHECK(!f->over);
	sftp_fixture_free(f);
}

TEST(answers_stop_at_the_bound_and_go_on_when_there_is_room)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h;
	unsigned answers = 0;

	fixture_file(f, "root/a", "");
	builder_text(request(f, SFTP_SETSTAT), "/a");
	builder_u32(&f->b, SFTP_ATTR_SIZE);
	builder_u64(&f->b, 1 << 20);
	request_send(f);
	h = ask_open(f, "/a", SFTP_OPEN_READ);
	for (int i = 0; i < 100; i++) {
		builder_u64(request_on(f, SFTP_READ, &h), 0);
		builder_u32(&f->b, 32768);
		request_put(f);
	}
	while (text_left(&f->p->in) > 0 || text_left(&f->p->out) > 0) {
		fixture_run(f);
		CHECK(text_left(&f->p->out) <= PROGRAM_OUT_HIGH + 33000);
		for (reply_take(f); f->type == SFTP_DATA; reply_take(f))
			answers++;
	}
	CHECK_EQ(answers, 100);
	sftp_fixture_free(f);
}

// --- files -------------------------------------------------------------------------------------

TEST(an_upload_has_its_name_only_when_it_is_closed)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h;

	fixture_file(f, "root/a", "old");
	h = ask_open(f, "/a", ALL_BUT_READ);
	CHECK_EQ(ask_write(f, &h, 0, "new content"), SFTP_OK);
	CHECK_TEXT(fixture_text(f, "root/a"), "old");
	CHECK_EQ(ask_close(f, &h), SFTP_OK);
	CHECK_TEXT(fixture_text(f, "root/a"), "new content");
	sftp_fixture_free(f);
}

TEST(an_upload_cut_short_leaves_the_old_file_and_nothing_else)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h;
	struct stat st;

	fixture_file(f, "root/a", "old");
	h = ask_open(f, "/a", ALL_BUT_READ);
	ask_write(f, &h, 0, "half");
	h = ask_open(f, "/b", ALL_BUT_READ);
	f->p->kind->free(f->p);
	f->p = sftp_new(&(struct program_setup){.root = f->root});
	CHECK_TEXT(fixture_text(f, "root/a"), "old");
	CHECK(fstatat(f->root, "b", &st, 0) != 0);
	CHECK_EQ(unlinkat(f->root, "a", 0), 0);
	CHECK_EQ(unlinkat(f->above_fd, "root", AT_REMOVEDIR), 0);
	sftp_fixture_free(f);
}

TEST(an_upload_hands_on_the_mode_of_the_file_it_replaces)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h;
	struct stat st;

	fixture_file(f, "root/a", "old");
	fchmodat(f->root, "a", 0640, 0);
	h = ask_open(f, "/a", ALL_BUT_READ);
	ask_close(f, &h);
	CHECK(fstatat(f->root, "a", &st, 0) == 0);
	CHECK_EQ(st.st_mode & 0777, 0640);
	sftp_fixture_free(f);
}

TEST(its_own_session_sees_an_upload_as_the_file_it_will_be)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h = ask_open(f, "/a", ALL_BUT_READ);

	ask_write(f, &h, 0, "12345");
	ask_path(f, SFTP_STAT, "/a");
	CHECK_EQ(f->type, SFTP_ATTRS);
	CHECK_EQ(cursor_u32(&f->c) & SFTP_ATTR_SIZE, SFTP_ATTR_SIZE);
	CHECK_EQ(cursor_u64(&f->c), 5);
	sftp_fixture_free(f);
}

TEST(renaming_an_upload_names_it_first_and_its_handle_stays)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h = ask_open(f, "/a", ALL_BUT_READ);

	ask_write(f, &h, 0, "12");
	CHECK_EQ(ask_paths(f, SFTP_RENAME, "/a", "/b"), SFTP_OK);
	CHECK_EQ(ask_write(f, &h, 2, "34"), SFTP_OK);
	CHECK_EQ(ask_close(f, &h), SFTP_OK);
	CHECK_TEXT(fixture_text(f, "root/b"), "1234");
	CHECK(fixture_text(f, "root/a") == NULL);
	sftp_fixture_free(f);
}

TEST(a_resumed_upload_writes_in_place)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h;

	fixture_file(f, "root/a", "0123");
	h = ask_open(f, "/a", SFTP_OPEN_WRITE | SFTP_OPEN_CREAT);
	CHECK_EQ(ask_write(f, &h, 4, "4567"), SFTP_OK);
	CHECK_TEXT(fixture_text(f, "root/a"), "01234567");
	CHECK_EQ(ask_close(f, &h), SFTP_OK);
	sftp_fixture_free(f);
}

TEST(append_writes_behind_whatever_the_offset_says)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h;

	fixture_file(f, "root/a", "0123");
	h = ask_open(f, "/a", SFTP_OPEN_WRITE | SFTP_OPEN_APPEND);
	CHECK_EQ(ask_write(f, &h, 0, "45"), SFTP_OK);
	CHECK_TEXT(fixture_text(f, "root/a"), "012345");
	sftp_fixture_free(f);
}

TEST(exclusive_creation_fails_when_the_file_is_there)
{
	struct sftp_fixture *f = sftp_fixture();

	fixture_file(f, "root/a", "old");
	ask_open(f, "/a", ALL_BUT_READ | SFTP_OPEN_EXCL);
	CHECK_EQ(status_of(f), SFTP_FAILURE);
	CHECK_TEXT(fixture_text(f, "root/a"), "old");
	sftp_fixture_free(f);
}

TEST(a_read_gives_what_there_is_and_then_the_end)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h;
	struct span got;

	fixture_file(f, "root/a", "0123456789");
	h = ask_open(f, "/a", SFTP_OPEN_READ);
	got = ask_read(f, &h, 7, 100);
	CHECK(span_is(got, "789"));
	ask_read(f, &h, 10, 100);
	CHECK_EQ(status_of(f), SFTP_EOF);
	ask_read(f, &h, UINT64_MAX, 100);
	CHECK_EQ(status_of(f), SFTP_FAILURE);
	sftp_fixture_free(f);
}

TEST(a_full_disk_is_a_failure_with_text_and_leaves_the_old_file)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h;
	struct span text;

	fixture_file(f, "root/a", "old");
	h = ask_open(f, "/a", ALL_BUT_READ);
	CHECK_EQ(ask_write(f, &h, 1ull << 62, "x"), SFTP_FAILURE); // as ENOSPC: EFBIG
	text = cursor_string(&f->c);
	CHECK(span_is(text, "File too large"));
	CHECK_EQ(ask_close(f, &h), SFTP_FAILURE);
	CHECK_TEXT(fixture_text(f, "root/a"), "old");
	sftp_fixture_free(f);
}

TEST(times_and_mode_are_set_by_handle_and_by_path)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h = ask_open(f, "/a", ALL_BUT_READ);
	struct stat st;

	builder_u32(request_on(f, SFTP_FSETSTAT, &h), SFTP_ATTR_MODE | SFTP_ATTR_TIMES);
	builder_u32(&f->b, 0100600);
	builder_u32(&f->b, 1000);
	builder_u32(&f->b, 2000);
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_OK);
	ask_close(f, &h);
	CHECK(fstatat(f->root, "a", &st, 0) == 0);
	CHECK_EQ(st.st_mode & 07777, 0600);
	CHECK_EQ(st.st_mtim.tv_sec, 2000);
	builder_text(request(f, SFTP_SETSTAT), "/a");
	builder_u32(&f->b, SFTP_ATTR_SIZE | SFTP_ATTR_MODE);
	builder_u64(&f->b, 77);
	builder_u32(&f->b, 06755); // no set-user-id comes from a client
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_OK);
	CHECK(fstatat(f->root, "a", &st, 0) == 0);
	CHECK_EQ(st.st_mode & 07777, 0755);
	CHECK_EQ(st.st_size, 77);
	sftp_fixture_free(f);
}

// --- names -------------------------------------------------------------------------------------

TEST(rename_keeps_what_is_there_and_posix_rename_replaces_it)
{
	struct sftp_fixture *f = sftp_fixture();

	fixture_file(f, "root/a", "a");
	fixture_file(f, "root/b", "b");
	CHECK_EQ(ask_paths(f, SFTP_RENAME, "/a", "/b"), SFTP_FAILURE);
	builder_text(extended(f, "posix-rename@openssh.com"), "/a");
	builder_text(&f->b, "/b");
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_OK);
	CHECK_TEXT(fixture_text(f, "root/b"), "a");
	sftp_fixture_free(f);
}

TEST(symlink_takes_the_target_first_as_openssh_does)
{
	struct sftp_fixture *f = sftp_fixture();

	CHECK_EQ(ask_paths(f, SFTP_SYMLINK, "target", "/link"), SFTP_OK);
	ask_path(f, SFTP_READLINK, "/link");
	CHECK_TEXT(name_of(f), "target");
	sftp_fixture_free(f);
}

TEST(directories_are_made_listed_and_removed)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h;

	CHECK_EQ(ask_path(f, SFTP_MKDIR, "/d"), SFTP_OK);
	CHECK_EQ(ask_path(f, SFTP_MKDIR, "/d"), SFTP_FAILURE);
	CHECK_EQ(ask_path(f, SFTP_MKDIR, "/"), SFTP_FAILURE);
	fixture_file(f, "root/d/one", "1");
	CHECK_EQ(ask_path(f, SFTP_OPENDIR, "/d"), -1);
	h = handle_of(f);
	request_on(f, SFTP_READDIR, &h);
	request_send(f);
	CHECK_EQ(f->type, SFTP_NAME);
	CHECK_EQ(cursor_u32(&f->c), 3);
	request_on(f, SFTP_READDIR, &h);
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_EOF);
	CHECK_EQ(ask_close(f, &h), SFTP_OK);
	CHECK_EQ(ask_path(f, SFTP_RMDIR, "/d"), SFTP_FAILURE);
	CHECK_EQ(ask_path(f, SFTP_REMOVE, "/d/one"), SFTP_OK);
	CHECK_EQ(ask_path(f, SFTP_RMDIR, "/d"), SFTP_OK);
	CHECK_EQ(ask_path(f, SFTP_RMDIR, "/"), SFTP_FAILURE);
	sftp_fixture_free(f);
}

TEST(a_directory_of_a_thousand_is_listed_once_each)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h;
	char name[32];
	unsigned seen = 0;

	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "root/file%d", i);
		fixture_file(f, name, "");
	}
	ask_path(f, SFTP_OPENDIR, "/");
	h = handle_of(f);
	do {
		request_on(f, SFTP_READDIR, &h);
		request_send(f);
		seen += f->type == SFTP_NAME ? cursor_u32(&f->c) : 0;
	} while (f->type == SFTP_NAME);
	CHECK_EQ(seen, 1002);
	sftp_fixture_free(f);
}

// --- extensions --------------------------------------------------------------------------------

TEST(limits_tell_what_is_taken)
{
	struct sftp_fixture *f = sftp_fixture();

	extended(f, "limits@openssh.com");
	request_send(f);
	CHECK_EQ(f->type, SFTP_EXTENDED_REPLY);
	CHECK_EQ(cursor_u64(&f->c), SFTP_PACKET_MAX);
	CHECK_EQ(cursor_u64(&f->c), SFTP_DATA_MAX);
	CHECK_EQ(cursor_u64(&f->c), SFTP_DATA_MAX);
	CHECK_EQ(cursor_u64(&f->c), SFTP_HANDLES);
	sftp_fixture_free(f);
}

TEST(the_file_system_is_described_by_path_and_by_handle)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name h;

	builder_text(extended(f, "statvfs@openssh.com"), "/");
	request_send(f);
	CHECK_EQ(f->type, SFTP_EXTENDED_REPLY);
	CHECK_EQ(cursor_left(&f->c), 88);
	h = ask_open(f, "/a", ALL_BUT_READ);
	builder_string(extended(f, "fstatvfs@openssh.com"), span_of(h.bytes, h.len));
	request_send(f);
	CHECK_EQ(f->type, SFTP_EXTENDED_REPLY);
	builder_string(extended(f, "fsync@openssh.com"), span_of(h.bytes, h.len));
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_OK);
	sftp_fixture_free(f);
}

TEST(home_and_tilde_are_the_root)
{
	struct sftp_fixture *f = sftp_fixture();

	builder_text(extended(f, "home-directory"), "tester");
	request_send(f);
	CHECK_TEXT(name_of(f), "/");
	builder_text(extended(f, "expand-path@openssh.com"), "~/a");
	request_send(f);
	CHECK_TEXT(name_of(f), "/a");
	builder_text(extended(f, "expand-path@openssh.com"), "~tester/a");
	request_send(f);
	CHECK_TEXT(name_of(f), "/a");
	builder_text(extended(f, "expand-path@openssh.com"), "~root");
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_NO_SUCH_FILE);
	sftp_fixture_free(f);
}

TEST(copy_data_copies_between_handles)
{
	struct sftp_fixture *f = sftp_fixture();
	struct handle_name from, to;

	fixture_file(f, "root/a", "0123456789");
	from = ask_open(f, "/a", SFTP_OPEN_READ);
	to = ask_open(f, "/b", ALL_BUT_READ);
	builder_string(extended(f, "copy-data"), span_of(from.bytes, from.len));
	builder_u64(&f->b, 2);
	builder_u64(&f->b, 0); // to the end
	builder_string(&f->b, span_of(to.bytes, to.len));
	builder_u64(&f->b, 0);
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_OK);
	ask_close(f, &to);
	CHECK_TEXT(fixture_text(f, "root/b"), "23456789");
	sftp_fixture_free(f);
}

TEST(users_and_groups_have_names_when_they_are_the_users_own)
{
	struct sftp_fixture *f = sftp_fixture();
	struct cursor c;

	size_t mark = builder_open(extended(f, "users-groups-by-id@openssh.com"));
	builder_u32(&f->b, geteuid());
	builder_u32(&f->b, 4242);
	builder_close(&f->b, mark);
	builder_text(&f->b, "");
	request_send(f);
	CHECK_EQ(f->type, SFTP_EXTENDED_REPLY);
	c = cursor_over(cursor_string(&f->c));
	CHECK(span_is(cursor_string(&c), "tester"));
	CHECK(span_is(cursor_string(&c), ""));
	CHECK_EQ(cursor_end(&c), STATUS_OK);
	sftp_fixture_free(f);
}

TEST(a_hard_link_is_the_same_file)
{
	struct sftp_fixture *f = sftp_fixture();

	fixture_file(f, "root/a", "same");
	builder_text(extended(f, "hardlink@openssh.com"), "/a");
	builder_text(&f->b, "/b");
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_OK);
	CHECK_TEXT(fixture_text(f, "root/b"), "same");
	sftp_fixture_free(f);
}

TEST(lsetstat_sets_the_times_of_a_link_and_not_of_its_target)
{
	struct sftp_fixture *f = sftp_fixture();
	struct stat st;

	fixture_file(f, "root/a", "");
	ask_paths(f, SFTP_SYMLINK, "a", "/link");
	builder_text(extended(f, "lsetstat@openssh.com"), "/link");
	builder_u32(&f->b, SFTP_ATTR_TIMES);
	builder_u32(&f->b, 1000);
	builder_u32(&f->b, 2000);
	request_send(f);
	CHECK_EQ(status_of(f), SFTP_OK);
	CHECK(fstatat(f->root, "link", &st, AT_SYMLINK_NOFOLLOW) == 0);
	CHECK_EQ(st.st_mtim.tv_sec, 2000);
	CHECK(fstatat(f->root, "a", &st, AT_SYMLINK_NOFOLLOW) == 0);
	CHECK(st.st_mtim.tv_sec != 2000);
	sftp_fixture_free(f);
}

TEST(operations_are_logged_with_who_and_what)
{
	struct sftp_fixture *f = sftp_fixture();
	char log[512];

	text_fini(&f->p->log);
	ask_path(f, SFTP_MKDIR, "/new\nline");
	snprintf(log, sizeof(log), "%.*s", (int)text_left(&f->p->log), f->p->log.data);
	CHECK_TEXT(log, "SSHS_SFTP_OPER: User tester at 192.0.2.1 requested operation: mkdir "
	                "\"/new\\x0aline\": done\n");
	sftp_fixture_free(f);
}

CHECK_MAIN()
