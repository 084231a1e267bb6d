// Who may have a VTY line: what the settings of the lines say, before a shell or a command starts.
#include "control/users/users.h"

#include "control/config/config_net.h"

// The first rule that fits the sender decides, and where none does he is refused. A line knows
// whence he comes; which of our addresses he called does not count.
static bool list_admits(const struct net_rules *list, const struct ip_addr *from, uint16_t port,
                        uint16_t to_port)
{
	static const struct ip_addr any;

	for (uint32_t i = 0; i < list->count; i++) {
		struct net_rule r = list->rule[i];

		r.to = (struct net_pattern){0};
		if (net_rule_fits(&r, from, port, &any, to_port))
			return r.permit;
	}
	return !list->in_force;
}

enum line_verdict users_line(struct config *c, const uint8_t remote[16], uint16_t port,
                             uint16_t to_port)
{
	static _Thread_local struct net_rules rules;
	const struct settings *s = config_hold(c);
	const struct setting *vty = settings_find(s, API_CLASS_VTY, span_of(NULL, 0));
	uint32_t inbound = setting_number(vty, API_VTY_INBOUND);
	enum line_verdict verdict = LINE_ADMITS;
	struct ip_addr from;
	bool four;

	memcpy(from.bytes, remote, sizeof(from.bytes));
	four = ip_is_ipv4(&from);
	config_net_list(s, four ? NET_IPV4 : NET_IPV6,
	                setting_number(vty, four ? API_VTY_ACL : API_VTY_ACL6), &rules);
	if (setting_number(vty, API_VTY_MODE) != API_LINE_SCHEME)
		verdict = LINE_MODE;
	else if (inbound != API_INBOUND_ALL && inbound != API_INBOUND_SSH)
		verdict = LINE_PROTOCOL;
	else if (!list_admits(&rules, &from, port, to_port))
		verdict = LINE_LIST;
	config_give(c);
	return verdict;
}

const char *line_verdict_text(enum line_verdict verdict)
{
	static const char *const texts[] = {
	        [LINE_ADMITS] = "it may",
	        [LINE_MODE] = "the authentication mode of the lines is not scheme",
	        [LINE_PROTOCOL] = "the lines do not take SSH (protocol inbound)",
	        [LINE_LIST] = "the access list of the lines refuses the address",
	};

	return texts[verdict];
}
