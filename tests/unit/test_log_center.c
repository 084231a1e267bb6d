// Tests control/main/log_center.c.
#include "control/main/log_center.h"
#include "tests/unit/check.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static struct config config;

static void set(uint8_t class, const char *key, uint8_t field, uint32_t number)
{
	struct api_record r = {.class = class, .key = span_text(key), .count = 1};

	r.values[0] = (struct api_value){.field = field, .number = number};
	if (config_put(&config, &r) != STATUS_OK)
		abort();
	log_center_apply(&config);
}

static void begin(void)
{
	config_init(&config);
	log_center_apply(&config);
	log_center_reset();
}

TEST(lines_come_back_in_order_with_growing_numbers)
{
	struct log_line line;
	uint64_t first;

	begin();
	log_center_add(6, "SSHS_LOG", "one");
	log_center_add(5, "SHELL_LOGIN", "two");
	CHECK(log_center_next(LOG_RING_BUFFER, 0, &line));
	CHECK_TEXT(line.text, "one");
	first = line.sequence;
	CHECK(log_center_next(LOG_RING_BUFFER, first + 1, &line));
	CHECK_TEXT(line.name, "SHELL_LOGIN");
	CHECK(!log_center_next(LOG_RING_BUFFER, first + 2, &line));
	config_fini(&config);
}

TEST(the_oldest_lines_make_room_and_are_counted)
{
	struct log_line line;
	char text[16];

	begin();
	set(API_CLASS_LOG_CENTER, "", API_LOG_CENTER_SIZE, 3);
	for (int i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "%d", i);
		log_center_add(6, "SSHS_LOG", text);
	}
	CHECK(log_center_next(LOG_RING_BUFFER, 0, &line));
	CHECK_TEXT(line.text, "2");
	CHECK_EQ(log_center_state().count, 3);
	CHECK_EQ(log_center_state().overwritten, 2);
	config_fini(&config);
}

TEST(a_buffer_that_is_off_or_too_coarse_keeps_nothing)
{
	begin();
	log_center_add(7, "SSHS_LOG", "finer than informational");
	set(API_CLASS_LOG_CENTER, "", API_LOG_CENTER_BUFFER, 0);
	log_center_add(6, "SSHS_LOG", "x");
	CHECK_EQ(log_center_state().count, 0);
	CHECK_EQ(log_center_state().dropped, 1);
	set(API_CLASS_LOG_CENTER, "", API_LOG_CENTER_BUFFER, 1);
	set(API_CLASS_LOG_CENTER, "", API_LOG_CENTER_ENABLE, 0);
	log_center_add(0, "SSHS_LOG", "x");
	CHECK_EQ(log_center_state().count, 0);
	config_fini(&config);
}

TEST(a_line_travels_in_the_classic_form_and_that_of_rfc_5424)
{
	struct log_line line = {.at_ms = 1594826479123,
	                        .level = 6,
	                        .name = "SSHS_LOG",
	                        .text = "Accepted password for ann from 192.0.2.1 port 7."};
	struct log_form form;
	char out[800];

	form = (struct log_form){.host = "R1", .facility = 21};
	log_wire(out, sizeof(out), &line, &form);
	CHECK_TEXT(
	        out,
	        "<174>Jul 15 15:21:19 2020 R1 %%10SSHS/6/SSHS_LOG: Accepted password for ann "
	        "from 192.0.2.1 port 7.");
	form = (struct log_form){.host = "R1", .facility = 23, .format = API_LOG_RFC5424};
	log_wire(out, sizeof(out), &line, &form);
	CHECK_TEXT(out,
	           "<190>1 2020-07-15T15:21:19.123Z R1 SSHS - SSHS_LOG - Accepted password for "
	           "ann from 192.0.2.1 port 7.");
}

static const char *sent(enum api_log_format format, enum api_host_stamp stamp)
{
	static char out[800];
	struct log_line line = {.at_ms = 1594826479123,
	                        .level = 5,
	                        .name = "SHELL_LOGIN",
	                        .text = "ann logged in."};
	struct log_form form = {.host = "R1", .facility = 23, .format = format, .stamp = stamp};

	log_wire(out, sizeof(out), &line, &form);
	return out;
}

TEST(lines_travel_as_two_carriers_want_them)
{
	CHECK_TEXT(sent(API_LOG_CMCC, API_HOST_DATE),
	           "<189>Jul 15 15:21:19 2020 R1 %10SHELL/5/SHELL_LOGIN: ann logged in.");
	CHECK_TEXT(sent(API_LOG_UNICOM, API_HOST_DATE),
	           "<189>Jul 15 15:21:19 2020 R1 10SHELL/5/NONE: ann logged in.");
}

