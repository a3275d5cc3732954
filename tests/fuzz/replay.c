/* tests/fuzz/replay.c: main() of a target without a fuzzer: runs it over the files and folders named, and counts them. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "fuzz.h"

static int
run_file(const char *path)
{
    FILE *fp = fopen(path, "rb");
    struct stat st;
    if (fp == NULL || fstat(fileno(fp), &st) != 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(2);
    }
    uint8_t *data = malloc((size_t)st.st_size + 1), *exact;
    size_t n = fread(data, 1, (size_t)st.st_size, fp);
    exact = malloc(n == 0 ? 1 : n);              /* of the very size: what reads on is found out by a checking malloc */
    memcpy(exact, data, n);
    fclose(fp);
    free(data);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return 1;
}

static int
run_folder(DIR *dir, const char *folder)
{
    int n = 0;
    char path[4096];
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        if (e->d_name[0] != '.')
            n += run_file(path);
    }
    closedir(dir);
    return n;
}

int
main(int argc, char **argv)
{
    int n = 0;
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        n += dir != NULL ? run_folder(dir, argv[i]) : run_file(argv[i]);
    }
    printf("%d inputs\n", n);
    return n == 0;
}
