/*
 * A small file that only one process holds: the pid file, and the record of
 * the interface's own MAC.  Or one that several share, of which the last puts
 * back what the first found.
 */
#ifndef LOCKFILE_H
#define LOCKFILE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	LOCKFILE_NAME_LEN = 40,		/* vrrpd6_IFNAME_VRID.undo */
	LOCKFILE_PATH_LEN = 1100	/* CONF_PATH_MAX and a name */
};

struct lockfile {
	int fd;				/* -1 = not held */
	const char *dir;		/* the caller's; it stays */
	char name[LOCKFILE_NAME_LEN];
};

int	lockfile_open(struct lockfile *, const char *, const char *, char *,
	    size_t);
int	lockfile_share(struct lockfile *, const char *, const char *, char *,
	    size_t);
const char *lockfile_path(char *, const struct lockfile *);
const char *lockfile_error(int);
bool	lockfile_alone(const struct lockfile *);
int	lockfile_write(const struct lockfile *, const char *);
void	lockfile_remove(struct lockfile *);
void	lockfile_release(struct lockfile *);

#endif
