/*
 * What the tests of conf.c share: a configuration that gets its words one by
 * one, each of them taken or refused with the whole message.
 */
#ifndef CONF_UTIL_H
#define CONF_UTIL_H

#include "core/conf.h"
#include "check_util.h"

#include <stdio.h>

static struct conf conf;
static char err[CONF_ERROR_LEN];
static char text[CONF_TEXT_LEN];

static inline void
setup(void)
{
	conf_init(&conf);
	memset(err, 0, sizeof(err));
}

/* A message of NULL: it is taken; else refused, and that is why. */
static inline void
says(int result, const char *message)
{
	ck_assert_str_eq(err, message != NULL ? message : "");
	ck_assert_int_eq(result, message != NULL ? -1 : 0);
}

/* Where a message is to be written: there is none of the words before. */
static inline char *
no_message(void)
{
	err[0] = '\0';
	return err;
}

static inline void
refuse(int option, const char *value, const char *message)
{
	says(conf_set(&conf, option, value, no_message()), message);
}

static inline void
give(int option, const char *value)
{
	refuse(option, value, NULL);
}

static inline void
refuse_address(const char *value, const char *message)
{
	says(conf_add_address(&conf, value, no_message()), message);
}

static inline void
give_address(const char *value)
{
	refuse_address(value, NULL);
}

static inline void
finish(const char *message)
{
	says(conf_finish(&conf, no_message()), message);
}

/* real: which addresses the interface has */
static inline void
set_owner(const bool *real, const char *message)
{
	says(conf_set_owner(&conf, real, no_message()), message);
}

/* A fresh configuration that lacks nothing but what the test is about */
static inline void
begin(const char *address)
{
	setup();
	give('i', "eth0");
	give('v', "51");
	if (address != NULL)
		give_address(address);
}

static inline bool
prints(const char *line)
{
	size_t len = conf_print(text, sizeof(text), &conf);

	ck_assert_uint_eq(len, strlen(text));
	ck_assert_uint_lt(len, sizeof(text));
	return strstr(text, line) != NULL;
}

/* A buffer of any size, whole ones in steps, is filled and never overrun. */
static inline void
print_into_any_size(size_t whole)
{
	size_t len = strlen(text), size;

	for (size = 1; size <= len + 1; size += size < whole ? 1 : 97) {
		char *buf = malloc(size);

		ck_assert_ptr_nonnull(buf);
		ck_assert_uint_eq(conf_print(buf, size, &conf), size - 1);
		ck_assert_uint_eq(strlen(buf), size - 1);
		ck_assert_mem_eq(buf, text, size - 1);
		free(buf);
	}
}

#endif
