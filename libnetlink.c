/*
 * rtnetlink transport.  The kernel handles a request inside sendmsg(), so the
 * answers are there when that returns: talking never waits for anybody.
 */
#include "libnetlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

enum {
	RECEIVE_SIZE = 16384,		/* a dump comes in pieces up to this */
	EVENT_QUEUE = 1 << 20,		/* octets of events held for us */
	MAX_ERRNO = 4095		/* of the kernel */
};

/*
 * groups: bits of multicast groups (RTMGRP_*) to listen to, without waiting;
 * 0 = a socket for requests.
 */
int
nl_open(struct nl *nl, uint32_t groups)
{
	const struct timeval patience = { .tv_sec = 2 };
	const int on = 1, queue = EVENT_QUEUE;
	struct sockaddr_nl sa = {
		.nl_family = AF_NETLINK,
		.nl_groups = groups
	};
	socklen_t len = sizeof(sa);
	int type = SOCK_RAW | SOCK_CLOEXEC | (groups ? SOCK_NONBLOCK : 0);

	memset(nl, 0, sizeof(*nl));
	nl->fd = socket(AF_NETLINK, type, NETLINK_ROUTE);
	if (nl->fd == -1)
		return -1;
	/* Comforts: older kernels and user namespaces may say no. */
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on,
	    sizeof(on));
	setsockopt(nl->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	if (groups)
		setsockopt(nl->fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue,
		    sizeof(queue));
	if (bind(nl->fd, (struct sockaddr *)&sa, sizeof(sa)) == -1 ||
	    getsockname(nl->fd, (struct sockaddr *)&sa, &len) == -1) {
		nl_close(nl);
		return -1;
	}
	nl->port = sa.nl_pid;
	return 0;
}

/* Keeps errno. */
void
nl_close(struct nl *nl)
{
	int saved = errno;

	if (nl->fd != -1)
		close(nl->fd);
	nl->fd = -1;
	errno = saved;
}

/* Only the head: the data behind it is written before it is read. */
void
nl_batch_init(struct nl_batch *batch)
{
	memset(batch, 0, offsetof(struct nl_batch, data));
}

/* Appends len octets, zero-filled to four; or sets full. */
static void
append(struct nl_batch *batch, const void *data, size_t len)
{
	size_t aligned = NLMSG_ALIGN(len);

	if (batch->full || aligned > sizeof(batch->data) - batch->len) {
		batch->full = true;
		return;
	}
	memset(batch->data + batch->len, 0, aligned);
	if (len > 0)
		memcpy(batch->data + batch->len, data, len);
	batch->len += aligned;
}

static void
close_message(struct nl_batch *batch)
{
	uint32_t len = (uint32_t)(batch->len - batch->last);

	if (!batch->full)
		memcpy(batch->data + batch->last, &len, sizeof(len));
}

/* Starts a message with the family's fixed header. */
void
nl_begin(struct nl *nl, struct nl_batch *batch, uint16_t type, uint16_t flags,
    const void *header, size_t len)
{
	struct nlmsghdr nlh = {
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | flags,
		.nlmsg_seq = ++nl->seq
	};

	if (batch->count == 0)
		batch->first_seq = nl->seq;
	batch->last = batch->len;
	batch->count++;
	append(batch, &nlh, sizeof(nlh));
	append(batch, header, len);
	close_message(batch);
}

/* Adds an attribute to the message begun last. */
void
nl_put(struct nl_batch *batch, uint16_t type, const void *data, size_t len)
{
	struct rtattr rta = {
		.rta_len = (uint16_t)RTA_LENGTH(len),
		.rta_type = type
	};

	append(batch, &rta, sizeof(rta));
	append(batch, data, len);
	close_message(batch);
}

/* Opens an attribute that holds others; what it returns closes it. */
size_t
nl_nest(struct nl_batch *batch, uint16_t type)
{
	size_t start = batch->len;

	nl_put(batch, type | NLA_F_NESTED, NULL, 0);
	return start;
}

