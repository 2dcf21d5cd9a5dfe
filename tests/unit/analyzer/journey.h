/*
 * journey.h: what the tests of packets on their way share.
 */
#ifndef TESTS_JOURNEY_H
#define TESTS_JOURNEY_H

#include "fixture.h"

enum { RX = STAGE_netif_receive_skb, QUEUE = STAGE_net_dev_queue, ENQ = STAGE_qdisc_enqueue, DEQ = STAGE_qdisc_dequeue,
       START = STAGE_net_dev_start_xmit, XMIT = STAGE_net_dev_xmit, NETIF_RX = STAGE_netif_rx };

#define FATES "SELECT fate, sum(n), sum(orphans), sum(gaps), sum(n_timed), sum(sum_ns) FROM journey GROUP BY 1 ORDER BY 1"

static struct fixture f;

static UNUSED int setup(void **state)
{
	(void)state;
	fixture__begin(&f, 4);
	return 0;
}

static UNUSED int teardown(void **state)
{
	(void)state;
	fixture__end(&f);
	return 0;
}

/* An analyze_filter; counts in *arg how often it is asked. */
static UNUSED bool wants_port_81(void *arg, const struct rec_packet *p, const struct first_bytes *first)
{
	(void)first;
	++*(int *)arg;
	return p->dport == 81;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
