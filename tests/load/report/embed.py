#!/usr/bin/env python3
"""Write the report's page as a C array: embed.py PAGE OUT."""
import pathlib
import sys

page = pathlib.Path(sys.argv[1]).read_bytes()
rows = [", ".join(str(b) for b in page[i:i + 20]) for i in range(0, len(page), 20)]
pathlib.Path(sys.argv[2]).write_text(
    "// The report's page, NUL-terminated.\nextern const char report_page[];\n"
    "const char report_page[] = {\n" + ",\n".join(rows) + ", 0};\n")
