/* Runs a command and appends one line on it to a file: wall clock in nanoseconds, peak resident memory in KiB, processor time in user and
 * kernel mode in microseconds, exit code (128 + signal when killed). The command's output is left alone.
 *
 *   cc -O2 -o measure measure.c
 *   measure LOG COMMAND [ARGUMENT...]
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long microseconds(struct timeval t) { return t.tv_sec * 1000000ll + t.tv_usec; }

int main(int argc, char **argv) {
    if (argc < 3) { fprintf(stderr, "usage: %s LOG COMMAND [ARGUMENT...]\n", argv[0]); return 2; }
    struct timespec start, stop;
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t child = fork();
    if (child < 0) { perror("fork"); return 1; }
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) != child) { perror("wait4"); return 1; }
    clock_gettime(CLOCK_MONOTONIC, &stop);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    FILE *log = fopen(argv[1], "a");
    if (!log) { perror(argv[1]); return 1; }
    fprintf(log, "%lld %ld %lld %lld %d\n", (stop.tv_sec - start.tv_sec) * 1000000000ll + stop.tv_nsec - start.tv_nsec, usage.ru_maxrss,
        microseconds(usage.ru_utime), microseconds(usage.ru_stime), code);
    return fclose(log) ? 1 : code;
}
