/*
 * frames.c: sends Ethernet frames that ordinary sockets do not send.
 *
 *   frames INTERFACE         one frame of each kind, to the broadcast address, from a table in hexadecimal. The addresses say
 *                            which is which: 198.51.100.N and 2001:db8::N are frame N's.
 *   frames INTERFACE FILE    the packets of a file (packets.h), in its order
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "tests/live/packets.h"

#define ETH "ffffffffffff 020000000001 "
#define IP4(len, proto, n) "45b8 00" len " 0a0b 0000 40" proto " 0000 c63364" n " c6336464 "
#define IP6(len, next, n) "6ab00000 00" len next "3f 20010db8 00000000 00000000 000000" n " 20010db8 00000000 00000000 00000064 "
#define UDP "1f90 0035 0010 0000 0000000000000000 "
#define TCP "1f90 0050 01020304 05060708 5012 1000 0000 0000 "

static const char *const FRAMES[] = {
	ETH "8100 602a 0800 " IP4("24", "11", "01") UDP,              /* a tag: VLAN 42, priority 3 */
	ETH "88a8 0007 8100 002a 86dd " IP6("14", "06", "02") TCP,    /* two tags: the outer is VLAN 7 */
	ETH "0806 0001 0800 06 04 0002 020000000001 c6336403 ffffffffffff c6336464", /* ARP reply */
	ETH "0800 4600 0028 0a0b 0000 4011 0000 c6336404 c6336464 01010101 " UDP, /* IPv4 options */
	ETH "0800 4500 0024 beef 2004 4011 0000 c6336405 c6336464 " UDP, /* a later IPv4 fragment */
	ETH "86dd " IP6("20", "00", "06") "2c00010400000000 1100 0001 cafebabe " UDP, /* hop-by-hop, first fragment */
	ETH "86dd " IP6("18", "2c", "07") "1100 0579 cafebabe " UDP,  /* a later IPv6 fragment, 1400 bytes in */
	ETH "86dd " IP6("18", "3a", "08") "8000 0000 1234 0009 00000000 00000000 00000000 00000000", /* echo request */
	ETH "0800 " IP4("24", "84", "09") "0b59 0b5a 00000000 00000000 00000000", /* SCTP */
	ETH "0800 " IP4("1c", "01", "0a") "0301 0000 00000000",       /* ICMP host unreachable */
	ETH "0800 " IP4("28", "06", "0b") TCP,                        /* TCP, SYN and ACK */
	ETH "0800 " IP4("16", "06", "0c") "1f90",                     /* cut off behind two bytes of TCP */
	ETH "88cc 0207 0400 0000 0000",                               /* neither IP nor ARP */
};

static size_t decode(unsigned char *to, const char *hex)
{
	size_t n = 0;
	unsigned byte;

	for (; *hex; hex++)
		if (*hex != ' ' && sscanf(hex++, "%2x", &byte) == 1)
			to[n++] = byte;
	return n;
}

static void transmit(int fd, struct sockaddr_ll *to, const unsigned char *frame, size_t len)
{
	if (sendto(fd, frame, len, 0, (void *)to, sizeof(*to)) < 0) {
		perror("sendto");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	unsigned char frame[256];

	if (argc < 2 || argc > 3 || fd < 0 || !(to.sll_ifindex = if_nametoindex(argv[1]))) {
		perror(argc == 2 || argc == 3 ? argv[1] : "usage: frames INTERFACE [FILE]");
		return 1;
	}
	for (size_t i = 0; argc == 2 && i < sizeof(FRAMES) / sizeof(FRAMES[0]); i++)
		transmit(fd, &to, frame, decode(frame, FRAMES[i]));
	if (argc == 3)
		read_packets(argv[2]);
	for (unsigned i = 0; i < n_packets; i++) {
		transmit(fd, &to, packets[i].bytes, packets[i].len);
		usleep(1000); /* each is gone before the next one comes */
	}
	return 0;
}
