/*
 * The command line: options and addresses into the configuration.
 */
#ifndef CMDLINE_H
#define CMDLINE_H

#include "core/conf.h"

void	cmdline_parse(struct conf *, int, char **);
_Noreturn void cmdline_print(const char *);

#endif