TEST(the_time_of_lines_that_are_sent_has_four_forms)
{
	CHECK_TEXT(sent(API_LOG_CLASSIC, API_HOST_ISO),
	           "<189>2020-07-15T15:21:19 R1 %%10SHELL/5/SHELL_LOGIN: ann logged in.");
	CHECK_TEXT(sent(API_LOG_CLASSIC, API_HOST_NO_YEAR),
	           "<189>Jul 15 15:21:19 R1 %%10SHELL/5/SHELL_LOGIN: ann logged in.");
	CHECK_TEXT(sent(API_LOG_CLASSIC, API_HOST_NONE),
	           "<189>R1 %%10SHELL/5/SHELL_LOGIN: ann logged in.");
}

TEST(a_zone_moves_the_time_of_the_classic_form_alone)
{
	struct log_line line = {.at_ms = 1594826479123, .level = 5, .name = "A_B", .text = "x"};
	struct log_form form = {.host = "R1", .facility = 23, .clock = {.zone_s = 7200}};
	char out[200];

	log_wire(out, sizeof(out), &line, &form);
	CHECK_TEXT(out, "<189>Jul 15 17:21:19 2020 R1 %%10A/5/A_B: x");
	form.format = API_LOG_RFC5424;
	log_wire(out, sizeof(out), &line, &form);
	CHECK_TEXT(out, "<189>1 2020-07-15T15:21:19.123Z R1 A - A_B - x");
}

TEST(a_module_goes_by_its_own_level)
{
	struct api_record r = {.class = API_CLASS_LOG_CENTER, .count = 1};
	struct log_line line;

	begin();
	r.values[0] = (struct api_value){API_LOG_CENTER_SOURCES, 0,
	                                 span_text("SSHS logbuffer 3,SHELL loghost 8,x,y z 9")};
	CHECK_EQ(config_put(&config, &r), STATUS_OK);
	log_center_apply(&config);
	log_center_reset();
	log_center_add(6, "SSHS_LOG", "one");
	log_center_add(3, "SSHS_LOG", "two");
	log_center_add(6, "SHELL_CMD", "three");
	CHECK(log_center_next(LOG_RING_BUFFER, 0, &line));
	CHECK_TEXT(line.text, "two");
	CHECK(log_center_next(LOG_RING_BUFFER, line.sequence + 1, &line));
	CHECK_TEXT(line.text, "three");
	config_fini(&config);
}

TEST(a_host_receives_lines_of_its_level)
{
	struct sockaddr_in me = {.sin_family = AF_INET,
	                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t len = sizeof(me);
	char got[800] = "";
	ssize_t n;

	if (bind(fd, (struct sockaddr *)&me, len) != 0 ||
	    getsockname(fd, (struct sockaddr *)&me, &len) != 0)
		abort();
	begin();
	set(API_CLASS_LOG_HOST, "127.0.0.1", API_LOG_HOST_PORT, ntohs(me.sin_port));
	set(API_CLASS_LOG_CENTER, "", API_LOG_CENTER_HOST_LEVEL, 5);
	log_center_add(6, "SSHS_LOG", "too fine");
	log_center_add(5, "SHELL_LOGIN", "ann logged in from 192.0.2.1.");
	n = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);
	got[n > 0 ? n : 0] = 0;
	CHECK(strncmp(got, "<189>", 5) == 0);
	CHECK(strstr(got,
	             " Sallyport %%10SHELL/5/SHELL_LOGIN: ann logged in from 192.0.2.1.") !=
	      NULL);
	close(fd);
	config_fini(&config);
}

TEST(debugging_lines_go_to_terminals_alone)
{
	struct log_line line;
	uint64_t at = 0;

	begin();
	while (log_center_next(LOG_RING_WATCHED, at, &line))
		at = line.sequence + 1;
	log_center_watch(7, "SSHS_EVENT", "OPEN -> CLOSING on NOTHING");
	CHECK(!log_center_next(LOG_RING_BUFFER, 0, &line));
	CHECK(log_center_next(LOG_RING_WATCHED, at, &line));
	CHECK_TEXT(line.name, "SSHS_EVENT");
	config_fini(&config);
}

TEST(terminals_get_no_line_above_the_level_of_the_monitor)
{
	struct log_line line;
	uint64_t at = 0;

	begin();
	set(API_CLASS_LOG_CENTER, "", API_LOG_CENTER_MONITOR_LEVEL, 5);
	while (log_center_next(LOG_RING_WATCHED, at, &line))
		at = line.sequence + 1;
	log_center_watch(7, "SSHS_EVENT", "too fine");
	log_center_add(6, "SSHS_LOG", "too fine");
	CHECK(!log_center_next(LOG_RING_WATCHED, at, &line));
	log_center_add(5, "SHELL_LOGIN", "shown");
	CHECK(log_center_next(LOG_RING_WATCHED, at, &line));
	CHECK_TEXT(line.text, "shown");
	config_fini(&config);
}

CHECK_MAIN()
