// Programs behind dialogues: bytes, credit, windows, ends.
#include "tests/unit/check.h"
#include "tests/unit/cli_fixture.h"

#include "cli/files/program.h"
#include "cli/files/service.h"
#include "cli/files/sftp.h"

#include <sys/stat.h>

static const uint8_t init[] = {0, 0, 0, 5, 1, 0, 0, 0, 3};

static struct dialogue *open_sftp(struct fixture *f)
{
	fixture_flash(f);
	return fixture_open(f, DIALOGUE_SUBSYSTEM, false, API_ROLE_ADMIN, "sftp");
}

// An OPEN of /file for reading, or for an upload.
static size_t request_open(uint8_t *out, bool upload)
{
	struct builder b = builder_over(out, 64);

	builder_u32(&b, 1 + 4 + 9 + 8);
	builder_u8(&b, 3);
	builder_u32(&b, 1);
	builder_text(&b, "/file");
	builder_u32(&b, upload ? 0x1a : 1);
	builder_u32(&b, 0);
	return b.len;
}

static size_t request_read(uint8_t *out, uint32_t life, uint32_t length)
{
	struct builder b = builder_over(out, 64);

	builder_u32(&b, 1 + 4 + 12 + 8 + 4);
	builder_u8(&b, 5);
	builder_u32(&b, 2);
	builder_u32(&b, 8);
	builder_u32(&b, 0);
	builder_u32(&b, life);
	builder_u64(&b, 0);
	builder_u32(&b, length);
	return b.len;
}

static void make_file(struct fixture *f, off_t size)
{
	int fd = openat(f->shell.flash, "file", O_WRONLY | O_CREAT, 0644);

	if (fd < 0 || ftruncate(fd, size) != 0)
		abort();
	close(fd);
}

TEST(the_subsystem_sftp_speaks_sftp)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = open_sftp(f);

	dialogue_credit(d, 4096);
	dialogue_input(d, span_of(init, sizeof(init)));
	settle(f);
	CHECK_EQ((uint8_t)f->shown.data[4], 2);
	CHECK_EQ(f->consumed, sizeof(init));
	CHECK(!f->exited);
	fixture_free(f);
}

TEST(it_may_hold_its_whole_window_unread_and_no_more)
{
	static uint8_t much[DIALOGUE_FILE_WINDOW];
	struct fixture *f = fixture_new();
	struct dialogue *d = open_sftp(f);

	dialogue_input(d, span_of(much, sizeof(much)));
	CHECK_EQ(f->shell.count[COUNT_cli_overrun], 0);
	dialogue_input(d, span_of(much, 1));
	CHECK_EQ(f->shell.count[COUNT_cli_overrun], 1);
	fixture_free(f);
}

TEST(a_subsystem_of_another_name_is_refused)
{
	struct fixture *f = fixture_new();

	fixture_flash(f);
	fixture_open(f, DIALOGUE_SUBSYSTEM, false, API_ROLE_ADMIN, "netconf");
	settle(f);
	CHECK(f->exited);
	CHECK_EQ(f->exit_status, 255);
	fixture_free(f);
}

TEST(the_end_of_input_ends_it_with_status_0)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = open_sftp(f);

	dialogue_credit(d, 4096);
	dialogue_input(d, span_of(init, sizeof(init)));
	dialogue_input_end(d);
	settle(f);
	CHECK(f->exited);
	CHECK_EQ(f->exit_status, 0);
	CHECK_EQ(f->shell.services, 0);
	fixture_free(f);
}

TEST(what_is_no_sftp_ends_it_with_status_1)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = open_sftp(f);

	dialogue_input(d, span_text("GET / HTTP/1.1\r\n"));
	settle(f);
	CHECK(f->exited);
	CHECK_EQ(f->exit_status, 1);
	fixture_free(f);
}

