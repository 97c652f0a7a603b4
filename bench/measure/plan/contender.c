#include "bench/measure/plan/contender.h"
#include "bench/base/memory.h"
#include "bench/base/names.h"
#include "bench/base/number.h"
#include "bench/measure/foreign.h"
#include "bench/measure/plan/foreign.h"
#include "bench/measure/trial/trial_type.h"

#include <err.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// The folder of the copies that are linked as x says; empty for the programs themselves.
static void find_copies(const struct experiment *e, const char *x, char copies[32])
{
    *copies = '\0';
    if (is_varied(e, "layout"))
        snprintf(copies, 32, "layouts/%s/", x);
    else if (is_varied(e, "linking") && strcmp(x, "static") == 0)
        snprintf(copies, 32, "linked_static/");
}

static void find_folder(const struct experiment *e, const char *copies, char folder[128])
{
    const struct trial_type *kind = trial_type_named(experiment_need(e, "type"));
    const char *programs = kind->serves ? "servers" : experiment_need(e, "programs");
    snprintf(folder, 128, BUILD_FOLDER "/%s%s", copies, programs);
}

void contender_program(const struct experiment *e, const struct contender *who, const char *x,
                       char *program, size_t bytes)
{
    char copies[32] = "", folder[128];
    if (x)
        find_copies(e, x, copies);
    find_folder(e, copies, folder);
    if (who->is_outside || who->is_foreign)
        snprintf(program, bytes, "%s", who->command);
    else
        snprintf(program, bytes, "%s/%s", folder, who->command);
}

