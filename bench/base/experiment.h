// An experiment is a question in one file (bench/questions/experiments/<stem>.conf): lines of a key
// and a value, and comments. Claims, situations and foreign servers have the same form. conf.h has
// the keys.
#pragma once

#include "bench/base/conf.h"
#include "bench/base/metric.h"

#include <stdbool.h>
#include <stddef.h>

struct experiment {
    char stem[64];
    size_t lines;
    char **keys, **values;
    size_t *numbers; // line numbers in the file
    char *path;
};

// Reads one file. Exits with status 1 and one line if it cannot, or if the file has a line that its
// kind may not have.
void conf_read(enum conf_kind kind, const char *path, struct experiment *conf);
void conf_free(struct experiment *conf);

// Writes a copy to RUN/FOLDER, which exists: what a run is planned by is frozen in it.
void conf_copy(const char *run, const char *folder, const struct experiment *conf);

// Reads all *.conf files of a folder, sorted by name. Exits with status 1 and one line if there is
// none, if one cannot be read, or if one has a line that its kind of file may not have. Returns the
// number of files.
size_t confs_read(enum conf_kind kind, const char *folder, struct experiment **confs);
size_t experiments_read(const char *folder, struct experiment **experiments);

void experiments_free(struct experiment *experiments, size_t count);

// The one with this stem, or NULL.
const struct experiment *experiment_find(const struct experiment *experiments, size_t count,
                                         const char *stem);

// The value of the first line with this key, or NULL.
const char *experiment_get(const struct experiment *e, const char *key);

// The same; exits with status 1 if there is none.
const char *experiment_need(const struct experiment *e, const char *key);

// The value of a key whose values are numbers; exits with status 1 if there is none.
double experiment_number(const struct experiment *e, const char *key);

// Whether a derived quantity has this form: `derive NAME FORM ...`.
bool experiment_derives(const struct experiment *e, const char *name, const char *form);

// The unit of a derived quantity, from the lines `unit NAME WORDS`; a spread is in %; "-" if there
// is none.
const char *experiment_unit(const struct experiment *e, const char *name);

// Whether this is the name of what varies in an experiment.
bool is_varied(const struct experiment *e, const char *name);

// The baseline of a model: the experiment's baseline; if that is "own", the plain program of a
// variant (whose name is then in `own`), and every other model itself.
const char *baseline_of(const struct experiment *e, const char *model, char own[64]);

// The metric of that name. Exits with status 1 and one line if there is none.
const struct metric *experiment_metric(const struct experiment *e, const char *name);

// The headline metric.
const struct metric *experiment_headline_metric(const struct experiment *e);
