// The driver as a program: running it with a limit to its time, and reading what it says. It and
// the servers run in process groups of their own and are killed by the kernel when the test dies.
#pragma once

#include "clients/core/histogram.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { LIMIT_MS = 60000 }; // to whatever a test waits for

struct run {
    pid_t pid; // 0: ended
    int out, err;
    uint64_t start_ns;
    double seconds;               // from its start to its end
    int status;                   // exit status, or 128 + signal
    char text[4096], errors[512]; // what it said
};
extern struct run run; // of the driver: the one under way, or the last

extern char epoll[], io_uring[], threads[];
extern const char *io; // the driver's --io in this test

// A test, once by each --io; or once. The test begins with use_io.
#define BY_EACH_IO(test) BY_IO(test, epoll), BY_IO(test, io_uring), BY_IO(test, threads)
#define BY_IO(test, io)                                                                            \
    {                                                                                              \
#test " (" #io ")", test, NULL, end_programs, io                                           \
    }
#define ONCE(test)                                                                                 \
    {                                                                                              \
#test, test, NULL, end_programs, epoll                                                     \
    }

// Takes the test's --io; skips the test if that does not work here.
void use_io(void **state);

// Before and after all tests: a folder for files, and that nothing is left, neither file nor
// process.
extern char folder[];
int begin_tests(void **unused);
int end_tests(void **unused);

// Starts the driver; files: its RLIMIT_NOFILE, or 0. The arguments are separated by spaces.
void drive_start(const char *arguments, rlim_t files);
// Waits until it has ended and reads what it said.
void drive_end(void);
// Both: with the test's --io and these options, against a port of 127.0.0.1.
void drive(unsigned port, const char *format, ...) __attribute__((format(printf, 2, 3)));
// The same; returns the latencies that the driver wrote by --raw, until the next call.
const struct histogram *drive_histogram(unsigned port, const char *options);

// Starts a server that says "listening on … 127.0.0.1:PORT". Returns its port.
unsigned start_server(const char *program, const char *arguments);

// Ends the driver and all servers, planted ones too.
int end_programs(void **unused);

// The value of a figure that must be there, and whether the driver declined to give it.
double figure(const char *name);
bool declined(const char *name);

void expect_figure(const char *name, double value);
void expect_figure_between(const char *name, double least, double most);
// So many errors of one kind and none of the others; NULL: none at all.
void expect_errors(const char *kind, double least, double most);
// Exit status 0, no errors, no word on standard error.
void expect_success(void);
// This exit status, and one line on standard error that holds these words.
void expect_failure(int status, const char *words);
