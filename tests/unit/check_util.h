/*
 * What the unit tests share: addresses from text, and running one suite.
 */
#ifndef CHECK_UTIL_H
#define CHECK_UTIL_H

#include "vrrp.h"

#include <arpa/inet.h>
#include <check.h>
#include <string.h>

/*
 * libcheck writes down each assertion that holds, a few system calls for each
 * of some millions, to name the last before a crash.  A debugger can do that.
 */
#define _mark_point(file, line)	((void)0)

static inline struct vrrp_addr
addr(const char *text)
{
	struct vrrp_addr a = { { 0 } };

	ck_assert_int_eq(inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET,
	    text, a.octet), 1);
	return a;
}

/* One suite of one case, seconds at most for a test; the exit status. */
static inline int
run_case(TCase *tc, const char *name, double seconds)
{
	Suite *suite = suite_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, seconds);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}

#endif
