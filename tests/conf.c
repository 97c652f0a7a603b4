// Experiments, claims, situations and foreign servers: files are read by one table of keys, which
// the READMEs show; what a file cannot have is refused with its file and line.
#include "bench/base/conf.h"
#include "bench/base/experiment.h"
#include "bench/base/names.h"
#include "bench/measure/trial/trial_type.h"
#include "tests/core/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void experiments_are_read_by_name(void **unused)
{
    (void)unused;
    static const char first[] = "# a comment\n\n \t\nquestion    What is this?\ntype\tserve\n"
                                "why one\nwhy   two words \t\nwindow_s 0.25\n",
                      second[] = "type time";
    struct experiment *e;
    file_of("second.conf", second, strlen(second));
    file_of("first.conf", first, strlen(first));
    assert_int_equal(experiments_read(files_folder, &e), 2);
    assert_string_equal(e[0].stem, "first");
    assert_string_equal(e[1].stem, "second");
    assert_int_equal(e[0].lines, 5);
    assert_string_equal(experiment_get(&e[0], "question"), "What is this?");
    assert_string_equal(experiment_need(&e[0], "type"), "serve");
    assert_string_equal(experiment_get(&e[0], "why"), "one");
    assert_string_equal(e[0].values[3], "two words");
    assert_null(experiment_get(&e[0], "vary"));
    assert_true(experiment_number(&e[0], "window_s") == 0.25);
    assert_string_equal(experiment_need(&e[1], "type"), "time");
    experiments_free(e, 2);
    remove(file_of("second.conf", "", 0));
    remove(file_of("first.conf", "", 0));
}

// ---- what is refused ----

static enum conf_kind kind;

static void read_confs(const char *folder)
{
    struct experiment *confs;
    confs_read(kind, folder, &confs);
}

// A file bad.conf with this text.
static void refused(enum conf_kind of, const char *text, const char *words)
{
    kind = of;
    const char *path = file_of("bad.conf", text, strlen(text));
    expect_refusal(read_confs, files_folder, 1, words);
    remove(path);
}

