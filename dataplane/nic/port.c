// Open, start and ask the port.
#include "dataplane/nic/port.h"

#include <fcntl.h>
#include <rte_ethdev.h>
#include <rte_log.h>
#include <signal.h>
#include <stdio.h>

#define RECEIVE_DESCRIPTORS  512 // net_tap keeps as many buffers
#define TRANSMIT_DESCRIPTORS 512
#define TCP_BYTES            20u // of a header without options

static bool complain(const char *what, int error)
{
	fprintf(stderr, "sallyport-dataplane: port: cannot %s: %s\n", what,
	        rte_strerror(-error));
	return false;
}

static bool has_all(uint64_t set, uint64_t wanted)
{
	return (set & wanted) == wanted;
}

// net_tap's checksums are software in the driver, with bounds it does not check: ours are used. The
// twenty bytes of an IPv4 header are summed by frame_parse whatever a port can do: not all can.
static void offloads_choose(struct port *port, const struct rte_eth_dev_info *info,
                            struct rte_eth_conf *conf)
{
	uint64_t receive = RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
	uint64_t transmit = RTE_ETH_TX_OFFLOAD_TCP_CKSUM;

	port->checks_sums = !port->is_tap && has_all(info->rx_offload_capa, receive);
	port->partial_sums = !port->is_tap && has_all(info->tx_offload_capa, transmit);
	port->can_segment = (info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_TCP_TSO) != 0;
	port->can_strip = (info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_VLAN_STRIP) != 0;
	port->can_spread = (info->flow_type_rss_offloads & RTE_ETH_RSS_NONFRAG_IPV4_TCP) != 0;
	if (port->checks_sums)
		conf->rxmode.offloads |= receive;
	if (port->partial_sums)
		conf->txmode.offloads |= transmit;
	if (port->queues > 1 && (info->flow_type_rss_offloads & RTE_ETH_RSS_NONFRAG_IPV4_TCP)) {
		conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf->rx_adv_conf.rss_conf.rss_hf =
		        info->flow_type_rss_offloads &
		        (RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_IPV6 |
		         RTE_ETH_RSS_NONFRAG_IPV6_TCP);
	}
}

// Not every driver can interrupt: try with, go on without.
static int configure(struct port *port, struct rte_eth_conf *conf)
{
	int error;

	conf->intr_conf.rxq = 1;
	error = rte_eth_dev_configure(port->id, port->queues, port->queues, conf);
	port->interrupts = error == 0;
	if (error == 0)
		return 0;
	conf->intr_conf.rxq = 0;
	return rte_eth_dev_configure(port->id, port->queues, port->queues, conf);
}

static bool queues_set_up(struct port *port, struct rte_mempool *const *pools)
{
	uint16_t receive = RECEIVE_DESCRIPTORS, transmit = TRANSMIT_DESCRIPTORS;
	int error = rte_eth_dev_adjust_nb_rx_tx_desc(port->id, &receive, &transmit);

	if (error != 0)
		return complain("size its queues", error);
	for (uint16_t q = 0; q < port->queues; q++) {
		error = rte_eth_rx_queue_setup(port->id, q, receive, SOCKET_ID_ANY, NULL,
		                               pools[q]);
		if (error != 0)
			return complain("set up a receive queue", error);
		error = rte_eth_tx_queue_setup(port->id, q, transmit, SOCKET_ID_ANY, NULL);
		if (error != 0)
			return complain("set up a transmit queue", error);
	}
	return true;
}

// On a tap the port's address is the kernel end's: ours must differ from it, and stay the same
// from start to start.
static void address_choose(struct port *port)
{
	struct rte_ether_addr own = {0};

	rte_eth_macaddr_get(port->id, &own);
	memcpy(port->ether.bytes, own.addr_bytes, 6);
	if (!port->is_tap)
		return;
	port->ether.bytes[0] = (uint8_t)((port->ether.bytes[0] | 2) & ~1);
	port->ether.bytes[5] ^= 1;
}

