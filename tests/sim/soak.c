/* As many random scenarios as asked for, or one of them, to read it. */
#include "sim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct sim sim;

static struct {
	uint64_t scenarios, failures, transitions, steps, frames;
	usec_t time;
	double worst;			/* convergence, as part of the bound */
	usec_t took, bound;
	uint64_t worst_seed;
} sum;

static double
cpu_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static double
hours(usec_t time)
{
	return (double)time / 3.6e9;
}

static void
add(const struct sim_case *c, const struct sim_result *result)
{
	double part = (double)result->took / (double)result->bound;

	sum.scenarios++;
	sum.transitions += result->transitions;
	sum.steps += result->steps;
	sum.frames += result->frames;
	sum.time += result->end;
	if (result->failed || part <= sum.worst)
		return;
	sum.worst = part;
	sum.took = result->took;
	sum.bound = result->bound;
	sum.worst_seed = c->seed;
}

static void
progress(uint64_t n)
{
	fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 ", %" PRIu64 " failed, "
	    "%.2f virtual years ", sum.scenarios, n, sum.failures,
	    hours(sum.time) / 8766);
}

static void
summary(void)
{
	printf("%" PRIu64 " scenarios, %.3f virtual years, %" PRIu64
	    " transitions, %" PRIu64 " frames\n"
	    "%" PRIu64 " steps in %.1f s of CPU\n"
	    "worst convergence: %.3f s of %.3f s allowed (%.1f %%), seed %"
	    PRIu64 "\n"
	    "%" PRIu64 " failed\n", sum.scenarios, hours(sum.time) / 8766,
	    sum.transitions, sum.frames, sum.steps, cpu_seconds(),
	    (double)sum.took / 1e6, (double)sum.bound / 1e6,
	    100 * sum.worst, sum.worst_seed, sum.failures);
}

/* Goes on after a failure, but tells of the first three only. */
static void
soak(const struct sim_case *how, uint64_t n)
{
	struct sim_case c = *how;
	struct sim_result result;
	bool tty = isatty(STDERR_FILENO);
	uint64_t i, turn = n / 100 + 1;

	for (i = 0; i < n; i++, c.seed++) {
		seed_run(&sim, &c, &result);
		add(&c, &result);
		if (tty && i % turn == 0)
			progress(n);
		if (!result.failed || sum.failures++ >= 3)
			continue;
		struct sim_case less = c;

		seed_shrink(&sim, &less);
		seed_report(&sim, &less, stdout);
		fflush(stdout);
	}
	if (tty)
		fputc('\n', stderr);
	summary();
}

static void
usage(void)
{
	fputs("usage: soak [-n SEEDS] [-s FIRST] \n"
	    "       soak -s SEED -r ROUTERS -f FAULTS [-v]\n"
	    "-v tells of adverts and drops too, -r and -f are sets, "
	    "hexadecimal\n", stderr);
	exit(1);
}

int
main(int argc, char **argv)
{
	uint64_t n = 100000;
	struct sim_case c;
	bool one = false;
	int option;

	seed_case(&c, 1);
	while ((option = getopt(argc, argv, "n:s:r:f:v")) != -1)
		switch (option) {
		case 'n':
			n = strtoull(optarg, NULL, 0);
			break;
		case 's':
			c.seed = strtoull(optarg, NULL, 0);
			break;
		case 'r':
			c.routers = (unsigned)strtoul(optarg, NULL, 0);
			one = true;
			break;
		case 'f':
			c.faults = (uint32_t)strtoul(optarg, NULL, 0);
			one = true;
			break;
		case 'v':
			c.verbose = one = true;
			break;
		default:
			usage();
		}
	if (one)
		seed_report(&sim, &c, stdout);
	else
		soak(&c, n);
	return sum.failures > 0 || (one && sim.failed) ? 1 : 0;
}