static int output_of(const char *command, char *text, size_t bytes)
{
    FILE *output = popen(command, "re");
    if (!output)
        err(1, "%s", command);
    size_t length = fread(text, 1, bytes - 1, output);
    text[length] = '\0';
    text[strcspn(text, "\n")] = '\0';
    int status = pclose(output);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct answer {
    char command[1024], text[1024];
    int status;
};

// Most programs take part in many questions, and are asked the same once.
static const struct answer *answer_to(const char *command)
{
    static struct answer *answers;
    static size_t count;
    for (size_t i = 0; i < count; i++)
        if (strcmp(answers[i].command, command) == 0)
            return &answers[i];
    answers = memory_one_more(answers, count, sizeof *answers);
    struct answer *new = &answers[count++];
    snprintf(new->command, sizeof new->command, "%s", command);
    new->status = output_of(command, new->text, sizeof new->text);
    return new;
}

int describe(const char *program, const char *options, char *text, size_t bytes)
{
    char command[1024];
    snprintf(command, sizeof command, "timeout 10 %s %s --describe 2>&1", program, options);
    const struct answer *answer = answer_to(command);
    int status = answer->status;
    snprintf(text, bytes, "%s", answer->text);
    const char *reason = strstr(text, ": "); // after the program's name
    if (status == SKIPPED && reason)
        memmove(text, reason + 2, strlen(reason + 2) + 1);
    else if (status != 0)
        errx(1, "%s %s --describe failed: %s", program, options, text);
    return status;
}

// An option may name a program of this build: its folder is {build}.
static void copy_options(const char *from, char *options, size_t bytes)
{
    static const char mark[] = "{build}";
    const char *at;
    for (*options = '\0'; (at = strstr(from, mark)); from = at + strlen(mark)) {
        size_t length = strlen(options);
        snprintf(options + length, bytes - length, "%.*s%s", (int)(at - from), from, BUILD_FOLDER);
    }
    size_t length = strlen(options);
    snprintf(options + length, bytes - length, "%s", from);
}

// The pool size among a server's options; 0 if there is none.
static unsigned long workers_in(const char *options)
{
    char words[256], *rest = words, *word;
    unsigned long workers = 0;
    snprintf(words, sizeof words, "%s", options);
    while ((word = strsep(&rest, " ")))
        if (strcmp(word, "-w") == 0 && rest && !is_whole(strsep(&rest, " "), 1, 65536, &workers))
            errx(1, "-w must be a number of workers from 1 to 65536: '%s'", options);
    return workers;
}

// The parts of a variant or an outsider: its name, the command, and options.
static void define(struct contender *who, const char *text, bool is_outside)
{
    int command = 0, options = 0;
    *who = (struct contender){.is_outside = is_outside};
    sscanf(text, "%63s %n%255s %n", who->name, &command, who->command, &options);
    copy_options(options ? text + options : "", who->options, sizeof who->options);
    if (!is_outside)
        who->workers = workers_in(who->options);
}

// If the build could not link copies, it has recorded why.
static int describe_copy(const struct experiment *e, const struct contender *who, const char *x,
                         char *text, size_t bytes)
{
    char program[512];
    contender_program(e, who, x, program, sizeof program);
    if (access(program, X_OK) == 0)
        return describe(program, "", text, bytes);
    bool is_layout = is_varied(e, "layout");
    FILE *reason =
        fopen(is_layout ? BUILD_FOLDER "/layouts/none" : BUILD_FOLDER "/linked_static/none", "re");
    if (!reason || !fgets(text, (int)bytes, reason))
        snprintf(text, bytes, "it has no copy of %s %s", is_layout ? "layout" : "linking", x);
    text[strcspn(text, "\n")] = '\0';
    if (reason)
        fclose(reason);
    return SKIPPED;
}

// All copies that an experiment compares: without one of them the program takes no part.
static int describe_copies(const struct experiment *e, const struct contender *who, char *text,
                           size_t bytes)
{
    char values[1024], *rest = values, *x;
    int status = 0;
    snprintf(values, sizeof values, "%s", experiment_need(e, "vary"));
    strsep(&rest, " "); // the name of what varies
    while (status == 0 && (x = strsep(&rest, " ")))
        status = describe_copy(e, who, x, text, bytes);
    return status;
}

static int describe_outsider(const struct contender *who, char *text, size_t bytes)
{
    char command[512];
    snprintf(command, sizeof command, "command -v %s", who->command);
    int status = output_of(command, text, bytes);
    if (status == 0)
        snprintf(text, bytes, "%s\tpeer\t-\t-\tits manual\tnot of this suite: %s %s", who->name,
                 who->command, who->options);
    else
        snprintf(text, bytes, "%s is not installed", who->command);
    return status == 0 ? 0 : SKIPPED;
}

// Where the suite's programs are linked in several ways, a foreign server has no place. Otherwise
// it was tried.
static int describe_foreign(const struct experiment *e, const struct contender *who, char *text,
                            size_t bytes)
{
    static const char skipped[] = "skipped: ";
    if (is_varied(e, "linking") || is_varied(e, "layout"))
        snprintf(text, bytes, "it is not linked here");
    else if (strncmp(who->status, skipped, strlen(skipped)) == 0)
        snprintf(text, bytes, "%s", who->status + strlen(skipped));
    else
        return describe(who->command, who->options, text, bytes);
    return SKIPPED;
}

static void describe_contender(const struct experiment *e, struct contender *who)
{
    char program[512], text[1024], workers[16] = "-";
    contender_program(e, who, NULL, program, sizeof program);
    int status = who->is_outside   ? describe_outsider(who, text, sizeof text)
                 : who->is_foreign ? describe_foreign(e, who, text, sizeof text)
                                   : describe(program, "", text, sizeof text);
    if (status == 0 && !who->is_outside && !who->is_foreign &&
        (is_varied(e, "linking") || is_varied(e, "layout")))
        status = describe_copies(e, who, text, sizeof text);
    snprintf(who->description, sizeof who->description, "-\t-\t-\t-\t-");
    if (status == SKIPPED) {
        snprintf(who->status, sizeof who->status, "skipped: %.240s", text);
        return;
    }
    const char *family = strchr(text, '\t');
    if (!family || sscanf(family + 1, "%*s %15s %15s", who->capacity, workers) != 2)
        errx(1, "%s --describe says '%s'", program, text);
    snprintf(who->description, sizeof who->description, "%s", family + 1);
    who->has_pool = !who->is_foreign && strcmp(workers, "-") != 0;
    if (who->is_foreign) // what its pool has it always has
        who->workers = strtoul(workers, NULL, 10);
    snprintf(who->status, sizeof who->status, "ok");
}

static struct contender *add(struct contender **contenders, size_t *count)
{
    *contenders = memory_one_more(*contenders, *count, sizeof **contenders);
    return &(*contenders)[(*count)++];
}

static void add_programs(const struct experiment *e, struct contender **contenders, size_t *count)
{
    char folder[128], pattern[256];
    glob_t found;
    find_folder(e, "", folder);
    snprintf(pattern, sizeof pattern, "%s/*", folder);
    if (glob(pattern, 0, NULL, &found) != 0)
        errx(1, "no programs in %s: run make first", folder);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct stat info;
        if (stat(found.gl_pathv[i], &info) < 0 || !S_ISREG(info.st_mode))
            continue;
        struct contender *who = add(contenders, count);
        snprintf(who->name, sizeof who->name, "%s", strrchr(found.gl_pathv[i], '/') + 1);
        snprintf(who->command, sizeof who->command, "%s", who->name);
    }
    globfree(&found);
}