void
nl_unnest(struct nl_batch *batch, size_t start)
{
	uint16_t len = (uint16_t)(batch->len - start);

	if (!batch->full)
		memcpy(batch->data + start, &len, sizeof(len));
}

/* What is padded at the end may be cut short. */
static void
step_over(const uint8_t **p, size_t *left, size_t len)
{
	if (len > *left)
		len = *left;
	*p += len;
	*left -= len;
}

/*
 * The message at *p of *left octets, and on to the next.  False at the end and
 * at anything that does not fit into what is left.
 */
bool
nl_next_msg(const uint8_t **p, size_t *left, struct nl_msg *msg)
{
	struct nlmsghdr nlh;

	if (*left < sizeof(nlh))
		return false;
	memcpy(&nlh, *p, sizeof(nlh));
	if (nlh.nlmsg_len < sizeof(nlh) || nlh.nlmsg_len > *left)
		return false;
	msg->type = nlh.nlmsg_type;
	msg->flags = nlh.nlmsg_flags;
	msg->seq = nlh.nlmsg_seq;
	msg->port = nlh.nlmsg_pid;
	msg->payload = *p + sizeof(nlh);
	msg->len = nlh.nlmsg_len - sizeof(nlh);
	step_over(p, left, NLMSG_ALIGN((size_t)nlh.nlmsg_len));
	return true;
}

/* The same for attributes; flag bits of the type are taken off. */
bool
nl_next_attr(const uint8_t **p, size_t *left, struct nl_attr *attr)
{
	struct rtattr rta;

	if (*left < sizeof(rta))
		return false;
	memcpy(&rta, *p, sizeof(rta));
	if (rta.rta_len < sizeof(rta) || rta.rta_len > *left)
		return false;
	attr->type = rta.rta_type & NLA_TYPE_MASK;
	attr->data = *p + sizeof(rta);
	attr->len = rta.rta_len - sizeof(rta);
	step_over(p, left, RTA_ALIGN((size_t)rta.rta_len));
	return true;
}

/* 0 if it is not four octets long */
uint32_t
nl_attr_u32(const struct nl_attr *attr)
{
	uint32_t value = 0;

	if (attr->len == sizeof(value))
		memcpy(&value, attr->data, sizeof(value));
	return value;
}

/* An NLMSG_ERROR: 0 or an errno; keeps the kernel's explanation, if any. */
static int
decode_ack(struct nl *nl, const struct nl_msg *msg)
{
	int error;
	size_t left, skip = sizeof(struct nlmsgerr);
	const uint8_t *p;
	struct nl_attr attr;

	if (msg->len < skip)
		return EBADMSG;
	memcpy(&error, msg->payload, sizeof(error));
	if (error == 0)
		return 0;
	if (error > 0 || error < -MAX_ERRNO)
		return EBADMSG;
	if (!(msg->flags & NLM_F_ACK_TLVS) || !(msg->flags & NLM_F_CAPPED))
		return -error;
	p = msg->payload + skip;
	left = msg->len - skip;
	while (nl_next_attr(&p, &left, &attr)) {
		if (attr.type != NLMSGERR_ATTR_MSG || attr.len == 0)
			continue;
		if (attr.len > sizeof(nl->error) - 1)
			attr.len = sizeof(nl->error) - 1;
		memcpy(nl->error, attr.data, attr.len);
		nl->error[attr.len] = '\0';
	}
	return -error;
}

/*
 * Failures are always answered; success only where it is asked for, which we
 * do for the last message: one answer then says that all have been handled.
 */
