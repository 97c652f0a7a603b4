// compare: two runs side by side. Which ratios of headline metrics changed, which are the same, and
// which are undecided.
//
//     compare BASE_FOLDER NEW_FOLDER
//
// Prints the comparison and writes the same into NEW_FOLDER/compare-BASE.json, which render.py
// makes a page of. Medians are shown but not judged: they differ between machines.
//
// Exit status: 0 if nothing changed, 3 if a ratio did, 1 on failure, 2 on wrong usage.
#include "bench/base/output.h"
#include "bench/base/usage.h"
#include "bench/report/compare/comparison.h"

#include <err.h>
#include <string.h>
#include <unistd.h>

static void write_json(const json_t *comparison, const char *folder, const char *base)
{
    char name[512];
    snprintf(name, sizeof name, "compare-%s.json", base);
    if (access(folder, W_OK) < 0) {
        warn("the page is not written: %s", folder);
        return;
    }
    struct output o = output_begin(folder, name);
    json_dumpf(comparison, o.file, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    fputc('\n', o.file);
    output_complete(&o); // a failed write shows here
}

int main(int argc, char **argv)
{
    static struct side sides[2]; // reachable until the end, so nothing has to be freed
    static json_t *comparison;
    bool has_changed;
    usage_check(argc, argv, 2, 2, "compare BASE_FOLDER NEW_FOLDER",
                "Compares the ratios of two runs.");
    for (int i = 0; i < 2; i++) {
        size_t length = strlen(argv[i + 1]);
        if (length > 1 && argv[i + 1][length - 1] == '/')
            argv[i + 1][length - 1] = '\0';
        side_read(&sides[i], argv[i + 1]);
    }
    comparison = comparison_of(sides, &has_changed);
    comparison_print(comparison, stdout);
    if (fflush(stdout) == EOF || ferror(stdout))
        errx(1, "cannot write the comparison");
    write_json(comparison, sides[1].folder, sides[0].name);
    return has_changed ? 3 : 0;
}