TEST(without_credit_answers_stop_and_requests_stay_unread)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = open_sftp(f);
	uint8_t request[64];
	size_t held = 0, len;

	make_file(f, 1 << 20);
	dialogue_input(d, span_of(init, sizeof(init)));
	dialogue_input(d, span_of(request, request_open(request, false)));
	for (int i = 0; i < 1000; i++) {
		len = request_read(request, 1, 32768);
		dialogue_input(d, span_of(request, len));
		settle(f);
	}
	held = text_left(&d->out);
	CHECK(held > 0 && held < 2 * PROGRAM_OUT_HIGH);
	CHECK(!f->exited);
	for (int i = 0; i < 2000 && text_left(&f->shown) < 1000 * 32781; i++) {
		dialogue_credit(d, 65536);
		settle(f);
		CHECK(text_left(&d->out) < 2 * PROGRAM_OUT_HIGH);
	}
	CHECK(text_left(&f->shown) >= 1000 * 32781);
	CHECK_EQ(d->held + d->consumed, 0);
	fixture_free(f);
}

TEST(a_hangup_gives_up_the_upload_and_says_so)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = open_sftp(f);
	uint8_t request[64];
	struct stat st;

	dialogue_input(d, span_of(init, sizeof(init)));
	dialogue_input(d, span_of(request, request_open(request, true)));
	settle(f);
	dialogue_hangup(d);
	settle(f);
	CHECK(f->exited);
	CHECK(fstatat(f->shell.flash, "file", &st, 0) != 0);
	text_add(&f->log, "", 1);
	CHECK(strstr(f->log.data, "SSHS_SFTP_OPER: User tester at ") != NULL);
	CHECK(strstr(f->log.data, " requested operation: put \"/file\": given up") != NULL);
	CHECK_TEXT(f->lines[f->line_count - 1].name, "SSHS_SFTP_OPER");
	CHECK(strstr(f->lines[f->line_count - 1].text, ": put \"/file\": given up") != NULL);
	CHECK_EQ(f->shell.services, 0);
	fixture_free(f);
}

TEST(a_hangup_while_a_disk_holds_a_call_frees_the_dialogue_at_once)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = open_sftp(f);
	struct file_job *job;

	dialogue_input(d, span_of(init, sizeof(init)));
	shell_turn(&f->shell);
	job = job_take(f); // under way
	CHECK(job != NULL);
	dialogue_hangup(d);
	settle(f);
	CHECK(f->exited);
	CHECK_EQ(f->table.open, 0);
	job->work(job);
	job->done(job);
	settle(f);
	CHECK_EQ(f->shell.services, 0);
	fixture_free(f);
}

TEST(an_idle_service_is_cut_by_the_time_of_sftp_and_not_of_the_line)
{
	struct fixture *f = fixture_new();
	struct dialogue *d = open_sftp(f);

	f->shell.idle_seconds = 60;
	f->shell.sftp_idle_seconds = 600;
	dialogue_credit(d, 4096);
	settle(f);
	f->shell.now_us += 300 * 1000000ull;
	table_time(&f->table, f->shell.now_us);
	settle(f);
	CHECK(!f->exited);
	f->shell.now_us += 302 * 1000000ull;
	table_time(&f->table, f->shell.now_us);
	settle(f);
	CHECK(f->exited);
	fixture_free(f);
}

static void work_in(struct fixture *f, const char *directory)
{
	struct api_record r = {
	        .class = API_CLASS_LOCAL_USER, .key = span_text("tester"), .count = 1};

	r.values[0] = (struct api_value){.field = API_LOCAL_USER_WORK_DIRECTORY,
	                                 .text = span_text(directory)};
	shell_setting(&f->shell, &r);
}

TEST(the_work_directory_is_the_root_and_nothing_above_it_is_seen)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;
	uint8_t bytes[64];

	fixture_flash(f);
	make_file(f, 10);
	if (mkdirat(f->shell.flash, "mine", 0755) != 0)
		abort();
	work_in(f, "/mine");
	d = fixture_open(f, DIALOGUE_SUBSYSTEM, false, API_ROLE_ADMIN, "sftp");
	dialogue_credit(d, 4096);
	dialogue_input(d, span_of(init, sizeof(init)));
	settle(f);
	shown_clear(f);
	dialogue_input(d, span_of(bytes, request_open(bytes, false)));
	settle(f);
	CHECK_EQ((uint8_t)f->shown.data[4], 101); // no such file
	dialogue_input(d, span_of(bytes, request_open(bytes, true)));
	dialogue_input_end(d);
	settle(f);
	CHECK(strstr(f->log.data, "put \"/file\": given up") != NULL);
	fixture_free(f);
}

