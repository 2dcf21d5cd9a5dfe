/*
 * expression.h: what the words of a capture filter say besides what libpcap compiles.
 *
 * netrec and netanalyze must take an expression alike.
 */
#ifndef FORMAT_EXPRESSION_H
#define FORMAT_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does it ask for VLAN tags? Then one that is kept beside a packet counts as part of it; else it is overlooked: as on a
 * live capture by tcpdump.
 */
bool expression__asks_for_tags(const char *expression);

/*
 * 'vlan', 'mpls' or 'pppoes' where it is a trap: everything to the right of these is looked for further inside the
 * packet, also behind 'or' and 'not', and nothing to the left is. NULL when it stands first and holds for all that follows.
 */
const char *expression__trap(const char *expression);

/* The sentence that warns of it. Returns false, and nothing in `text`, when there is no trap. */
bool expression__warning(const char *expression, char *text, size_t size);

/*
 * Has the program's own libc look up the names of hosts, networks, services and protocols, in their files and by DNS, where
 * it is statically linked: what else /etc/nsswitch.conf asks for are modules of the host's libc, of which it would load
 * a second one that need not fit. Before there are threads.
 */
void expression__keep_lookups_inside(void);

#endif
