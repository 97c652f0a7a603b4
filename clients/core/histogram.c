#include "clients/core/histogram.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// A slot holds 2^shift values; their common top 11 bits identify the slot within one shift.
static size_t slot_of(uint64_t ns)
{
    if (ns > HISTOGRAM_MAX_NS)
        return HISTOGRAM_OVERFLOW_SLOT;
    unsigned shift = 53 - (unsigned)__builtin_clzll(ns | 2047);
    return ((size_t)shift << 10) + (size_t)(ns >> shift);
}

static unsigned slot_shift(size_t slot)
{
    return slot < 1024 ? 0 : (unsigned)(slot >> 10) - 1;
}

static uint64_t slot_lowest(size_t slot)
{
    unsigned shift = slot_shift(slot);
    return (uint64_t)(slot - ((size_t)shift << 10)) << shift;
}

uint64_t histogram_slot_highest(const struct histogram *h, size_t slot)
{
    uint64_t highest = slot_lowest(slot) + (UINT64_C(1) << slot_shift(slot)) - 1;
    return slot == HISTOGRAM_OVERFLOW_SLOT || highest > h->max_ns ? h->max_ns : highest;
}

static double slot_middle(const struct histogram *h, size_t slot)
{
    if (slot == HISTOGRAM_OVERFLOW_SLOT)
        return (double)h->max_ns;
    return (double)slot_lowest(slot) + (double)((UINT64_C(1) << slot_shift(slot)) - 1) / 2;
}

void histogram_reset(struct histogram *h)
{
    memset(h, 0, sizeof *h);
    h->min_ns = UINT64_MAX;
}

void histogram_record(struct histogram *h, uint64_t ns)
{
    h->counts[slot_of(ns)]++;
    h->count++;
    if (ns < h->min_ns)
        h->min_ns = ns;
    if (ns > h->max_ns)
        h->max_ns = ns;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    for (size_t slot = 0; slot < HISTOGRAM_SLOTS; slot++)
        into->counts[slot] += from->counts[slot];
    into->count += from->count;
    if (from->min_ns < into->min_ns)
        into->min_ns = from->min_ns;
    if (from->max_ns > into->max_ns)
        into->max_ns = from->max_ns;
}

uint64_t histogram_count(const struct histogram *h)
{
    return h->count;
}

uint64_t histogram_overflow(const struct histogram *h)
{
    return h->counts[HISTOGRAM_OVERFLOW_SLOT];
}

uint64_t histogram_min(const struct histogram *h)
{
    return h->count == 0 ? 0 : h->min_ns;
}

uint64_t histogram_max(const struct histogram *h)
{
    return h->max_ns;
}

uint64_t histogram_percentile(const struct histogram *h, double percent)
{
    // Slightly less than the product, or rounding makes 99.9 % of 1000 values rank 1000.
    double rank = ceil(percent / 100 * (double)h->count * (1 - 4 * DBL_EPSILON));
    uint64_t seen = 0;
    for (size_t slot = 0; slot < HISTOGRAM_SLOTS; slot++) {
        seen += h->counts[slot];
        if (seen > 0 && (double)seen >= rank)
            return histogram_slot_highest(h, slot);
    }
    return h->max_ns;
}

uint64_t histogram_count_within(const struct histogram *h, uint64_t ns)
{
    uint64_t seen = 0;
    for (size_t slot = 0; slot <= slot_of(ns); slot++)
        seen += h->counts[slot];
    return seen;
}

double histogram_mean(const struct histogram *h)
{
    double sum = 0;
    for (size_t slot = 0; slot < HISTOGRAM_SLOTS; slot++)
        sum += (double)h->counts[slot] * slot_middle(h, slot);
    return h->count == 0 ? 0 : sum / (double)h->count;
}

static double standard_deviation(const struct histogram *h, double mean)
{
    double sum = 0;
    for (size_t slot = 0; slot < HISTOGRAM_SLOTS; slot++) {
        double distance = slot_middle(h, slot) - mean;
        sum += (double)h->counts[slot] * distance * distance;
    }
    return h->count == 0 ? 0 : sqrt(sum / (double)h->count);
}

