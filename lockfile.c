/*
 * A small file that only one process holds.  The lock is what counts, not the
 * file: it goes with its process, whatever that died of, and a pid in an
 * unlocked file means nothing.  No symbolic link is followed (C19).
 */
#include "lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ATTEMPTS = 10			/* the holder may remove it meanwhile */
};

/*
 * In path[LOCKFILE_PATH_LEN]; also of one that could not be opened, beside the
 * errno that says why.
 */
const char *
lockfile_path(char *path, const struct lockfile *lock)
{
	int saved = errno;

	snprintf(path, LOCKFILE_PATH_LEN, "%s/%s", lock->dir, lock->name);
	errno = saved;
	return path;
}

/* Whether the path still leads to the file that we have open. */
static int
is_current(const char *path, int fd)
{
	struct stat by_path, by_fd;

	return lstat(path, &by_path) == 0 && fstat(fd, &by_fd) == 0 &&
	    by_path.st_dev == by_fd.st_dev && by_path.st_ino == by_fd.st_ino;
}

static int
open_locked(struct lockfile *lock, int operation, char *text, size_t size)
{
	char path[LOCKFILE_PATH_LEN];
	struct stat st;
	ssize_t n;
	int i, saved;

	lock->fd = -1;
	lockfile_path(path, lock);
	for (i = 0; i < ATTEMPTS; i++) {
		lock->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW |
		    O_CLOEXEC | O_NONBLOCK, 0644);
		if (lock->fd == -1)
			return -1;
		if (fstat(lock->fd, &st) == -1)
			goto fail;
		if (!S_ISREG(st.st_mode) || st.st_nlink > 1) {
			errno = S_ISREG(st.st_mode) ? EMLINK : EINVAL;
			goto fail;
		}
		if (flock(lock->fd, operation | LOCK_NB) == -1)
			goto fail;
		if (is_current(path, lock->fd))
			break;
		close(lock->fd);
		lock->fd = -1;
	}
	if (lock->fd == -1) {
		errno = EWOULDBLOCK;
		return -1;
	}
	n = pread(lock->fd, text, size - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	return 0;
fail:
	saved = errno;
	close(lock->fd);
	lock->fd = -1;
	errno = saved;
	return -1;
}

/* What errno means after one of the two below. */
const char *
lockfile_error(int error)
{
	switch (error) {
	case EINVAL:
		return "not a regular file";
	case EMLINK:
		return "it has other names too (hard links)";
	case ELOOP:
		return "a symbolic link";
	case EWOULDBLOCK:
		return "another process holds it";
	default:
		return strerror(error);
	}
}

/*
 * Opens and locks dir/name, creating it; text gets what is in it, "" if new.
 * dir must stay.  -1 with errno: EWOULDBLOCK when somebody else holds it,
 * EMLINK or EINVAL when it is no ordinary file of one name.
 */
int
lockfile_open(struct lockfile *lock, const char *dir, const char *name,
    char *text, size_t size)
{
	lock->dir = dir;
	snprintf(lock->name, sizeof(lock->name), "%s", name);
	return open_locked(lock, LOCK_EX, text, size);
}

/* The same, with others that share it. */
int
lockfile_share(struct lockfile *lock, const char *dir, const char *name,
    char *text, size_t size)
{
	lock->dir = dir;
	snprintf(lock->name, sizeof(lock->name), "%s", name);
	return open_locked(lock, LOCK_SH, text, size);
}

/*
 * Whether nobody else shares it.  If not, our share is gone: of several that
 * ask at the same time exactly one is the last.
 */
bool
lockfile_alone(const struct lockfile *lock)
{
	return flock(lock->fd, LOCK_EX | LOCK_NB) == 0;
}

/* Replaces the content; -1 with errno, ENOSPC when only a part went in. */
int
lockfile_write(const struct lockfile *lock, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;

	if (ftruncate(lock->fd, 0) == -1)
		return -1;
	n = pwrite(lock->fd, text, len, 0);
	if (n >= 0 && n < (ssize_t)len)
		errno = ENOSPC;
	return n == (ssize_t)len ? 0 : -1;
}

/*
 * Removed while it is still locked: no other start can be fooled.  Who may not
 * remove it leaves it empty, which means the same.
 */
void
lockfile_remove(struct lockfile *lock)
{
	char path[LOCKFILE_PATH_LEN];

	if (lock->fd == -1)
		return;
	(void)!ftruncate(lock->fd, 0);
	if (is_current(lockfile_path(path, lock), lock->fd))
		unlink(path);
	close(lock->fd);
	lock->fd = -1;
}

/* Lets go; the file stays if there is anything in it. */
void
lockfile_release(struct lockfile *lock)
{
	struct stat st;

	if (lock->fd == -1)
		return;
	if (fstat(lock->fd, &st) == 0 && st.st_size == 0) {
		lockfile_remove(lock);
		return;
	}
	close(lock->fd);
	lock->fd = -1;
}
