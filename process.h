/*
 * The process: descriptors, signals, the way to the background.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include "vrrp.h"

#include <signal.h>
#include <sys/types.h>

/* Set by signals, which are open only while the loop waits. */
struct process_signals {
	volatile sig_atomic_t stop;	/* TERM, INT */
	volatile sig_atomic_t report;	/* HUP */
	volatile sig_atomic_t take;	/* USR1 */
	volatile sig_atomic_t yield;	/* USR2 */
	volatile sig_atomic_t child;	/* CHLD */
};

extern struct process_signals process_signals;

usec_t	process_now(void);
void	process_clean(char **);
void	process_rename(const char *);
void	process_note_fault(volatile sig_atomic_t *);
void	process_catch(sigset_t *);
int	process_detach(void);
void	process_mute(void);
void	process_ready(int);
bool	process_may_run(void);
void	process_prompt(void);
int	process_realtime(void);
void	process_spare(void);
void	process_plain(void);
int	process_open_look(pid_t);
int	process_look(int, char *, unsigned long *);
void	process_trim(usec_t, usec_t);

#endif
