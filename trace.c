/*
 * The frames of a router go into a file that Wireshark reads, each as soon as
 * it was sent or heard.  Built in two ways: with PCAP by means of libpcap, and
 * without it as three functions that do nothing.
 *
 * The first error ends the recording and nothing else.  libpcap writes through
 * a stream of our own, so that a record is one write(2), and nothing of it is
 * left in memory when the guard is forked, which goes on with the file.
 */
#include "trace.h"
#include "log.h"

#include <errno.h>

#ifdef PCAP

#include <fcntl.h>
#include <limits.h>
#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	BUFFER_SIZE = 8192,		/* a whole record: no frame has more */
	SNAPLEN = 65535,
	MAGIC = 0xa1b2c3d4,		/* microseconds, our byte order */
	LOCK_POLL = 20000000,		/* ns */
	LOCK_POLLS = 50			/* the last one may end right now */
};

static int fd = -1;
static pcap_dumper_t *dumper;
static char buffer[BUFFER_SIZE];
static int *ended;		/* the errno, or 0; shared with the guard */

bool
trace_built_in(void)
{
	return true;
}

/* What is there already of a record that does not fit goes again. */
static void
end(size_t done, int error)
{
	struct stat st;

	if (done > 0 && fstat(fd, &st) == 0 &&
	    ftruncate(fd, st.st_size - (off_t)done) == -1)
		error = errno;
	*ended = error;
}

/* For libc, which is to keep nothing: never fails. */
static ssize_t
put(void *cookie, const char *data, size_t len)
{
	size_t done = 0;
	ssize_t n;

	(void)cookie;
	while (done < len && *ended == 0) {
		/* Where not all of it fits, the rest tells why. */
		n = write(fd, data + done, len - done);
		if (n > 0)
			done += (size_t)n;
		else
			end(done, n == -1 ? errno : ENOSPC);
	}
	return (ssize_t)len;
}

/* Empty, or a recording like ours; only that is overwritten. */
static int
check_file(void)
{
	struct stat st;
	uint32_t magic;

	if (fstat(fd, &st) == -1)
		return -1;
	errno = EINVAL;
	if (!S_ISREG(st.st_mode))
		return -1;
	errno = EMLINK;
	if (st.st_nlink > 1)
		return -1;
	errno = EEXIST;
	return st.st_size == 0 || (pread(fd, &magic, sizeof(magic), 0) ==
	    sizeof(magic) && magic == (uint32_t)MAGIC) ? 0 : -1;
}

/* Another vrrpd may have it; -1 with EWOULDBLOCK. */
static int
lock_file(void)
{
	const struct timespec poll = { .tv_nsec = LOCK_POLL };
	int i;

	for (i = 0; i < LOCK_POLLS; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		nanosleep(&poll, NULL);
	}
	return -1;
}

/* A password may stand in an advert: only its owner reads it. */
static int
prepare_file(const char *path)
{
	/* Nothing that is no file is waited for. */
	fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK |
	    O_NOCTTY | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd == -1 || check_file() == -1 || lock_file() == -1 ||
	    fchmod(fd, S_IRUSR | S_IWUSR) == -1)
		return -1;
	return ftruncate(fd, 0);
}

static int
open_dumper(void)
{
	const cookie_io_functions_t functions = { .write = put };
	pcap_t *ethernet = pcap_open_dead(DLT_EN10MB, SNAPLEN);
	FILE *stream = fopencookie(NULL, "w", functions);

	errno = ENOMEM;
	if (ethernet == NULL || stream == NULL ||
	    setvbuf(stream, buffer, _IOFBF, sizeof(buffer)) != 0)
		return -1;
	dumper = pcap_dump_fopen(ethernet, stream);
	if (dumper == NULL)
		return -1;
	pcap_close(ethernet);
	(void)pcap_dump_flush(dumper);
	errno = *ended;
	return errno == 0 ? 0 : -1;
}

/* Whether the folder of a file is there that is still to be made. */
static int
check_folder(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return 0;
	snprintf(folder, sizeof(folder), "%.*s/", (int)(slash - path), path);
	return access(folder, F_OK);
}

/*
 * Whether path can be a recording: a regular file that is empty or a recording,
 * or none yet.  Changes nothing.  -1 with errno: ENOENT, its folder is not
 * there; EINVAL, ELOOP or EMLINK, another kind of file; EEXIST, something else
 * is in it.
 */
int
trace_check(const char *path)
{
	int result, saved;

	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT ? check_folder(path) : -1;
	result = check_file();
	saved = errno;
	close(fd);
	fd = -1;
	errno = saved;
	return result;
}

/* Begins a recording in a file that trace_check() allows; -1 with errno. */
int
trace_open(const char *path)
{
	ended = mmap(NULL, sizeof(*ended), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ended == MAP_FAILED || prepare_file(path) == -1)
		return -1;
	return open_dumper();
}

/* A frame that was sent or heard, at this moment. */
void
trace_frame(const uint8_t *frame, size_t len)
{
	struct pcap_pkthdr header = {
		.caplen = (bpf_u_int32)len, .len = (bpf_u_int32)len
	};
	struct timespec now;

	if (dumper == NULL || *ended != 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	header.ts.tv_sec = now.tv_sec;
	header.ts.tv_usec = now.tv_nsec / 1000;
	pcap_dump((u_char *)dumper, &header, frame);
	(void)pcap_dump_flush(dumper);
	if (*ended != 0)
		log_err("no more frames are recorded: %s", strerror(*ended));
}

#else

bool
trace_built_in(void)
{
	return false;
}

int
trace_check(const char *path)
{
	(void)path;
	errno = ENOSYS;
	return -1;
}

int
trace_open(const char *path)
{
	return trace_check(path);
}

void
trace_frame(const uint8_t *frame, size_t len)
{
	(void)frame;
	(void)len;
}

#endif
