/*
 * A small file that only one process holds: the pid file, and the record of
 * the interface's own MAC.
 */
#ifndef LOCKFILE_H
#define LOCKFILE_H

#include <stddef.h>

enum {
	LOCKFILE_PATH_LEN = 1100	/* CONF_PATH_MAX and a name */
};

struct lockfile {
	int fd;				/* -1 = not held */
	char path[LOCKFILE_PATH_LEN];
};

int	lockfile_open(struct lockfile *, const char *, char *, size_t);
int	lockfile_write(const struct lockfile *, const char *);
void	lockfile_remove(struct lockfile *);

#endif