// A foreign server takes part where it is listed, and in any question with servers if it was
// requested by name. The user's own also do where the question says so.
static bool takes_part(const struct experiment *e, const struct foreign_server *f,
                       const char *asked)
{
    const char *only = experiment_get(e, "models"), *name = f->conf.stem;
    bool is_asked = asked && is_listed(name, asked);
    if (!trial_type_named(experiment_need(e, "type"))->serves)
        return false;
    if (only && is_listed(name, only))
        return is_asked || !asked || f->is_own;
    return is_asked || (f->is_own && experiment_get(e, "foreign"));
}

static void add_foreign(const struct experiment *e, const char *asked, struct foreign_servers *all,
                        struct contender **contenders, size_t *count)
{
    for (size_t i = 0; i < all->count; i++) {
        struct foreign_server *f = &all->list[i];
        if (!takes_part(e, f, asked))
            continue;
        foreign_try(all, f);
        struct contender *who = add(contenders, count);
        *who = (struct contender){.is_foreign = true, .is_own = f->is_own};
        snprintf(who->name, sizeof who->name, "%s", f->conf.stem);
        snprintf(who->command, sizeof who->command, "%s", FOREIGN_LAUNCHER);
        snprintf(who->options, sizeof who->options, "%s", f->conf.stem);
        snprintf(who->status, sizeof who->status, "%s", f->status);
        describe_contender(e, who);
    }
}

size_t contenders_find(const struct experiment *e, const char *asked,
                       struct foreign_servers *foreign, FILE *names, struct contender **contenders)
{
    size_t all = 0, count = 0, bytes;
    char *there_are, what[128];
    const char *only = experiment_get(e, "models");
    FILE *list = open_memstream(&there_are, &bytes);
    if (!list)
        err(1, "experiment");
    *contenders = NULL;
    add_programs(e, contenders, &all);
    for (size_t i = 0; i < e->lines; i++)
        if (strcmp(e->keys[i], "variant") == 0 || strcmp(e->keys[i], "outside") == 0)
            define(add(contenders, &all), e->values[i], strcmp(e->keys[i], "outside") == 0);
    for (size_t i = 0; i < all; i++) {
        struct contender *who = &(*contenders)[i];
        fprintf(names, "%s ", who->name);
        fprintf(list, "%s ", who->name);
        if ((only && !is_listed(who->name, only)) || (asked && !is_listed(who->name, asked)))
            continue;
        describe_contender(e, who);
        (*contenders)[count++] = *who;
    }
    for (size_t i = 0; i < foreign->count; i++) {
        fprintf(names, "%s ", foreign->list[i].conf.stem);
        fprintf(list, "%s ", foreign->list[i].conf.stem);
    }
    add_foreign(e, asked, foreign, contenders, &count);
    if (fclose(list) == EOF)
        err(1, "experiment");
    snprintf(what, sizeof what, "program of experiment %s", e->stem);
    check_names(only, there_are, what);
    free(there_are);
    return count;
}
