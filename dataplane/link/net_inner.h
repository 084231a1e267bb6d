// Shared by net_msg.c and net_rows.c. Private to them.
#pragma once

#include "dataplane/link/net_msg.h"

void builder_ip(struct builder *b, const struct ip_addr *a);
struct ip_addr cursor_ip(struct cursor *c);
