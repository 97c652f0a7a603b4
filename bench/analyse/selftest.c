#include "bench/analyse/selftest.h"

#include "bench/base/output.h"

#include <math.h>

static const double deviations = 4, gaps_at_most = 10, backlog = 0.1, lateness = 0.1,
                    forgiven = 0.02, rarely = 2.81 / 1.96; // standard errors: of 99.5 % and of 95 %

const char *finding_verdict(const struct finding *f)
{
    if (isnan(f->low) && isnan(f->high))
        return "recorded";
    if (isnan(f->value) || f->value < f->low || f->value > f->high)
        return "failed";
    return "passed";
}

void finding_write(FILE *file, const struct finding *f)
{
    fputs(f->name, file);
    output_number(file, f->value);
    fprintf(file, "\t%s", f->unit);
    output_number(file, f->low);
    output_number(file, f->high);
    fprintf(file, "\t%s\t%s\t%s\n", finding_verdict(f), f->what, f->concerns);
}

// The tolerance for the share of requests in a part of the window.
static double chance(const struct stall *s, double part)
{
    return deviations * sqrt(part * (1 - part) / (s->rate_per_s * s->window_s));
}

// The longest D, as the requests see it.
static double longest(const struct stall *s)
{
    return s->longest_s * (1 + lateness);
}

struct bounds stall_share(const struct stall *s, double limit_s)
{
    double least = (s->shortest_s - limit_s) / s->window_s,
           most = (longest(s) - limit_s) / (1 - backlog) / s->window_s;
    return (struct bounds){least - chance(s, least), most + chance(s, most)};
}

struct bounds stall_quantile(const struct stall *s, double share)
{
    double due_s = share * s->window_s, chance_s = chance(s, share) * s->window_s;
    return (struct bounds){s->shortest_s - due_s - chance_s,
                           longest(s) - (1 - backlog) * due_s + chance_s};
}

struct bounds stall_maximum(const struct stall *s)
{
    return (struct bounds){s->shortest_s - gaps_at_most / s->rate_per_s, longest(s)};
}

struct bounds same_server(double ratio, double low, double high)
{
    if (isnan(low) || isnan(high))
        return (struct bounds){NAN, NAN};
    return (struct bounds){fmin(1 - forgiven, pow(ratio / high, rarely)),
                           fmax(1 + forgiven, pow(ratio / low, rarely))};
}