static bool port_find(struct port *port, const char *device, struct rte_eth_dev_info *info)
{
	uint16_t id = RTE_MAX_ETHPORTS;
	int error;

	// A driver may give the port a name of its own: then the first is as good as any.
	if (device == NULL || rte_eth_dev_get_port_by_name(device, &id) != 0)
		id = rte_eth_find_next(0);
	if (id >= RTE_MAX_ETHPORTS) {
		fprintf(stderr, "sallyport-dataplane: port: no device answers to --link\n");
		return false;
	}
	error = rte_eth_dev_info_get(id, info);
	if (error != 0)
		return complain("read what it can do", error);
	port->id = id;
	snprintf(port->driver, sizeof(port->driver), "%s", info->driver_name);
	port->is_tap = strcmp(info->driver_name, "net_tap") == 0;
	port->is_kernel = strncmp(info->driver_name, "net_af_", 7) == 0;
	port->is_virtio = strstr(info->driver_name, "virtio") != NULL;
	return true;
}

// A driver may take the wish for interrupts and have none; ethdev calls that an error.
static void interrupts_find(struct port *port)
{
	rte_log_set_level_pattern("lib.ethdev", RTE_LOG_CRIT);
	port->interrupts = port->interrupts && port_receive_fd(port, 0) >= 0;
	rte_log_set_level_pattern("lib.ethdev", RTE_LOG_WARNING);
}

// The driver has put a handler, which counts arrivals, on the first real-time signal that was free.
static void tap_look_find(struct port *port)
{
	struct sigaction found;

	for (int number = SIGRTMIN; number <= SIGRTMAX; number++) {
		if (sigaction(number, NULL, &found) != 0 || found.sa_flags & SA_SIGINFO ||
		    found.sa_handler == SIG_DFL || found.sa_handler == SIG_IGN)
			continue;
		port->tap_look = found.sa_handler;
		port->tap_signal = number;
		return;
	}
}

// Without descriptors to wait on, the signals stay.
static void tap_signals_off(struct port *port)
{
	if (!port->is_tap || !port->interrupts)
		return;
	tap_look_find(port);
	for (uint16_t queue = 0; port->tap_look != NULL && queue < port->queues; queue++) {
		int fd = port_receive_fd(port, queue);
		int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);

		if (flags >= 0)
			fcntl(fd, F_SETFL, flags & ~O_ASYNC);
	}
}

// Neighbours are asked for in groups (RFC 4861), of which frame_parse takes ours. What a port cannot
// filter it lets through.
static void groups_let_in(const struct port *port)
{
	if (!port->is_tap && rte_eth_allmulticast_enable(port->id) != 0)
		rte_eth_promiscuous_enable(port->id);
}

// One frame of each family, as worker_emit leaves it, must pass the driver's own examination.
static bool transmit_is_taken(const struct port *port, struct rte_mempool *pool, bool is_ipv4)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	uint16_t ip_bytes = is_ipv4 ? FRAME_IPV4_BYTES : FRAME_IPV6_BYTES;
	uint16_t len = (uint16_t)(FRAME_ETHER_BYTES + ip_bytes + TCP_BYTES);
	uint8_t *at;
	bool taken;

	if (m == NULL)
		return false;
	at = (uint8_t *)rte_pktmbuf_append(m, len);
	memset(at, 0, len);
	at[FRAME_ETHER_BYTES] = is_ipv4 ? 0x45 : 0x60;
	m->l2_len = FRAME_ETHER_BYTES;
	m->l3_len = ip_bytes;
	m->l4_len = TCP_BYTES;
	m->ol_flags =
	        (is_ipv4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6) | RTE_MBUF_F_TX_TCP_CKSUM;
	taken = rte_eth_tx_prepare(port->id, 0, &m, 1) == 1;
	rte_pktmbuf_free(m);
	return taken;
}

// The driver took the hash functions that were asked for, and its table names every queue.
static bool spreading_is_set(const struct port *port, const struct rte_eth_dev_info *info)
{
	struct rte_eth_rss_reta_entry64
	        table[RTE_ETH_RSS_RETA_SIZE_512 / RTE_ETH_RETA_GROUP_SIZE];
	struct rte_eth_rss_conf hashes = {0};
	uint32_t named = 0;

	if (port->queues == 1 || !port->can_spread || info->reta_size == 0 ||
	    info->reta_size > RTE_ETH_RSS_RETA_SIZE_512)
		return false;
	memset(table, 0xff, sizeof(table)); // ask for all rows
	if (rte_eth_dev_rss_hash_conf_get(port->id, &hashes) != 0 ||
	    (hashes.rss_hf & RTE_ETH_RSS_NONFRAG_IPV4_TCP) == 0 ||
	    rte_eth_dev_rss_reta_query(port->id, table, info->reta_size) != 0)
		return false;
	for (uint16_t i = 0; i < info->reta_size; i++) {
		uint16_t queue =
		        table[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE];

		named |= queue < port->queues ? 1u << queue : 0;
	}
	return named == (1u << port->queues) - 1;
}