static void
ask_for_ack(struct nl_batch *batch)
{
	struct nlmsghdr nlh;

	memcpy(&nlh, batch->data + batch->last, sizeof(nlh));
	if ((nlh.nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		nlh.nlmsg_flags |= NLM_F_ACK;
	memcpy(batch->data + batch->last, &nlh, sizeof(nlh));
}

static int
send_batch(struct nl *nl, struct nl_batch *batch)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t n;

	nl->error[0] = '\0';
	if (batch->full) {
		errno = EMSGSIZE;
		return -1;
	}
	n = sendto(nl->fd, batch->data, batch->len, 0,
	    (struct sockaddr *)&kernel, sizeof(kernel));
	return n == -1 ? -1 : 0;
}

/* One datagram of the kernel; others are skipped.  -1 with errno. */
static ssize_t
receive(struct nl *nl, uint8_t *buf, size_t size)
{
	struct sockaddr_nl from = { 0 };
	socklen_t len;
	ssize_t n;

	do {
		len = sizeof(from);
		n = recvfrom(nl->fd, buf, size, MSG_TRUNC,
		    (struct sockaddr *)&from, &len);
	} while ((n == -1 && errno == EINTR) ||
	    (n >= 0 && (len != sizeof(from) || from.nl_pid != 0)));
	if (n > (ssize_t)size) {
		errno = EMSGSIZE;
		return -1;
	}
	return n;
}

/*
 * Sends the batch and reads until its last message is answered.  All messages
 * are tried; returns -1 with the first error that is not benign.
 */
static int
converse(struct nl *nl, struct nl_batch *batch, int benign, nl_handler *fn,
    void *arg)
{
	_Alignas(4) uint8_t buf[RECEIVE_SIZE];
	bool done = false, changed = false;
	int first = 0;

	ask_for_ack(batch);
	if (send_batch(nl, batch) == -1)
		return -1;
	while (!done) {
		const uint8_t *p = buf;
		struct nl_msg msg;
		ssize_t n = receive(nl, buf, sizeof(buf));
		size_t left = (size_t)n;

		if (n == -1)
			return -1;
		while (!done && nl_next_msg(&p, &left, &msg)) {
			uint32_t nth = msg.seq - batch->first_seq;
			int error;

			if (nth >= batch->count)
				continue;
			if (msg.flags & NLM_F_DUMP_INTR)
				changed = true;
			if (msg.type != NLMSG_ERROR && msg.type != NLMSG_DONE) {
				fn(&msg, arg);
				continue;
			}
			error = changed ? EINTR : 0;
			if (msg.type == NLMSG_ERROR)
				error = decode_ack(nl, &msg);
			if (error != 0 && error != benign && first == 0)
				first = error;
			done = nth == batch->count - 1;
		}
	}
	errno = first;
	return first == 0 ? 0 : -1;
}

static void
ignore(const struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
}

/*
 * Sends requests.  benign is an errno that counts as success (EEXIST,
 * EADDRNOTAVAIL; 0 = none).
 */
int
nl_talk(struct nl *nl, struct nl_batch *batch, int benign)
{
	return batch->count == 0 ? 0 :
	    converse(nl, batch, benign, ignore, NULL);
}

/*
 * Sends the batch and does not look back: what fails is answered all the same,
 * and skipped by whoever reads next.  For what is sent again anyway.
 */
int
nl_post(struct nl *nl, struct nl_batch *batch)
{
	return batch->count == 0 ? 0 : send_batch(nl, batch);
}

/*
 * Sends one request, a dump or not, and hands every message of the answer to
 * fn.  EINTR: a dump changed while it was read, ask again.
 */
int
nl_query(struct nl *nl, struct nl_batch *batch, nl_handler *fn, void *arg)
{
	return converse(nl, batch, 0, fn, arg);
}

/* One datagram of events; -1 with EAGAIN when there is none, ENOBUFS: lost. */
int
nl_receive(struct nl *nl, nl_handler *fn, void *arg)
{
	_Alignas(4) uint8_t buf[RECEIVE_SIZE];
	const uint8_t *p = buf;
	struct nl_msg msg;
	ssize_t n = receive(nl, buf, sizeof(buf));
	size_t left = (size_t)n;

	if (n == -1)
		return -1;
	while (nl_next_msg(&p, &left, &msg))
		fn(&msg, arg);
	return 0;
}
