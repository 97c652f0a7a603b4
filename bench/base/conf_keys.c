#include "bench/base/conf.h"
#include "bench/base/load.h"

#include <stddef.h>

// Trial types whose programs are servers; those of them that have the client driver as client; and
// those of these whose length is chosen.
#define SERVING "hold isolate load overload serve slo_rate"
#define ASKING "isolate load overload serve slo_rate"
#define DRIVEN "load overload serve slo_rate"

static const char *const yes[] = {"yes", NULL}, *const counted[] = {"counted", NULL},
                         *const types[] = {"hold",  "isolate",  "load", "overload",
                                           "serve", "slo_rate", "time", NULL},
                         *const as_connections[] = {"connections", NULL},
                         *const linkings[] = {"dynamic", "static", NULL},
                         *const placements[] = {"same_core", "two_cores", NULL},
                         // In the order of the page.
                             *const parts[] =
                                 {"What a connection costs",       "Many connections",
                                  "Requests that compute or wait", "Latency under load",
                                  "Pools, cores, shared state",    "When things go wrong",
                                  "Making a process or a thread",  "Talking between processes",
                                  "Can the numbers be trusted?",   NULL},
                         *const themes[] = {"What a process costs",
                                            "Pools",
                                            "Event loops",
                                            "Memory, state, crashes",
                                            "Talking between processes",
                                            "Mistakes",
                                            NULL},
                         *const shapes[] = {"process", "thread", "loop", "task", NULL},
                         *const shows[] = {"ratio", "percent", "count", NULL};

