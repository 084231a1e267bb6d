// What is said of our addresses at start, and when someone else claims one.
#include "dataplane/nic/presence.h"

#include "dataplane/nic/arp.h"

#define STEPS 3u // at 0, 1 and 2 seconds: probe; use and tell; tell again

static void announce(const struct presence *p, const struct host *host,
                     const struct neighbor_out *out, enum host_address_name name)
{
	if (p->quiet || ip_is_none(&host->address[name].ip))
		return;
	if (name == HOST_IPV4) {
		p->count[COUNTER_arp_request_out]++;
		arp_announce(host, out);
	} else {
		p->count[COUNTER_ndp_advert_out]++;
		ndp_announce(host, out, name);
	}
}

static void report(const struct presence *p, const struct host *host,
                   const struct neighbor_out *out)
{
	if (!p->quiet)
		ndp_report_groups(host, out);
}

static void probe_all(const struct presence *p, const struct host *host,
                      const struct neighbor_out *out)
{
	for (unsigned i = HOST_IPV6; i < HOST_ADDRESSES && !p->quiet; i++) {
		if (ip_is_none(&host->address[i].ip))
			continue;
		p->count[COUNTER_ndp_solicit_out]++;
		ndp_probe(host, out, i);
	}
}

static void tell_all_ipv6(const struct presence *p, struct host *host,
                          const struct neighbor_out *out)
{
	for (unsigned i = HOST_IPV6; i < HOST_ADDRESSES; i++) {
		host->address[i].used = !ip_is_none(&host->address[i].ip) && !p->lost[i];
		if (host->address[i].used)
			announce(p, host, out, i);
	}
}

static void step(struct presence *p, struct host *host, const struct neighbor_out *out,
                 uint64_t now_us)
{
	if (p->steps != 1)
		announce(p, host, out, HOST_IPV4);
	if (p->steps > 0)
		tell_all_ipv6(p, host, out);
	if (p->steps != 1)
		report(p, host, out);
	if (p->steps == 0)
		probe_all(p, host, out);
	p->steps++;
	p->due_us = p->steps < STEPS ? now_us + PRESENCE_STEP_US : UINT64_MAX;
}

void presence_start(struct presence *p, struct host *host, const struct neighbor_out *out,
                    uint64_t now_us, uint64_t *count, bool quiet)
{
	*p = (struct presence){.count = count, .quiet = quiet};
	host->address[HOST_IPV4].used = !ip_is_none(&host->address[HOST_IPV4].ip);
	step(p, host, out, now_us);
}

void presence_changed(struct presence *p, struct host *host, const struct neighbor_out *out,
                      uint64_t now_us)
{
	for (unsigned i = 0; i < HOST_ADDRESSES; i++)
		p->lost[i] &= host->address[i].used;
	p->steps = 0;
	host->address[HOST_IPV4].used = !ip_is_none(&host->address[HOST_IPV4].ip);
	step(p, host, out, now_us);
}

void presence_timers(struct presence *p, struct host *host, const struct neighbor_out *out,
                     uint64_t now_us)
{
	if (now_us >= p->due_us)
		step(p, host, out, now_us);
}

void presence_claimed(struct presence *p, struct host *host, const struct neighbor_out *out,
                      uint64_t now_us, enum host_address_name name)
{
	if (!host->address[name].used) {
		p->count[COUNTER_ndp_duplicate] += !p->lost[name];
		p->lost[name] = true;
		return;
	}
	if (name != HOST_IPV4)
		p->count[COUNTER_ndp_conflict]++;
	if (p->defended_us != 0 && now_us - p->defended_us < PRESENCE_DEFEND_US)
		return;
	p->defended_us = now_us;
	announce(p, host, out, name);
}

void presence_queried(struct presence *p, const struct host *host,
                      const struct neighbor_out *out, uint64_t now_us)
{
	if (p->reported_us != 0 && now_us - p->reported_us < PRESENCE_STEP_US)
		return;
	p->reported_us = now_us;
	report(p, host, out);
}
