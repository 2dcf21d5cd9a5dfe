/* ethtool.c: queues and rings of devices (ethtool.h). */
#include "ethtool.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HAS_CHANNELS = 1, HAS_RINGS = 2 }; /* channels.known */

/* `request` begins with the command. False when the driver does not answer it. */
static bool ask(int fd, const char *device, void *request, __u32 command)
{
	struct ifreq ifr = { .ifr_data = request };

	memcpy(request, &command, sizeof(command));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device);
	return ioctl(fd, SIOCETHTOOL, &ifr) == 0;
}

static void define(struct sink *s, int fd, __u32 inum, const struct if_nameindex *device)
{
	struct ethtool_drvinfo driver = { 0 };
	struct ethtool_channels channels = { 0 };
	struct ethtool_ringparam rings = { 0 };
	struct rec_channels r = { .rec = { .ts = now_ns(), .type = REC_channels }, .netns = inum, .ifindex = device->if_index };

	if (!ask(fd, device->if_name, &driver, ETHTOOL_GDRVINFO))
		return;
	r.driver = (struct rec_text){ .s = driver.driver, .len = strnlen(driver.driver, sizeof(driver.driver)) };
	if (ask(fd, device->if_name, &channels, ETHTOOL_GCHANNELS)) {
		r.known |= HAS_CHANNELS;
		r.rx = channels.rx_count;
		r.tx = channels.tx_count;
		r.combined = channels.combined_count;
		r.rx_max = channels.max_rx;
		r.tx_max = channels.max_tx;
		r.combined_max = channels.max_combined;
	}
	if (ask(fd, device->if_name, &rings, ETHTOOL_GRINGPARAM)) {
		r.known |= HAS_RINGS;
		r.rx_ring = rings.rx_pending;
		r.tx_ring = rings.tx_pending;
		r.rx_ring_max = rings.rx_max_pending;
		r.tx_ring_max = rings.tx_max_pending;
	}
	sink__lock(s);
	sink__define(s, &r.rec);
	sink__unlock(s);
}

void ethtool__sample(struct sink *s, __u32 inum)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct if_nameindex *devices = fd < 0 ? NULL : if_nameindex();

	for (const struct if_nameindex *d = devices; d && d->if_index; d++)
		define(s, fd, inum, d);
	if (devices)
		if_freenameindex(devices);
	if (fd >= 0)
		close(fd);
}
