// The keys of .conf files: one table for experiments, claims, situations and foreign servers.
// Parsing, errors and the READMEs beside these files follow it.
#pragma once

#include <stdio.h>

enum conf_kind { EXPERIMENT = 1, CLAIM = 2, SITUATION = 4, FOREIGN = 8 };

enum conf_form {
    TEXT,
    NAME,
    NAMES,  // one or more
    METRIC, // one of metric.h
    METRICS,
    WHOLE,         // a whole number, or one of the words
    REAL,          // a number, or one of the words
    WORD,          // one of the words
    RISING,        // two whole numbers
    NAME_TEXT,     // a name, then text
    CELL_TEXT,     // MODEL@X, then text
    NAME_VALUES,   // what varies
    TEXT_WITH_GAP, // a % in it is replaced by the value of what varies
    COMMAND_AT     // a command; {port} in it is replaced by the port to listen on
};

enum {
    REPEATS = 1,  // in several lines
    OF_MODEL = 2, // can be KEY:MODEL
    AT_X = 4,     // can be KEY@X or KEY:MODEL@X
    VARIES = 8    // `vary` can name it
};

struct conf_key {
    const char *name;
    unsigned kinds;    // kinds of file that may have it; 0: only `vary` can name it
    const char *types; // trial types that may have it, separated by blanks; NULL: all
    unsigned flags;
    enum conf_form form;
    double least, most;
    const char *const *words;
    const char *sentence; // for the README
};

extern const struct conf_key conf_keys[]; // the last one has no name

// The key of a line, which may have a model and an x after it. If files of this kind have no such
// key, exits with status 1 and one line that begins with `where` and names the nearest key.
const struct conf_key *conf_key_named(enum conf_kind kind, const char *key, const char *where);

// The key that can vary under that name; NULL: an option of the programs. Exits in the same way if
// it cannot vary.
const struct conf_key *conf_key_varied(const char *name, const char *where);

// Exits with status 1 and one line that begins with `where` if a key cannot have this value.
void conf_check(const struct conf_key *key, const char *value, const char *where);

// Exits in the same way if the key is not for this trial type.
void conf_check_type(const struct conf_key *key, const char *type, const char *where);

// Prints the table of the keys of one kind of file, in Markdown, between two marks.
void conf_print(enum conf_kind kind, FILE *file);

#define CONF_MARK "<!-- keys: written by make docs from bench/base/conf_keys.c -->\n"
#define CONF_END_MARK "<!-- end of keys -->\n"
