/* The limit on log lines that somebody else can provoke: P-49, F27. */
#include "log.h"

#include <check.h>
#include <string.h>

static struct log_limit limit;
static const usec_t start = 1000 * VRRP_SECOND;

static struct vrrp_addr
sender(unsigned n)
{
	struct vrrp_addr addr = { { 10, 0, (uint8_t)(n >> 8), (uint8_t)n } };

	return addr;
}

static void
setup(void)
{
	memset(&limit, 0, sizeof(limit));
}

/* proves: R9568-7.1-n +, P-49 + */
START_TEST(first_at_once_then_one_a_minute)
{
	struct vrrp_addr a = sender(1);
	unsigned more = 99, i;

	ck_assert(log_limit_admit(&limit, 3, &a, start, &more));
	ck_assert_uint_eq(more, 0);
	for (i = 1; i < 60; i++)
		ck_assert(!log_limit_admit(&limit, 3, &a,
		    start + i * VRRP_SECOND, &more));
	ck_assert(log_limit_admit(&limit, 3, &a, start + 60 * VRRP_SECOND,
	    &more));
	ck_assert_uint_eq(more, 59);
	ck_assert(!log_limit_admit(&limit, 3, &a, start + 61 * VRRP_SECOND,
	    &more));
}
END_TEST

START_TEST(kinds_and_senders_apart)
{
	struct vrrp_addr a = sender(1), b = sender(2);
	unsigned more;

	ck_assert(log_limit_admit(&limit, 3, &a, start, &more));
	ck_assert(log_limit_admit(&limit, 4, &a, start, &more));
	ck_assert(log_limit_admit(&limit, 3, &b, start, &more));
	ck_assert(!log_limit_admit(&limit, 3, &a, start, &more));
	ck_assert(!log_limit_admit(&limit, 4, &a, start, &more));
	ck_assert(!log_limit_admit(&limit, 3, &b, start, &more));
}
END_TEST

/*
 * R9568-7.1-n: 100,000 bad packets of as many senders, bounded lines
 * proves: R9568-7.1-n +-
 */
START_TEST(made_up_senders_are_bounded)
{
	unsigned i, more, lines = 0;

	for (i = 0; i < 100000; i++) {
		struct vrrp_addr a = sender(i);

		lines += log_limit_admit(&limit, 3, &a,
		    start + (usec_t)i * 600, &more);
	}
	ck_assert_uint_eq(lines, LOG_LIMIT_SLOTS);
	/* A minute later others get their turn. */
	struct vrrp_addr late = sender(7777);
	ck_assert(log_limit_admit(&limit, 9, &late, start + 60 * VRRP_SECOND,
	    &more));
	ck_assert_uint_eq(more, 0);
}
END_TEST

START_TEST(levels)
{
	log_open(LOG_NOTICE);
	ck_assert(log_wanted(LOG_ERR));
	ck_assert(log_wanted(LOG_NOTICE));
	ck_assert(!log_wanted(LOG_INFO));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log");
	TCase *tcase = tcase_create("limit");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, first_at_once_then_one_a_minute);
	tcase_add_test(tcase, kinds_and_senders_apart);
	tcase_add_test(tcase, made_up_senders_are_bounded);
	tcase_add_test(tcase, levels);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