const struct conf_key conf_keys[] = {
    {"core", EXPERIMENT, .form = WORD, .words = yes,
     .sentence = "`make bench` measures it by default. The others are measured with `EXPERIMENTS=` "
                 "or by `make bench-all`"},
    {"title", EXPERIMENT, .form = TEXT, .sentence = "The title of the plot and of the section"},
    {"question", EXPERIMENT, .form = TEXT,
     .sentence = "What a reader would ask, in at most 12 words"},
    {"part", EXPERIMENT, .form = WORD, .words = parts,
     .sentence = "The part of the page that the question belongs to"},
    {"type", EXPERIMENT, .form = WORD, .words = types,
     .sentence =
         "The trial type, a file of [`bench/measure/types/`](../../measure/types/). `serve`: the "
         "client driver loads a server. `load`: the same in an open loop, at a rate or at a "
         "fraction of the server's own capacity. `overload`: first more than that, then 70 % of "
         "it. "
         "`slo_rate`: the highest rate of an open loop that "
         "keeps a latency limit. `hold`: a server holds idle connections, and their memory is "
         "measured. `isolate`: a process or thread of the server ends suddenly. `time`: hyperfine "
         "times programs that repeat an operation COUNT times"},
    {"models", EXPERIMENT, .form = NAMES,
     .sentence = "The models to measure. Without this line: all programs of the folder, all "
                 "variants and all outsiders"},
    {"foreign", EXPERIMENT, .types = SERVING, .form = WORD, .words = yes,
     .sentence =
         "The user's own servers (`SERVER=`, `SERVERS=`) take part. In other questions they "
         "do where `MODELS=` names them, like all of `servers/foreign/`"},
    {"variant", EXPERIMENT, .flags = REPEATS, .form = NAME_TEXT,
     .sentence = "A name, a program of the folder, and options for it. The program with these "
                 "options takes part under that name"},
    {"outside", EXPERIMENT, .types = "time", .flags = REPEATS, .form = NAME_TEXT,
     .sentence = "A name, a command that is not part of this suite, and its arguments before "
                 "COUNT. The command takes part under that name where it is installed"},
    {"options", EXPERIMENT, .form = TEXT, .sentence = "Options for every program except outsiders"},
    {"under", EXPERIMENT, .types = SERVING, .form = TEXT,
     .sentence = "A command that starts the servers"},
    {"vary", EXPERIMENT, .form = NAME_VALUES,
     .sentence = "The name of what varies, and its values. The name is a key that may vary. Any "
                 "other name is an option of the programs, given as `--NAME VALUE`"},
    {"option", EXPERIMENT, .form = TEXT_WITH_GAP,
     .sentence =
         "The option to use instead of `--NAME VALUE`, with `%` for the value (`--work spin:%`)"},
    {"linking", 0, .flags = VARIES, .form = WORD, .words = linkings,
     .sentence = "Programs linked dynamically or statically"},
    {"layout", 0, .types = SERVING, .flags = VARIES, .form = WHOLE, .least = 1, .most = 1000,
     .sentence = "Servers whose functions lie at other addresses (`build/layouts/`)"},
    {"placement", 0, .types = "time", .flags = VARIES, .form = WORD, .words = placements,
     .sentence = "Where the peer of `bench/micro/ipc` runs"},
    {"cores", 0, .types = SERVING, .flags = VARIES, .form = WHOLE, .least = 1, .most = 1024,
     .sentence = "How many cores the server has"},
    {"workers", 0, .types = SERVING, .flags = VARIES, .form = WHOLE, .least = 1, .most = 65536,
     .sentence = "The size of every pool"},
    {"connections", EXPERIMENT, .types = SERVING, .flags = VARIES, .form = WHOLE, .least = 1,
     .most = 1000000, .sentence = "Connections at a time (1 by default)"},
    {"requests", EXPERIMENT, .types = ASKING, .flags = VARIES, .form = WHOLE, .most = 1e12,
     .sentence = "Requests on each connection; 0 (the default): connections persist"},
    {"bytes", EXPERIMENT, .types = ASKING, .flags = VARIES, .form = WHOLE, .least = 1,
     .most = 16 << 20, .sentence = "Bytes of a message (64 by default)"},
    {"rate", EXPERIMENT, .types = "load serve", .flags = VARIES, .form = REAL, .most = 1e8,
     .sentence = "Requests per second; 0 (the default): closed loop"},
    {"fraction", EXPERIMENT, .types = "load overload", .flags = VARIES, .form = REAL, .least = 0.1,
     .most = 1000,
     .sentence = "The rate as a percentage of the same server's rate in a closed loop of the same "
                 "connections"},
    {"limit_ms", EXPERIMENT, .types = "overload slo_rate", .flags = VARIES, .form = REAL,
     .least = 0.001, .most = 60000, .sentence = "The limit of the 99th percentile of latency"},
    {"pool", EXPERIMENT, .types = SERVING, .form = WHOLE, .least = 1, .most = 65536,
     .words = as_connections,
     .sentence = "Workers in pools that serve one connection per worker; `connections`: as many as "
                 "there are connections. A variant with `-w` among its options keeps that"},
    {"background", EXPERIMENT, .types = "serve", .flags = VARIES, .form = WHOLE, .most = 1000000,
     .sentence = "Background connections (`clients/background --help`): in place before the driver "
                 "begins, until it has ended. The server's CPU time is then measured only where "
                 "the driver's connections persist"},
    {"behaviour", EXPERIMENT, .types = "serve", .flags = VARIES, .form = WORD,
     .words = load_behaviours,
     .sentence = "The behaviour of the background connections (`idle` by default)"},
    {"failures", EXPERIMENT, .types = "serve", .form = WORD, .words = counted,
     .sentence = "Requests that fail or are not sent are part of the result, not a fault of the "
                 "trial. They stay in the latency distribution with the time-out. They are not in "
                 "time (`in_time_percent`: answered within 0.1 s of when they were due)"},
    {"window_s", EXPERIMENT, .types = DRIVEN, .flags = VARIES, .form = REAL, .least = 0.01,
     .most = 3600,
     .sentence = "The measured part of a trial. In an open loop it is longer if a percentile that "
                 "is the headline metric needs that: 20 requests beyond it, but 2 s at most"},
    {"warmup_s", EXPERIMENT, .types = DRIVEN, .flags = VARIES, .form = REAL, .most = 3600,
     .sentence = "The same load before it"},
    {"total", EXPERIMENT, .types = "serve", .flags = VARIES, .form = WHOLE, .least = 1,
     .most = 1e12,
     .sentence = "The number of requests of a trial, instead of a window and a warm-up. Where "
                 "something else varies, it is rounded up so that each connection is used in full"},
    {"timeout_s", EXPERIMENT, .types = ASKING, .form = REAL, .least = 0.01, .most = 60,
     .sentence = "A request without an answer after this time has failed (10 by default)"},
    {"io", EXPERIMENT, .types = DRIVEN, .flags = VARIES, .form = WORD, .words = load_ios,
     .sentence =
         "The I/O backend of the client driver (`epoll` by default; `threads`: a blocking thread "
         "per connection)"},
    {"end", EXPERIMENT, .types = "isolate", .flags = VARIES, .form = WORD, .words = load_ends,
     .sentence = "`crash`: a request crashes the process that serves it (the options have a "
                 "`--poison WORD`). `kill`: the process is killed"},
    {"programs", EXPERIMENT, .types = "time", .form = NAME,
     .sentence = "The folder of the programs"},
    {"counts", EXPERIMENT, .types = "time", .flags = OF_MODEL | AT_X, .form = RISING,
     .sentence = "The small and the large COUNT. One operation is the slope between them. The most "
                 "specific key wins: `counts:MODEL@X`, then `counts@X`, then `counts:MODEL`, then "
                 "`counts`"},
    {"trial_s", EXPERIMENT, .types = "time", .form = REAL, .least = 0.01, .most = 3600,
     .sentence = "How long a trial should take: where the first one takes longer, the counts of "
                 "the others are smaller"},
    {"counts_shrink", EXPERIMENT, .types = "time", .form = WHOLE, .least = 1, .most = 1000,
     .sentence = "By which factor the counts shrink for that at most"},
    {"runs", EXPERIMENT, .types = "time", .form = WHOLE, .least = 1, .most = 1000,
     .sentence = "How often a trial runs each count; the median is used (3 by default). A single "
                 "run is preceded by one that does not count"},
    {"without", EXPERIMENT, .flags = REPEATS, .form = CELL_TEXT,
     .sentence = "A cell to leave out, and the reason for the report"},
    {"priority", EXPERIMENT, .form = WHOLE, .least = 1, .most = 99,
     .sentence =
         "How important it is, 1 the most (50 by default): in this order, questions are kept "
         "if they fit into the budget; the others are dropped whole"},
    {"per", EXPERIMENT, .form = TEXT, .sentence = "What an operation is, in words"},
    {"metric", EXPERIMENT, .form = METRIC,
     .sentence = "The headline metric, a column of `trials.tsv`"},
    {"also", EXPERIMENT, .form = METRICS, .sentence = "Other metrics to show"},
    {"unit", EXPERIMENT, .flags = REPEATS, .form = NAME_TEXT,
     .sentence = "The name of a derived quantity, and its unit if that is not the metric's"},
    {"baseline", EXPERIMENT, .form = NAME,
     .sentence =
         "The model that ratios refer to; `own`: a variant is compared with its own program"},
    {"headline", EXPERIMENT, .form = NAMES, .sentence = "The models whose ratios are the answer"},
    {"headline_at", EXPERIMENT, .form = NAMES,
     .sentence = "The values of what varies that the answer is for (all by default). These "
                 "ratios are to be within ±5 %"},
    {"derive", EXPERIMENT, .flags = REPEATS, .form = NAME_TEXT,
     .sentence =
         "A name, and the formula that gives it in each block. Its terms are models (the "
         "headline metric of each), `MODEL@X` for one X, or `EXPERIMENT:MODEL:METRIC` for "
         "another experiment, each also as `NUMBER*TERM`. They are joined by `+` and `-`, "
         "with `/ NUMBER` or `/ ( … )` at the end. Or it looks at several X: `crossover MODEL "
         "LIMIT`, `change MODEL X1 X2` or `spread MODEL`"},
    {"published", EXPERIMENT, .flags = REPEATS, .form = NAME_TEXT,
     .sentence = "The name of a derived quantity, and what others published for it: a number, or "
                 "two with `-` or `/` between them. The report shows it beside the measured one"},
    {"published_in", EXPERIMENT, .form = TEXT, .sentence = "Where it was published"},
    {"answer", EXPERIMENT, .form = NAMES,
     .sentence = "The derived quantities that are part of the answer"},
    {"axis", EXPERIMENT, .form = TEXT, .sentence = "What plots and tables call what varies"},
    {"spot", EXPERIMENT, .form = TEXT_WITH_GAP,
     .sentence = "How a sentence names one value (`with % MiB touched`)"},
    {"say_if", EXPERIMENT, .flags = REPEATS, .form = TEXT,
     .sentence = "A condition of the next `say`, in the notation of [claims](../claims/README.md)"},
    {"say", EXPERIMENT, .flags = REPEATS, .form = TEXT,
     .sentence =
         "The answer, in at most 25 words, which must be true on every machine. The report shows "
         "the first line whose conditions hold and whose numbers are sound. Braces hold a number: "
         "`{MODEL@X}` the ratio to the baseline, `{=MODEL@X}` the value, `{=MODEL@X:METRIC}` that "
         "of "
         "another metric, `{#MODEL@X:METRIC}` that without its interval, `{d:NAME@X}` a derived "
         "quantity. Without `@X`: nothing varies"},
    {"why", EXPERIMENT, .flags = REPEATS, .form = TEXT,
     .sentence = "A short paragraph, one of three at most: why the result is as it is"},
    {"limits", EXPERIMENT, .flags = REPEATS, .form = TEXT,
     .sentence = "A short paragraph, one of three at most: what the result does not show"},

    {"claim", CLAIM, .form = TEXT, .sentence = "The sentence, in our own words"},
    {"theme", CLAIM, .form = WORD, .words = themes,
     .sentence = "The part of the list of claims that it belongs to"},
    {"source", CLAIM, .form = TEXT, .sentence = "Where it is written"},
    {"holds_if", CLAIM, .flags = REPEATS, .form = TEXT,
     .sentence = "A condition. The claim holds if all its conditions do, and does not hold if one "
                 "does not"},
    {"compares", CLAIM, .flags = REPEATS, .form = TEXT,
     .sentence = "What a condition compares, in words: as many lines, in the same order"},
    {"refuted_by", CLAIM, .form = TEXT, .sentence = "What would refute it, in words"},

    {"place", SITUATION, .form = WHOLE, .least = 1, .most = 1000000,
     .sentence = "Its place among the columns of the grid, which are in rising order"},
    {"experiment", SITUATION, .form = NAME,
     .sentence = "The experiment that answers it, by its headline metric"},
    {"x", SITUATION, .form = NAME,
     .sentence = "The value of what varies there (`-` by default: nothing varies)"},
    {"heading", SITUATION, .form = TEXT, .sentence = "The short name of its column"},
    {"detail", SITUATION, .form = TEXT, .sentence = "What the column compares"},
    {"show", SITUATION, .form = WORD, .words = shows,
     .sentence = "Whether the column shows ratios to the best, percentages, or counts"},
    {"sentence", SITUATION, .form = TEXT, .sentence = "What happens in the situation"},
    {"of", CLAIM | SITUATION, .form = WHOLE, .least = 1, .most = 1000000,
     .sentence = "Of how many a count is: 15 connections that could be lost"},

    {"run", FOREIGN, .form = COMMAND_AT,
     .sentence =
         "How it is started, in the syntax of the shell; `{port}` is the port to listen on, "
         "`{address}` the numeric IPv4 address, and `{build}` the build folder. It must stay in "
         "the foreground"},
    {"build", FOREIGN, .form = TEXT,
     .sentence = "The command that builds it, before the first trial of a run. If it ends with "
                 "status 77, the server is skipped, and the last line is the reason"},
    {"needs", FOREIGN, .form = NAMES,
     .sentence = "The programs that `build` and `run` need. Where one is missing, the server is "
                 "skipped"},
    {"language", FOREIGN, .form = TEXT, .sentence = "The language or the program, in words"},
    {"shape", FOREIGN, .form = WORD, .words = shapes,
     .sentence = "What makes progress on several connections at once: a process or a thread for "
                 "each, one event loop, or a task for each (on threads of the language's own)"},
    {"source", FOREIGN, .form = TEXT, .sentence = "Its source file, or its manual"},
    {"workers", FOREIGN, .form = WHOLE, .least = 1, .most = 65536,
     .sentence = "The size of its pool, if it serves no more connections than that at once"},
    {"clients", FOREIGN, .form = WHOLE, .least = 1, .most = 1000000,
     .sentence = "The most connections that it is meant for (any number by default)"},
    {.name = NULL},
};
