// The operator's settings of the network as a worker takes them. Pure.
#pragma once

#include "control/config/config.h"
#include "dataplane/link/net_msg.h"

// `workers` share the limits that are of all together.
void config_net_settings(const struct settings *s, uint32_t workers, struct net_settings *out);

// The list that `ssh server acl` names, or none in force. A list that does not exist or is empty
// refuses everyone.
void config_net_rules(const struct settings *s, enum net_family family, struct net_rules *out);
// The list of that number; 0: none in force.
void config_net_list(const struct settings *s, enum net_family family, uint32_t list,
                     struct net_rules *out);
