#include "bench/measure/plan/layout.h"
#include "bench/base/checksum.h"
#include "bench/base/random.h"

#include <string.h>
#include <unistd.h>

static const char mark[] = "layouts/{1-";

void layout_any(const char *server, char *program, size_t bytes)
{
    size_t layouts = 0;
    do
        snprintf(program, bytes, BUILD_FOLDER "/layouts/%zu/servers/%s", ++layouts, server);
    while (access(program, X_OK) == 0);
    if (layouts == 1)
        snprintf(program, bytes, BUILD_FOLDER "/servers/%s", server);
    else
        snprintf(program, bytes, BUILD_FOLDER "/%s%zu}/servers/%s", mark, layouts - 1, server);
}

void layout_draw(const char *program, const char *model, uint64_t seed, size_t block, FILE *file)
{
    const char *marked = strstr(program, mark);
    unsigned long layouts;
    if (!marked || sscanf(marked + strlen(mark), "%lu}", &layouts) != 1 || layouts == 0) {
        fputs(program, file);
        return;
    }
    uint64_t drawn =
        random_mix(random_mix(random_mix(seed) + block) + crc32(model, strlen(model))) % layouts;
    fprintf(file, "%.*slayouts/%lu%s", (int)(marked - program), program, (unsigned long)drawn + 1,
            strchr(marked, '}') + 1);
}