// What a driver says it can do is tried before it is relied on.
static void capabilities_try(struct port *port, struct rte_mempool *pool)
{
	struct rte_eth_dev_info info;

	if (port->partial_sums &&
	    !(transmit_is_taken(port, pool, true) && transmit_is_taken(port, pool, false)))
		port->partial_sums = false;
	port->spreads =
	        rte_eth_dev_info_get(port->id, &info) == 0 && spreading_is_set(port, &info);
}

// Drivers tell the longest packet or the longest frame, some only one of them.
static unsigned mtu_most(const struct rte_eth_dev_info *info)
{
	unsigned by_frame = info->max_rx_pktlen - RTE_ETHER_HDR_LEN - RTE_ETHER_CRC_LEN;

	return info->max_mtu < by_frame ? info->max_mtu : by_frame;
}

static uint16_t queue_pairs(const struct rte_eth_dev_info *info, uint16_t wanted)
{
	uint16_t most = info->max_rx_queues < info->max_tx_queues ? info->max_rx_queues
	                                                          : info->max_tx_queues;

	return wanted < most ? wanted : most;
}

bool port_open(struct port *port, const char *device, uint16_t mtu, uint16_t queues,
               struct rte_mempool *const *pools)
{
	struct rte_eth_conf conf = {0};
	struct rte_eth_dev_info info;
	int error;

	*port = (struct port){0};
	if (!port_find(port, device, &info))
		return false;
	port->queues = queue_pairs(&info, queues);
	if (mtu > mtu_most(&info)) {
		fprintf(stderr,
		        "sallyport-dataplane: port: %s takes packets of at most %u bytes\n",
		        port->driver, mtu_most(&info));
		return false;
	}
	offloads_choose(port, &info, &conf);
	conf.rxmode.mtu = mtu;
	error = configure(port, &conf);
	if (error != 0)
		return complain("configure it", error);
	if (!queues_set_up(port, pools))
		return false;
	if (mtu != FRAME_MTU) {
		error = rte_eth_dev_set_mtu(port->id, mtu);
		if (error != 0)
			return complain("take packets of the length that --mtu says", error);
	}
	error = rte_eth_dev_start(port->id);
	if (error != 0)
		return complain("start it", error);
	capabilities_try(port, pools[0]);
	interrupts_find(port);
	tap_signals_off(port);
	address_choose(port);
	groups_let_in(port);
	return true;
}

// Stopping a tap would take the interface down for the kernel's side, and we may not any more.
void port_close(struct port *port)
{
	if (port->is_tap)
		return;
	rte_eth_dev_stop(port->id);
	rte_eth_dev_close(port->id);
}

bool port_is_up(const struct port *port)
{
	struct rte_eth_link link;

	return rte_eth_link_get_nowait(port->id, &link) == 0 &&
	       link.link_status == RTE_ETH_LINK_UP;
}

int port_receive_fd(const struct port *port, uint16_t queue)
{
	return port->interrupts && queue < port->queues
	               ? rte_eth_dev_rx_intr_ctl_q_get_fd(port->id, queue)
	               : -1;
}

void port_arm(const struct port *port, uint16_t queue)
{
	if (port->interrupts && queue < port->queues)
		rte_eth_dev_rx_intr_enable(port->id, queue);
}

void port_disarm(const struct port *port, uint16_t queue)
{
	if (port->interrupts && queue < port->queues)
		rte_eth_dev_rx_intr_disable(port->id, queue);
}

enum frame_checksum port_checksum(const struct port *port, const struct rte_mbuf *frame)
{
	if (!port->checks_sums)
		return port->is_kernel ? FRAME_PERHAPS_PARTIAL : FRAME_UNKNOWN;
	switch (frame->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) {
	case RTE_MBUF_F_RX_L4_CKSUM_GOOD:
		return FRAME_GOOD;
	case RTE_MBUF_F_RX_L4_CKSUM_BAD:
		return FRAME_BAD;
	case RTE_MBUF_F_RX_L4_CKSUM_NONE:
		return port->is_virtio ? FRAME_NONE : FRAME_UNKNOWN;
	default:
		return FRAME_UNKNOWN;
	}
}
