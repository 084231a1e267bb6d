// Prints the grammar of every command there is, one a line.
#include "cli/main/shell.h"

#include <stdio.h>

int main(void)
{
	for (int v = 0; v < VIEWS; v++)
		for (size_t i = 0; i < VIEW_TABLES_MAX && views[v].tables[i] != NULL; i++)
			for (size_t k = 0; k < views[v].tables[i]->count; k++)
				printf("%s\n", views[v].tables[i]->rows[k].grammar);
	return 0;
}
