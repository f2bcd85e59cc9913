/*
 * As much of libcheck's interface as the tests use, for a machine that has no
 * libcheck: in one process, in order, and the first failure ends it.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CK_ENV,
	CROSS_FIXTURES = 8
};

typedef void cross_test(int);
typedef void cross_fixture(void);

typedef struct {
	cross_fixture *setup[CROSS_FIXTURES];
	cross_fixture *teardown[CROSS_FIXTURES];
	int nfixtures;
	struct {
		cross_test *fn;
		const char *name;
		int from, to;
	} test[512];
	int ntests;
} TCase;

typedef struct {
	const char *name;
	TCase *tcase[32];
	int ntcases;
} Suite;

typedef Suite SRunner;

#define START_TEST(name)	static void name(int _i) { (void)_i;
#define END_TEST		}

#define ck_abort_msg(...) do {						\
	fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);			\
	fprintf(stderr, __VA_ARGS__);					\
	fputc('\n', stderr);						\
	exit(1);							\
} while (0)
#define ck_assert_msg(what, ...) do {					\
	if (!(what))							\
		ck_abort_msg(__VA_ARGS__);				\
} while (0)
#define ck_assert(what)		ck_assert_msg(what, "%s", #what)
#define CROSS_COMPARE(type, form, a, op, b) do {			\
	type cross_a = (a), cross_b = (b);				\
	ck_assert_msg(cross_a op cross_b, "%s %s %s: %" form ", %" form, \
	    #a, #op, #b, cross_a, cross_b);				\
} while (0)
#define CROSS_INT(a, op, b)	CROSS_COMPARE(intmax_t, "jd", a, op, b)
#define CROSS_UINT(a, op, b)	CROSS_COMPARE(uintmax_t, "ju", a, op, b)
#define ck_assert_int_eq(a, b)	CROSS_INT(a, ==, b)
#define ck_assert_int_ne(a, b)	CROSS_INT(a, !=, b)
#define ck_assert_int_lt(a, b)	CROSS_INT(a, <, b)
#define ck_assert_int_le(a, b)	CROSS_INT(a, <=, b)
#define ck_assert_int_gt(a, b)	CROSS_INT(a, >, b)
#define ck_assert_int_ge(a, b)	CROSS_INT(a, >=, b)
#define ck_assert_uint_eq(a, b)	CROSS_UINT(a, ==, b)
#define ck_assert_uint_ne(a, b)	CROSS_UINT(a, !=, b)
#define ck_assert_uint_lt(a, b)	CROSS_UINT(a, <, b)
#define ck_assert_uint_le(a, b)	CROSS_UINT(a, <=, b)
#define ck_assert_uint_gt(a, b)	CROSS_UINT(a, >, b)
#define ck_assert_uint_ge(a, b)	CROSS_UINT(a, >=, b)
#define ck_assert_mem_eq(a, b, n) ck_assert(memcmp(a, b, n) == 0)
#define ck_assert_mem_ne(a, b, n) ck_assert(memcmp(a, b, n) != 0)
#define ck_assert_ptr_eq(a, b)	ck_assert((a) == (b))
#define ck_assert_ptr_ne(a, b)	ck_assert((a) != (b))
#define ck_assert_ptr_null(a)	ck_assert((a) == NULL)
#define ck_assert_ptr_nonnull(a) ck_assert((a) != NULL)
#define CROSS_STR(a, op, b) do {					\
	const char *cross_a = (a), *cross_b = (b);			\
	ck_assert_msg(strcmp(cross_a, cross_b) op 0, "'%s', '%s'",	\
	    cross_a, cross_b);						\
} while (0)
#define ck_assert_str_eq(a, b)	CROSS_STR(a, ==, b)
#define ck_assert_str_ne(a, b)	CROSS_STR(a, !=, b)

#define tcase_add_test(tcase, fn) cross_add(tcase, fn, #fn, 0, 1)
#define tcase_add_loop_test(tcase, fn, from, to) \
	cross_add(tcase, fn, #fn, from, to)
#define tcase_set_timeout(tcase, seconds)	((void)(tcase), (void)(seconds))
#define srunner_create(suite)	(suite)

static inline TCase *
tcase_create(const char *name)
{
	TCase *tcase = calloc(1, sizeof(*tcase));

	if (tcase == NULL)
		ck_abort_msg("%s: no memory", name);
	return tcase;
}

static inline Suite *
suite_create(const char *name)
{
	Suite *suite = calloc(1, sizeof(*suite));

	if (suite == NULL)
		ck_abort_msg("%s: no memory", name);
	suite->name = name;
	return suite;
}

static inline void
suite_add_tcase(Suite *suite, TCase *tcase)
{
	ck_assert_int_lt(suite->ntcases, 32);
	suite->tcase[suite->ntcases++] = tcase;
}

static inline void
tcase_add_checked_fixture(TCase *tcase, cross_fixture *setup,
    cross_fixture *teardown)
{
	ck_assert_int_lt(tcase->nfixtures, CROSS_FIXTURES);
	tcase->setup[tcase->nfixtures] = setup;
	tcase->teardown[tcase->nfixtures++] = teardown;
}

static inline void
cross_add(TCase *tcase, cross_test *fn, const char *name, int from, int to)
{
	ck_assert_int_lt(tcase->ntests, 512);
	tcase->test[tcase->ntests].fn = fn;
	tcase->test[tcase->ntests].name = name;
	tcase->test[tcase->ntests].from = from;
	tcase->test[tcase->ntests++].to = to;
}

static inline void
cross_run(const TCase *tcase, cross_test *fn, int i)
{
	int k;

	for (k = 0; k < tcase->nfixtures; k++)
		if (tcase->setup[k] != NULL)
			tcase->setup[k]();
	fn(i);
	for (k = tcase->nfixtures - 1; k >= 0; k--)
		if (tcase->teardown[k] != NULL)
			tcase->teardown[k]();
}

static inline void
srunner_run_all(const SRunner *runner, int mode)
{
	int i, k, n, count = 0;

	(void)mode;
	for (i = 0; i < runner->ntcases; i++) {
		const TCase *tcase = runner->tcase[i];

		for (k = 0; k < tcase->ntests; k++) {
			for (n = tcase->test[k].from; n < tcase->test[k].to;
			    n++, count++)
				cross_run(tcase, tcase->test[k].fn, n);
		}
	}
	ck_assert_int_gt(count, 0);
	printf("%s: %d checks\n", runner->name, count);
}

static inline int
srunner_ntests_failed(const SRunner *runner)
{
	(void)runner;
	return 0;
}

static inline void
srunner_free(SRunner *runner)
{
	int i;

	for (i = 0; i < runner->ntcases; i++)
		free(runner->tcase[i]);
	free(runner);
}

#endif
