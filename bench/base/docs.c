// docs: writes the tables of keys into the READMEs beside the conf files, between their marks.
#include "bench/base/conf.h"
#include "bench/base/output.h"
#include "bench/base/usage.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

static void write_keys(enum conf_kind kind, const char *folder)
{
    char path[256], *text = NULL;
    size_t room = 0;
    snprintf(path, sizeof path, "%s/README.md", folder);
    FILE *file = fopen(path, "re");
    if (!file || getdelim(&text, &room, '\0', file) < 0)
        err(1, "%s", path);
    fclose(file);
    char *begin = strstr(text, CONF_MARK), *end = begin ? strstr(begin, CONF_END_MARK) : NULL;
    if (!end)
        errx(1, "%s: no marks to write the keys between", path);
    *begin = '\0';
    struct output readme = output_begin(folder, "README.md");
    fputs(text, readme.file);
    conf_print(kind, readme.file);
    fputs(end + strlen(CONF_END_MARK), readme.file);
    output_complete(&readme);
    free(text);
}

int main(int argc, char **argv)
{
    usage_check(argc, argv, 0, 0, "docs", "Writes the tables of keys into the documentation.");
    write_keys(EXPERIMENT, "bench/questions/experiments");
    write_keys(CLAIM, "bench/questions/claims");
    write_keys(SITUATION, "bench/questions/situations");
    write_keys(FOREIGN, "servers/foreign");
    return 0;
}
