#include "bench/report/model/format.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_BREAK "\u00a0"
#define EN_DASH "\u2013"
#define TIMES "\u00d7"
#define MINUS "\u2212"

// ---- digits -------------------------------------------------------------------------------------

// A number with so many decimals, and commas between thousands.
static void digits(double value, int decimals, char text[FORMAT_BYTES])
{
    char plain[FORMAT_BYTES];
    snprintf(plain, sizeof plain, "%.*f", decimals, fabs(value));
    size_t whole = strcspn(plain, "."), length = 0;
    bool is_zero = strspn(plain, "0.") == strlen(plain);
    if (value < 0 && !is_zero)
        length = (size_t)snprintf(text, FORMAT_BYTES, MINUS);
    for (size_t i = 0; plain[i] && length < FORMAT_BYTES - 2; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            text[length++] = ',';
        text[length++] = plain[i];
    }
    text[length] = '\0';
}

// The decimals that leave three significant digits: 0.123, 1.23, 12.3, 123.
static int decimals_of_value(double value)
{
    double size = fabs(value);
    return size == 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
}

// Two or three digits by size: 0.042, 1.16, 6.6, 31.
static int decimals_of_ratio(double ratio)
{
    double size = fabs(ratio);
    return size == 0 ? 0 : size < 0.0995 ? 3 : size < 1.995 ? 2 : size < 19.95 ? 1 : 0;
}

static void interval(double low, double high, int decimals, char text[FORMAT_BYTES])
{
    char from[FORMAT_BYTES], to[FORMAT_BYTES];
    digits(low, decimals, from);
    if (isinf(high))
        snprintf(to, sizeof to, "never");
    else
        digits(high, decimals, to);
    snprintf(text, FORMAT_BYTES, "%.40s%s%.40s", from, low < 0 ? " to " : EN_DASH, to);
}

// ---- ratios -------------------------------------------------------------------------------------

void format_ratio(double ratio, char text[FORMAT_BYTES])
{
    char number[FORMAT_BYTES];
    *text = '\0';
    if (!isfinite(ratio))
        return;
    digits(ratio, decimals_of_ratio(ratio), number);
    snprintf(text, FORMAT_BYTES, "%.80s" TIMES, number);
}

void format_ratio_interval(double ratio, double low, double high, char text[FORMAT_BYTES])
{
    bool is_exact = low == ratio && high == ratio;
    *text = '\0';
    if (isfinite(ratio) && isfinite(low) && !isnan(high) && !is_exact)
        interval(low, high, decimals_of_ratio(ratio), text);
}

// ---- values -------------------------------------------------------------------------------------

// The unit that a value is shown in, by its size; what it is divided by; and the text between the
// number and the unit.
struct shown {
    double divisor;
    const char *gap, *unit;
};

static struct shown shown_as(double value, const char *unit)
{
    double size = fabs(value);
    if (strcmp(unit, "µs") == 0)
        return size >= 999500  ? (struct shown){1e6, NO_BREAK, "s"}
               : size >= 999.5 ? (struct shown){1e3, NO_BREAK, "ms"}
                               : (struct shown){1, NO_BREAK, unit};
    if (strcmp(unit, "KiB") == 0)
        return size >= 1023.5 ? (struct shown){1024, NO_BREAK, "MiB"}
                              : (struct shown){1, NO_BREAK, unit};
    if (strcmp(unit, "bytes") == 0 && size >= 1023.5)
        return size >= 1023.5 * 1024 ? (struct shown){1 << 20, NO_BREAK, "MiB"}
                                     : (struct shown){1 << 10, NO_BREAK, "KiB"};
    if (strcmp(unit, "share") == 0)
        return (struct shown){0.01, NO_BREAK, "%"};
    if (strcmp(unit, "/s") == 0)
        return (struct shown){1, "", unit};
    if (!*unit || strcmp(unit, "-") == 0)
        return (struct shown){1, "", ""};
    return (struct shown){1, NO_BREAK, unit};
}