static void unknown_keys_are_refused(void **unused)
{
    (void)unused;
    static const struct {
        enum conf_kind kind;
        const char *text, *words;
    } rows[] = {
        {EXPERIMENT, "# one\n\ntype serve\nheadine_at 1\n",
         "/bad.conf:4: unknown key 'headine_at'; the nearest is 'headline_at'"},
        {EXPERIMENT, "metirc x\n", "bad.conf:1: unknown key 'metirc'; the nearest is 'metric'"},
        {EXPERIMENT, "kind serve\n", "unknown key 'kind'; the nearest is "},
        {EXPERIMENT, "conts:fork@1 1 2\n", "unknown key 'conts:fork@1'; the nearest is 'counts'"},
        {EXPERIMENT, "every 6\n", "unknown key 'every'; the nearest is "}, // of the first edition
        {EXPERIMENT, "conts@3 1 2\n", "unknown key 'conts@3'; the nearest is 'counts'"},
        {EXPERIMENT, "counts@ 1 2\n", "unknown key 'counts@'; the nearest is 'counts'"},
        {EXPERIMENT, "counts: 1 2\n", "unknown key 'counts:'; the nearest is 'counts'"},
        {EXPERIMENT, "counts:@1 1 2\n", "unknown key 'counts:@1'; the nearest is 'counts'"},
        {EXPERIMENT, "pool@3 2\n", "unknown key 'pool@3'; the nearest is 'pool'"},
        {EXPERIMENT, "everything 2\n", "unknown key 'everything'; the nearest is "},
        {EXPERIMENT, "workers 2\n", "unknown key 'workers'; the nearest is "}, // it can vary only
        {EXPERIMENT, "claim It is so.\n", "unknown key 'claim'; the nearest is "},
        {CLAIM, "claim It is so.\nhold_if a:b > 1\n",
         "bad.conf:2: unknown key 'hold_if'; the nearest is 'holds_if'"},
        {CLAIM, "type serve\n", "unknown key 'type'; the nearest is "},
        {SITUATION, "plcae 1\n", "bad.conf:1: unknown key 'plcae'; the nearest is 'place'"},
        {SITUATION, "situation churn - x\n", "unknown key 'situation'; the nearest is "},
        {FOREIGN, "langauge C\n", "bad.conf:1: unknown key 'langauge'; the nearest is 'language'"},
        {FOREIGN, "type serve\n", "unknown key 'type'; the nearest is "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused(rows[i].kind, rows[i].text, rows[i].words);
}

static void wrong_values_are_refused(void **unused)
{
    (void)unused;
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"type serve\nmetric\n", "bad.conf:2: 'metric' has no value"},
        {"metric  \n", "bad.conf:1: 'metric' has no value"},
        {" metric echoes\n", "bad.conf:1: a line must begin with its key, not with a blank"},
        {"metric echoes\nwhy a\nwhy b\nmetric faults\n",
         "bad.conf:4: 'metric' is already in line 1"},
        {"vary x 1\ncounts@1 1 2\ncounts@1 1 3\n", "bad.conf:3: 'counts@1' is already in line 2"},
        {"baseline x y\n", "'baseline' must be a name, not 'x y'"},
        {"metric ecoes\n", "'metric' must be the name of a metric, not 'ecoes'"},
        {"also echoes fault\n", "'also' must be names of metrics, not 'echoes fault'"},
        {"core no\n", "bad.conf:1: 'core' must be yes, not 'no'"},
        {"type served\n",
         "'type' must be hold, isolate, load, overload, serve, slo_rate or time, not 'served'"},
        {"end sleep\n", "'end' must be kill or crash, not 'sleep'"},
        {"failures ignored\n", "'failures' must be counted, not 'ignored'"},
        {"behaviour rude\n",
         "'behaviour' must be silent, idle, stalled, trickling or heavy, not 'rude'"},
        {"window_s 1 s\n", "'window_s' must be a number from 0.01 to 3600, not '1 s'"},
        {"window_s 0\n", "'window_s' must be a number from 0.01 to 3600, not '0'"},
        {"window_s 3601\n", "'window_s' must be a number from 0.01 to 3600, not '3601'"},
        {"warmup_s nan\n", "'warmup_s' must be a number from 0 to 3600, not 'nan'"},
        {"background many\n", "'background' must be a whole number from 0 to 1000000, not 'many'"},
        {"priority 0\n", "'priority' must be a whole number from 1 to 99, not '0'"},
        {"priority 1.5\n", "'priority' must be a whole number from 1 to 99, not '1.5'"},
        {"pool all\n", "'pool' must be a whole number from 1 to 65536, or connections, not 'all'"},
        {"counts 10\n", "'counts' must be two rising whole numbers, not '10'"},
        {"counts 10 10\n", "'counts' must be two rising whole numbers, not '10 10'"},
        {"counts 0 10\n", "'counts' must be two rising whole numbers, not '0 10'"},
        {"counts 1 10 3\n", "'counts' must be two rising whole numbers, not '1 10 3'"},
        {"counts:fork 10 x\n", "'counts' must be two rising whole numbers, not '10 x'"},
        {"variant alone\n", "'variant' must be a name and text, not 'alone'"},
        {"without fork no reason\n", "'without' must be MODEL@X and text, not 'fork no reason'"},
        {"without fork@1\n", "'without' must be MODEL@X and text, not 'fork@1'"},
        {"without @1 why\n", "'without' must be MODEL@X and text, not '@1 why'"},
        {"option --work spin\n", "'option' must be text with a % for the value, not '--work spin'"},
        {"vary touch\n", "'vary' must be a name and values, not 'touch'"},
        {"vary end kill sleep\n", "bad.conf:1: 'end' must be kill or crash, not 'sleep'"},
        {"io select\n", "'io' must be epoll, io_uring or threads, not 'select'"},
        {"vary io epoll select\n",
         "bad.conf:1: 'io' must be epoll, io_uring or threads, not 'select'"},
        {"vary linking elastic static\n", "'linking' must be dynamic or static, not 'elastic'"},
        {"vary placement elsewhere\n",
         "'placement' must be same_core or two_cores, not 'elsewhere'"},
        {"vary layout 1 0\n", "'layout' must be a whole number from 1 to 1000, not '0'"},
        {"vary cores 1 0\n", "'cores' must be a whole number from 1 to 1024, not '0'"},
        {"vary bytes 1  2\n", "'bytes' must be a whole number from 1 to 16777216, not ''"},
        {"vary pool 1 2\n", "bad.conf:1: 'pool' cannot vary"},
        // What fits by itself, but not beside the other lines.
        {"limit_ms 1\ntype serve\n",
         "bad.conf:1: 'limit_ms' is for trials of type overload slo_rate, not serve"},
        {"type time\nvary connections 1 2\n", "bad.conf:2: 'connections' is for trials of type "
                                              "hold isolate load overload serve slo_rate, not "
                                              "time"},
        {"type isolate\nio epoll\n",
         "bad.conf:2: 'io' is for trials of type load overload serve slo_rate, not isolate"},
        {"type serve\nvary placement same_core\n",
         "bad.conf:2: 'placement' is for trials of type time, not serve"},
        {"vary touch 10 20\ncounts@1 1 2\n", "bad.conf:2: '1' is not a value of what varies"},
        {"counts:fork@1 1 2\n", "bad.conf:1: '1' is not a value of what varies"},
        {"vary touch 10 20\nheadline_at 10 30\n", "bad.conf:2: '30' is not a value of what varies"},
        {"vary touch 10 20\nwithout fork@touch why\n",
         "bad.conf:2: 'touch' is not a value of what varies"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused(EXPERIMENT, rows[i].text, rows[i].words);
    refused(SITUATION, "place 0\n", "'place' must be a whole number from 1 to 1000000, not '0'");
    refused(SITUATION, "place 1\nplace 2\n", "bad.conf:2: 'place' is already in line 1");
    refused(FOREIGN, "run ./mine\n",
            "'run' must be a command with {port} for the port, not './mine'");
    refused(FOREIGN, "shape round\n", "'shape' must be process, thread, loop or task, not 'round'");
    refused(FOREIGN, "workers none\n",
            "'workers' must be a whole number from 1 to 65536, not 'none'");
    refused(CLAIM, "source a\nsource b\n", "bad.conf:2: 'source' is already in line 1");
    kind = CLAIM;
    expect_refusal(read_confs, "/nowhere", 1, "no claims in /nowhere");
    kind = EXPERIMENT;
    expect_refusal(read_confs, "/nowhere", 1, "no experiments in /nowhere");
}

static void need_vary(const char *folder)
{
    struct experiment *e;
    experiments_read(folder, &e);
    experiment_need(e, "vary");
}

static void what_is_needed_is_missed(void **unused)
{
    (void)unused;
    const char *path = file_of("bad.conf", "type serve\n", 11);
    expect_refusal(need_vary, files_folder, 1, "/bad.conf: no 'vary'");
    remove(path);
}

static void what_fits_is_read(void **unused)
{
    (void)unused;
    static const char text[] =
        "type time\nvary touch 10 spin:1\ncounts 1 2\ncounts:fork+64_MiB 3 4\n"
        "counts@spin:1 5 6\ncounts:fork@10 7 8\npriority 4\n"
        "headline_at spin:1\nwithout fork@10 no time\n"
        "runs 1\nunit\ta\ts\nunit b µs of it\nderive a fork - epoll\n";
    struct experiment *e;
    const char *path = file_of("good.conf", text, strlen(text));
    assert_int_equal(experiments_read(files_folder, &e), 1);
    assert_int_equal(e->lines, 13);
    assert_string_equal(experiment_get(e, "counts:fork+64_MiB"), "3 4");
    assert_string_equal(experiment_get(e, "counts@spin:1"), "5 6");
    experiments_free(e, 1);
    remove(path);
}

static void how_far_words_are_apart(void **unused)
{
    (void)unused;
    static const struct {
        const char *a, *b;
        size_t distance;
    } rows[] = {{"", "", 0},           {"", "abc", 3},         {"every", "every", 0},
                {"evry", "every", 1},  {"everyx", "every", 1}, {"evory", "every", 1},
                {"eveyr", "every", 1}, {"ca", "abc", 3},       {"kitten", "sitting", 3}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(edit_distance(rows[i].a, rows[i].b), rows[i].distance);
        assert_int_equal(edit_distance(rows[i].b, rows[i].a), rows[i].distance);
    }
}

// ---- the suite's own files ----

static void all_files_of_the_suite_are_read(void **unused)
{
    (void)unused;
    static const char *const needed[] = {"place", "experiment", "sentence"};
    struct experiment *confs;
    size_t count = experiments_read("bench/questions/experiments", &confs);
    assert_true(count >= 35);
    experiments_free(confs, count);
    count = confs_read(CLAIM, "bench/questions/claims", &confs);
    assert_true(count >= 38);
    experiments_free(confs, count);
    count = confs_read(SITUATION, "bench/questions/situations", &confs);
    assert_true(count >= 10);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof needed / sizeof *needed; k++)
            experiment_need(&confs[i], needed[k]);
    experiments_free(confs, count);
}

static void every_type_has_trials(void **unused)
{
    (void)unused;
    for (const struct conf_key *key = conf_keys; key->name; key++)
        for (size_t i = 0; strcmp(key->name, "type") == 0 && key->words[i]; i++)
            assert_string_equal(trial_type_named(key->words[i])->name, key->words[i]);
}

static void shows_the_keys(enum conf_kind of, const char *path)
{
    char *readme = NULL, *table = NULL;
    size_t room = 0, bytes;
    FILE *file = fopen(path, "re"), *printed = open_memstream(&table, &bytes);
    assert_non_null(file);
    assert_non_null(printed);
    assert_true(getdelim(&readme, &room, '\0', file) > 0);
    conf_print(of, printed);
    assert_int_equal(fclose(printed), 0);
    if (!strstr(readme, table))
        fail_msg("%s does not have the table of keys as it is now: make docs", path);
    fclose(file);
    free(readme);
    free(table);
}

static void readmes_show_the_keys(void **unused)
{
    (void)unused;
    shows_the_keys(EXPERIMENT, "bench/questions/experiments/README.md");
    shows_the_keys(CLAIM, "bench/questions/claims/README.md");
    shows_the_keys(SITUATION, "bench/questions/situations/README.md");
    shows_the_keys(FOREIGN, "servers/foreign/README.md");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(experiments_are_read_by_name),
        cmocka_unit_test(unknown_keys_are_refused),
        cmocka_unit_test(wrong_values_are_refused),
        cmocka_unit_test(what_is_needed_is_missed),
        cmocka_unit_test(what_fits_is_read),
        cmocka_unit_test(how_far_words_are_apart),
        cmocka_unit_test(all_files_of_the_suite_are_read),
        cmocka_unit_test(every_type_has_trials),
        cmocka_unit_test(readmes_show_the_keys),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
