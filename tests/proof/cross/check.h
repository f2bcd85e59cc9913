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
	CK_ENV
};

typedef void cross_test(int);
typedef void cross_fixture(void);

/* A case, its suite and its runner are one here. */
typedef struct {
	const char *name;
	cross_fixture *setup, *teardown;
	int count;
} TCase;
typedef TCase Suite;
typedef TCase SRunner;

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

#define tcase_set_timeout(tcase, seconds)	((void)(tcase), (void)(seconds))
#define suite_add_tcase(suite, tcase)		((void)(suite), (void)(tcase))
#define suite_create(name)			cross_case(name)
#define tcase_create(name)			cross_case(name)
#define srunner_create(suite)			(suite)
#define srunner_ntests_failed(runner)		0
#define srunner_free(runner)			((void)(runner))

static inline TCase *
cross_case(const char *name)
{
	static TCase tcase;

	tcase.name = name;
	return &tcase;
}

static inline void
tcase_add_checked_fixture(TCase *tcase, cross_fixture *setup,
    cross_fixture *teardown)
{
	tcase->setup = setup;
	tcase->teardown = teardown;
}

/* It runs as soon as it is added. */
static inline void
tcase_add_loop_test(TCase *tcase, cross_test *fn, int from, int to)
{
	for (; from < to; from++, tcase->count++) {
		if (tcase->setup != NULL)
			tcase->setup();
		fn(from);
		if (tcase->teardown != NULL)
			tcase->teardown();
	}
}

static inline void
srunner_run_all(const SRunner *runner, int mode)
{
	(void)mode;
	ck_assert_int_gt(runner->count, 0);
	printf("%s: %d checks\n", runner->name, runner->count);
}

#endif
