/* What the unit tests share: addresses from text, and the list of tests. */
#ifndef CHECK_UTIL_H
#define CHECK_UTIL_H

#include "vrrp.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

/*
 * libcheck writes down each assertion that holds, a few system calls for each
 * of some millions, to name the last before a crash.  A debugger can do that.
 */
#define _mark_point(file, line)	((void)0)

#define NROWS(table)	(sizeof(table) / sizeof((table)[0]))
#define EACH(i, table)	for (size_t i = 0; i < NROWS(table); i++)

static inline struct vrrp_addr
addr(const char *text)
{
	struct vrrp_addr a = { { 0 } };

	ck_assert_int_eq(inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET,
	    text, a.octet), 1);
	return a;
}

/*
 * TEST(name) { ... } is a test, and LOOP_TEST one for each _i from "from" to
 * less than "to".  Both add themselves to the list that RUN_TESTS, the last
 * line of a file, runs.  VRRP_TEST in the environment names one to run alone.
 */
#define TEST(name)	LOOP_TEST(name, 0, 1)
#define LOOP_TEST(name, from, to)					\
static void name##_body(int);						\
START_TEST(name) { name##_body(_i); } END_TEST				\
static void name##_add(TCase *tc)					\
{									\
	tcase_add_loop_test(tc, name, from, to);			\
}									\
static void __attribute__((constructor)) name##_list(void)		\
{									\
	if (ntests == TESTS_MAX)					\
		abort();						\
	tests[ntests++] = (struct test){ #name, name##_add };		\
}									\
static void name##_body(int _i __attribute__((unused)))

enum { TESTS_MAX = 128 };

static struct test {
	const char *name;
	void (*add)(TCase *);
} tests[TESTS_MAX];
static unsigned ntests;

/* One suite of one case, seconds at most for a test; the exit status. */
static inline int
run_tests(const char *name, double seconds, void (*setup_each)(void),
    void (*teardown_each)(void))
{
	const char *only = getenv("VRRP_TEST");
	Suite *suite = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *runner = srunner_create(suite);
	unsigned i;
	int failed;

	tcase_add_checked_fixture(tc, setup_each, teardown_each);
	tcase_set_timeout(tc, seconds);
	for (i = 0; i < ntests; i++)
		if (only == NULL || strcmp(only, tests[i].name) == 0)
			tests[i].add(tc);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}

#define RUN_TESTS(name, seconds, setup_each, teardown_each)		\
int main(void)								\
{									\
	return run_tests(name, seconds, setup_each, teardown_each);	\
}

#endif