TEST(a_work_directory_that_is_gone_ends_it_and_is_logged)
{
	struct fixture *f = fixture_new();
	struct dialogue *d;

	fixture_flash(f);
	work_in(f, "/gone");
	d = fixture_open(f, DIALOGUE_SUBSYSTEM, false, API_ROLE_ADMIN, "sftp");
	dialogue_input(d, span_of(init, sizeof(init)));
	settle(f);
	CHECK(f->exited);
	CHECK_EQ(f->exit_status, 1);
	CHECK(strstr(f->log.data, "enter \"/gone\": No such file") != NULL);
	fixture_free(f);
}

TEST(a_quota_holds_for_its_user)
{
	struct fixture *f = fixture_new();
	struct api_record r = {
	        .class = API_CLASS_LOCAL_USER, .key = span_text("tester"), .count = 1};
	uint8_t bytes[64];
	struct dialogue *d;

	fixture_flash(f);
	make_file(f, 3000);
	r.values[0] = (struct api_value){.field = API_LOCAL_USER_QUOTA_FILES, .number = 1};
	shell_setting(&f->shell, &r);
	unlinkat(f->shell.flash, "file", 0);
	if (mkdirat(f->shell.flash, "d", 0755) != 0)
		abort();
	d = fixture_open(f, DIALOGUE_SUBSYSTEM, false, API_ROLE_ADMIN, "sftp");
	dialogue_credit(d, 4096);
	dialogue_input(d, span_of(init, sizeof(init)));
	dialogue_input(d, span_of(bytes, request_open(bytes, true)));
	dialogue_input_end(d);
	settle(f);
	CHECK(strstr(f->log.data, "open \"/file\": Disk quota exceeded") != NULL);
	fixture_free(f);
}

TEST(who_has_no_work_directory_any_more_works_in_the_root)
{
	struct fixture *f = fixture_new();

	work_in(f, "/mine");
	CHECK_EQ(f->shell.work_directories.count, 1);
	work_in(f, "");
	CHECK_EQ(f->shell.work_directories.count, 0);
	work_in(f, "/mine");
	shell_forget(&f->shell, API_CLASS_LOCAL_USER, span_text("tester"));
	CHECK_EQ(f->shell.work_directories.count, 0);
	fixture_free(f);
}

TEST(who_waits_for_a_hung_disk_sixteen_times_is_refused_and_others_are_not)
{
	struct fixture *f = fixture_new();
	struct dialogue *d[16];
	struct file_job *held[16];
	struct dialogue_start start = {.open = {.type = DIALOGUE_SUBSYSTEM},
	                               .role = API_ROLE_ADMIN,
	                               .command = span_text("sftp")};

	fixture_flash(f);
	for (uint32_t i = 0; i < 16; i++) {
		d[i] = fixture_open(f, DIALOGUE_SUBSYSTEM, false, API_ROLE_ADMIN, "sftp");
		dialogue_input(d[i], span_of(init, sizeof(init)));
		while (f->job == NULL)
			shell_turn(&f->shell);
		held[i] = job_take(f);
	}
	f->shell.now_us += 6000000;
	start.user = span_text("tester");
	dialogue_open(&f->table, 30, 1000, &start);
	CHECK_EQ(f->shell.services, 16);
	CHECK(strstr(f->log.data, "files: refused tester: 16 of its calls wait") != NULL);
	start.user = span_text("other");
	dialogue_open(&f->table, 31, 1001, &start);
	CHECK_EQ(f->shell.services, 17);
	for (uint32_t i = 0; i < 16; i++) {
		held[i]->work(held[i]);
		held[i]->done(held[i]);
		dialogue_input_end(d[i]);
		settle(f);
	}
	fixture_free(f);
}

TEST(an_operator_gets_a_read_only_service)
{
	struct fixture *f = fixture_new();
	uint8_t request[64];
	struct dialogue *d;

	fixture_flash(f);
	d = fixture_open(f, DIALOGUE_SUBSYSTEM, false, API_ROLE_OPERATOR, "sftp");
	dialogue_credit(d, 4096);
	dialogue_input(d, span_of(init, sizeof(init)));
	settle(f);
	shown_clear(f);
	dialogue_input(d, span_of(request, request_open(request, true)));
	settle(f);
	CHECK_EQ((uint8_t)f->shown.data[4], 101);
	CHECK_EQ((uint8_t)f->shown.data[12], 3); // permission denied
	fixture_free(f);
}

CHECK_MAIN()
