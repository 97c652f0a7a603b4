// What can stand in a .conf file: one table of the keys of experiments, claims and situations,
// which reading, errors and the READMEs of bench/questions/ go by.
#pragma once

#include <stdio.h>

enum conf_kind { EXPERIMENT = 1, CLAIM = 2, SITUATION = 4 };

enum conf_form {
    TEXT,
    NAME,
    NAMES,  // one or more
    METRIC, // one of metric.h
    METRICS,
    WHOLE,        // a number, or one of the words
    REAL,         // likewise
    WORD,         // one of the words
    RISING,       // two whole numbers
    NAME_TEXT,    // a name, then text
    CELL_TEXT,    // MODEL@X, then text
    NAME_VALUES,  // what varies
    TEXT_WITH_GAP // a % in it stands for the value of what varies
};

enum {
    REPEATS = 1,  // in several lines
    OF_MODEL = 2, // can be KEY:MODEL
    AT_X = 4,     // can be KEY@X or KEY:MODEL@X
    VARIES = 8    // `vary` can name it
};

struct conf_key {
    const char *name;
    unsigned kinds;    // of files that it can stand in; 0: only `vary` can name it
    const char *types; // of trials, separated by blanks, that it is for; NULL: all
    unsigned flags;
    enum conf_form form;
    double least, most;
    const char *const *words;
    const char *sentence; // for the README
};

extern const struct conf_key conf_keys[]; // the last one has no name

// The key of a line, which may have a model and an x behind it. Exits with status 1 and one line,
// which begins with `where` and names the nearest key, if files of this kind have none like it.
const struct conf_key *conf_key_named(enum conf_kind kind, const char *key, const char *where);

// What can vary by that name; NULL: an option of the programs. Exits likewise if it cannot vary.
const struct conf_key *conf_key_varied(const char *name, const char *where);

// Exits with status 1 and one line, which begins with `where`, if a key cannot have this value.
void conf_check(const struct conf_key *key, const char *value, const char *where);

// Exits likewise if the key is not for this type of trial.
void conf_check_type(const struct conf_key *key, const char *type, const char *where);

// Prints the table of the keys of one kind of file, in Markdown, between two marks.
void conf_print(enum conf_kind kind, FILE *file);

#define CONF_MARK "<!-- keys: written by make docs from bench/base/conf_keys.c -->\n"
#define CONF_END_MARK "<!-- end of keys -->\n"
