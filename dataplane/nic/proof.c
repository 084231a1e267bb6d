// Compare what the port says of checksums with what is so.
#include "dataplane/nic/proof.h"

void proof_hear(struct proof *p, enum frame_checksum said, const struct frame *found)
{
	bool bad = found->verdict == FRAME_DROP && found->why == COUNTER_tcp_checksum_bad;

	if ((said != FRAME_GOOD && said != FRAME_BAD) || (!bad && found->verdict != FRAME_TCP))
		return;
	if (bad == (said == FRAME_BAD)) {
		p->agreed++;
		p->count[COUNTER_port_sums_proven]++;
		return;
	}
	p->wrong = true;
	p->agreed = 0;
	p->count[COUNTER_port_sums_wrong]++;
}
