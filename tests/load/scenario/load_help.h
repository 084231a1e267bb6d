// What --help prints.
#pragma once

#include <stdio.h>

void load_help_print(FILE *out);