// A count is whole, or the half between two. Percents have decimals only near the ends, where they
// matter.
static int decimals_as(const struct shown *s, double value)
{
    double shown = fabs(value / s->divisor);
    if (strcmp(s->unit, "%") == 0 && shown >= 9.95 && shown < 98.95)
        return 0;
    bool is_whole = !*s->unit && value == round(value),
         is_half = !*s->unit && 2 * value == round(2 * value);
    return is_whole ? 0 : is_half ? 1 : decimals_of_value(shown);
}

void format_value(double value, const char *unit, char text[FORMAT_BYTES])
{
    struct shown s = shown_as(value, unit);
    char number[FORMAT_BYTES];
    *text = '\0';
    if (isinf(value))
        snprintf(text, FORMAT_BYTES, "never");
    if (!isfinite(value))
        return;
    digits(value / s.divisor, decimals_as(&s, value), number);
    snprintf(text, FORMAT_BYTES, "%.50s%s%.40s", number, s.gap, s.unit);
}

void format_interval(double value, double low, double high, const char *unit,
                     char text[FORMAT_BYTES])
{
    struct shown s = shown_as(value, unit);
    *text = '\0';
    bool is_exact = low == value && high == value;
    if (isfinite(value) && isfinite(low) && !isnan(high) && !is_exact)
        interval(low / s.divisor, high / s.divisor, decimals_as(&s, value), text);
}

void format_count(double count, char text[FORMAT_BYTES])
{
    digits(count, 0, text);
}

void format_need(double blocks, double minutes, char text[FORMAT_BYTES])
{
    char number[FORMAT_BYTES], time[FORMAT_BYTES], whole[FORMAT_BYTES];
    *text = '\0';
    if (!isfinite(blocks))
        return;
    format_count(blocks, number);
    format_count(minutes, whole);
    snprintf(time, sizeof time, ", %.30s minutes", whole);
    snprintf(text, FORMAT_BYTES, "about %.30s blocks%.50s", number,
             !isfinite(minutes) ? ""
             : minutes < 0.95   ? ", less than a minute"
             : minutes < 1.5    ? ", a minute"
                                : time);
}

void format_date(const char *date, char text[FORMAT_BYTES])
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    unsigned year, month, day;
    *text = '\0';
    if (date && sscanf(date, "%4u-%2u-%2u", &year, &month, &day) == 3 && month >= 1 && month <= 12)
        snprintf(text, FORMAT_BYTES, "%u" NO_BREAK "%s %u", day, months[month - 1], year);
}

// ---- measured objects ---------------------------------------------------------------------------

// null for what is not finite: JSON has no other number.
static json_t *real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *measured(double value, double low, double high, const char *unit,
                        const char *validity, size_t blocks)
{
    bool is_ratio = strcmp(unit, "ratio") == 0;
    char text[FORMAT_BYTES], around[FORMAT_BYTES];
    if (isnan(value))
        return json_null();
    if (is_ratio) {
        format_ratio(value, text);
        format_ratio_interval(value, low, high, around);
    } else {
        format_value(value, unit, text);
        format_interval(value, low, high, unit, around);
    }
    json_t *object =
        json_pack("{so so so ss ss sI ss ss}", "value", real(value), "lower_value", real(low),
                  "upper_value", real(high), "unit", unit, "validity", validity, "blocks",
                  (json_int_t)blocks, "text", text, "interval", around);
    if (object && isinf(value))
        json_object_set_new(object, "never", json_true());
    if (!object)
        errx(1, "cannot make a number of report.json: out of memory, or a unit is not UTF-8");
    return object;
}

json_t *json_measured(double value, double low, double high, const char *unit, const char *validity,
                      size_t blocks)
{
    return measured(value, low, high, unit, validity, blocks);
}

json_t *json_value(const struct number *n, const char *unit)
{
    return n ? measured(n->value, n->low, n->high, unit, n->validity, n->blocks) : json_null();
}

json_t *json_ratio(const struct number *n)
{
    return n ? measured(n->ratio, n->ratio_low, n->ratio_high, "ratio", n->validity, n->blocks)
             : json_null();
}
