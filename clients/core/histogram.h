// A latency histogram: log-linear, three significant decimal digits, exact to merge.
//
// The layout is Gil Tene's HdrHistogram (hdrhistogram.org): values below 2048 ns have a slot each;
// above, every power of two is divided into 1024 slots of equal width, so that the highest value of
// a slot is less than 1/1000 above any other value in it. Percentiles of several runs come from
// merged histograms, never from averaged percentiles.
//
// Unlike HdrHistogram, a value above the range is neither refused nor moved into the range: it is
// counted as overflow and ranks above everything else. The tail is never made to look better.
//
// Cost: 214 KiB each; recording is a count of leading zeros, a shift and two increments. Not
// thread-safe: use one histogram per thread and merge them.
#pragma once

#include <stdint.h>
#include <stdio.h>

#define HISTOGRAM_MAX_NS UINT64_C(60000000000) // the range is 0 ns .. 60 s, both included

// The slot of HISTOGRAM_MAX_NS (see slot_of in histogram.c), and one above it for the overflow.
#define HISTOGRAM_OVERFLOW_SLOT ((25 << 10) + (HISTOGRAM_MAX_NS >> 25) + 1)
#define HISTOGRAM_SLOTS (HISTOGRAM_OVERFLOW_SLOT + 1)

struct histogram {
    uint64_t counts[HISTOGRAM_SLOTS];
    uint64_t count;  // of all values, the overflow included
    uint64_t min_ns; // exact; UINT64_MAX while empty
    uint64_t max_ns; // exact, above the range too
};

// Empties the histogram. Must be called before anything else.
void histogram_reset(struct histogram *h);

// Records one value in ns. 0 is a valid value: a clock that did not advance is not hidden.
void histogram_record(struct histogram *h, uint64_t ns);

// Adds all of `from` to `into`: the result is as if every value had been recorded there.
void histogram_merge(struct histogram *into, const struct histogram *from);

// The number of values, and how many of them were above HISTOGRAM_MAX_NS.
uint64_t histogram_count(const struct histogram *h);
uint64_t histogram_overflow(const struct histogram *h);

// The exact smallest and largest value in ns; 0 if empty.
uint64_t histogram_min(const struct histogram *h);
uint64_t histogram_max(const struct histogram *h);

// The value in ns that at least `percent` (0 .. 100) of all values do not exceed: nearest rank, no
// interpolation. The result is the highest value of the slot with that rank, capped at the maximum:
// never below the exact value, and less than 1/1000 above it. It is the exact maximum if the rank
// falls into the overflow, and 0 if empty.
uint64_t histogram_percentile(const struct histogram *h, double percent);

// The number of values that do not exceed `ns`, rounded up to the highest value of its slot: less
// than 1/1000 above it.
uint64_t histogram_count_within(const struct histogram *h, uint64_t ns);

// The mean in ns, computed from slot midpoints (within 1/2000; overflow counts as the maximum); 0
// if empty.
double histogram_mean(const struct histogram *h);

// Prints the percentile distribution in HdrHistogram's text format (.hgrm), with five lines per
// halving of the remaining distance, like hdr_percentiles_print of HdrHistogram_c; its plotters can
// read this. Values are in units of `unit_ns` ns: 1000 prints microseconds. An overflow adds a
// comment line. Flushes the stream. Returns 0, or -1 with errno if it cannot be written.
int histogram_write_hgrm(const struct histogram *h, FILE *stream, double unit_ns);

// The highest value in ns of a slot, capped at the recorded maximum.
uint64_t histogram_slot_highest(const struct histogram *h, size_t slot);

// Writes the whole histogram as one line, to be read back and merged exactly: a version, the number
// of values, the smallest and the largest in ns, then each non-empty slot as its distance from the
// previous one, followed by :COUNT if it holds more than one value. About 3 bytes per slot, fewer
// compressed. Returns 0, or -1 with errno if the stream cannot be written.
int histogram_write_raw(const struct histogram *h, FILE *stream);

// Reads such a line, with or without its newline. Returns 0, or -1 if it is malformed or truncated.
int histogram_read_raw(struct histogram *h, const char *line);
