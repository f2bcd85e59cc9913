/*
 * Replays the corpus without libFuzzer: every file named, every file of a
 * directory named, and every beginning of each.
 */
#include "fuzz.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <sys/stat.h>

enum {
	INPUT_MAX = 8192,
	PATH_LEN = 4096
};

static unsigned long files, inputs;

static void
replay_file(const char *path)
{
	static uint8_t data[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	size_t len, i;

	if (file == NULL)
		err(1, "%s", path);
	len = fread(data, 1, sizeof(data), file);
	if (ferror(file))
		err(1, "%s", path);
	fclose(file);
	for (i = 0; i <= len; i++) {
		uint8_t *copy = exact(data, i, 0);

		LLVMFuzzerTestOneInput(copy, i);
		free(copy);
		inputs++;
	}
	files++;
}

static void
replay(const char *path)
{
	char name[PATH_LEN];
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	if (stat(path, &st) == -1)
		err(1, "%s", path);
	if (!S_ISDIR(st.st_mode)) {
		replay_file(path);
		return;
	}
	dir = opendir(path);
	if (dir == NULL)
		err(1, "%s", path);
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (snprintf(name, sizeof(name), "%s/%s", path,
		    entry->d_name) >= PATH_LEN)
			errx(1, "%s: too long", path);
		replay_file(name);
	}
	if (errno != 0)
		err(1, "%s", path);
	closedir(dir);
}

int
main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		replay(argv[i]);
	if (files == 0)
		errx(1, "no corpus file given");
	printf("%s: %lu files, %lu inputs: ok\n", argv[0], files, inputs);
	return 0;
}
