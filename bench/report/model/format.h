// Numbers as text: the only place that formats or rounds one for a reader (the rules are those of
// the page: a ratio has two or three digits by size, a value three, and an interval as many
// decimals as its estimate).
#pragma once

#include "bench/base/metric.h"
#include "bench/report/model/facts.h"

#include <jansson.h>

enum { FORMAT_BYTES = 96 };

// "6.6×", "0.042×", "31×".
void format_ratio(double ratio, char text[FORMAT_BYTES]);

// "6.3–6.9", with the decimals of the ratio; "" without an interval, or if it is exact.
void format_ratio_interval(double ratio, double low, double high, char text[FORMAT_BYTES]);

// "22.5 µs", "1.23 ms", "35,173/s", "54 %", "7.64 KiB", "15", "never", with no-break spaces. unit:
// of a metric; "" for a count.
void format_value(double value, const char *unit, char text[FORMAT_BYTES]);

// "20.0–23.1", in the unit and with the decimals that format_value gives the value (if it is 0, the
// higher end); "to" between the two if one is negative; "" without an interval, or if it is exact.
void format_interval(double value, double low, double high, const char *unit,
                     char text[FORMAT_BYTES]);

// "11,562".
void format_count(double count, char text[FORMAT_BYTES]);

// "about 88 blocks, 3 minutes"; "" if it is not known.
void format_need(double blocks, double minutes, char text[FORMAT_BYTES]);

// "29 November 2026" from the date of environment.json.
void format_date(const char *date, char text[FORMAT_BYTES]);

// The object that every measured number is in report.json: value, lower_value, upper_value, unit,
// validity, blocks, text, interval. `json_ratio` is that of a number's ratio to its baseline.
json_t *json_value(const struct number *n, const char *unit);
json_t *json_ratio(const struct number *n);

// The same for numbers that are in no row of the summary.
json_t *json_measured(double value, double low, double high, const char *unit, const char *validity,
                      size_t blocks);
