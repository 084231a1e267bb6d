// Results as one page that needs nothing else: the page's text with the JSON put into it.
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/load/report/report.h"

#define MARK "@RESULTS@"

extern const char report_page[]; // made from page.html

bool report_html(const struct report *r, const char *path)
{
	// With slashes escaped no text of a server can end the script element.
	char *results = report_json_text(r, JSON_COMPACT | JSON_ESCAPE_SLASH);
	const char *mark = strstr(report_page, MARK);
	FILE *f = results != NULL ? fopen(path, "we") : NULL;
	bool written = false;

	if (f != NULL) {
		fwrite(report_page, 1, (size_t)(mark - report_page), f);
		fputs(results, f);
		fputs(mark + strlen(MARK), f);
		written = fclose(f) == 0;
	}
	free(results);
	if (!written)
		fprintf(stderr, "sallyport-load: cannot write %s: %s\n", path, strerror(errno));
	return written;
}