// hdr-plot takes only lines that begin with a blank and have four numbers, so a value of any size
// has one before it. The last line has no fourth number, which would be infinite.
static int write_line(FILE *stream, double value, double percent, uint64_t seen)
{
    if (percent >= 100)
        return fprintf(stream, " %11.3f %14.12f %10" PRIu64 "\n", value, percent / 100, seen);
    return fprintf(stream, " %11.3f %14.12f %10" PRIu64 " %14.2f\n", value, percent / 100, seen,
                   100 / (100 - percent));
}

int histogram_write_hgrm(const struct histogram *h, FILE *stream, double unit_ns)
{
    if (fprintf(stream, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount",
                "1/(1-Percentile)") < 0)
        return -1;
    double percent = 0;
    uint64_t seen = 0;
    for (size_t slot = 0; seen < h->count; slot++) {
        seen += h->counts[slot];
        while (h->counts[slot] > 0 && percent <= 100 * (double)seen / (double)h->count) {
            double value = (double)histogram_slot_highest(h, slot) / unit_ns;
            if (write_line(stream, value, percent, seen) < 0)
                return -1;
            // Five steps per halving of the distance to 100 %.
            percent += 100 / (5 * exp2(floor(log2(100 / (100 - percent))) + 1));
            if (seen == h->count)
                break; // the maximum is printed once for the rest, then once more as 100 %
        }
    }
    if (write_line(stream, (double)h->max_ns / unit_ns, 100, h->count) < 0)
        return -1;

    double mean = histogram_mean(h);
    if (fprintf(stream,
                "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n"
                "#[Max     = %12.3f, Total count    = %12" PRIu64 "]\n"
                "#[Buckets = %12d, SubBuckets     = %12d]\n",
                mean / unit_ns, standard_deviation(h, mean) / unit_ns, (double)h->max_ns / unit_ns,
                h->count, 26, 2048) < 0)
        return -1;
    if (histogram_overflow(h) > 0 &&
        fprintf(stream, "#[Overflow = %" PRIu64 " values above %.3f]\n", histogram_overflow(h),
                (double)HISTOGRAM_MAX_NS / unit_ns) < 0)
        return -1;
    return fflush(stream) == 0 ? 0 : -1;
}

static const char raw_version[] = "h1";

int histogram_write_raw(const struct histogram *h, FILE *stream)
{
    fprintf(stream, "%s %" PRIu64 " %" PRIu64 " %" PRIu64, raw_version, h->count, histogram_min(h),
            h->max_ns);
    size_t before = 0;
    for (size_t slot = 0; slot < HISTOGRAM_SLOTS; slot++) {
        if (h->counts[slot] == 0)
            continue;
        fprintf(stream, " %zu", slot - before);
        if (h->counts[slot] > 1)
            fprintf(stream, ":%" PRIu64, h->counts[slot]);
        before = slot;
    }
    fputc('\n', stream);
    return fflush(stream) == 0 && !ferror(stream) ? 0 : -1;
}

// A number without a sign, which strtoull would accept.
static bool read_number(const char **text, uint64_t *number)
{
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    *number = strtoull(*text, &end, 10);
    *text = end;
    return true;
}

// Reads " DISTANCE[:COUNT]" for one slot.
static bool read_slot(struct histogram *h, const char **text, size_t *slot)
{
    uint64_t distance, count = 1;
    (*text)++;
    if (!read_number(text, &distance) || distance >= HISTOGRAM_SLOTS - *slot)
        return false;
    *slot += distance;
    if (**text == ':' && ((*text)++, !read_number(text, &count)))
        return false;
    h->counts[*slot] += count;
    h->count += count;
    return true;
}

int histogram_read_raw(struct histogram *h, const char *line)
{
    uint64_t header[3];
    size_t slot = 0, length = strlen(raw_version);
    histogram_reset(h);
    if (strncmp(line, raw_version, length) != 0)
        return -1;
    line += length;
    for (int i = 0; i < 3; i++)
        if (*line++ != ' ' || !read_number(&line, &header[i]))
            return -1;
    while (*line == ' ')
        if (!read_slot(h, &line, &slot))
            return -1;
    if (h->count > 0) {
        h->min_ns = header[1];
        h->max_ns = header[2];
    }
    // A truncated line has a different number of values.
    bool whole = (*line == '\n' || *line == '\0') && h->count == header[0];
    return whole && (h->count == 0 || slot == slot_of(h->max_ns)) ? 0 : -1;
}
