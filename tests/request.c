// Requests are found in bytes, and words in requests, in whatever pieces the bytes come: compared
// with what a search of whole lines finds. Texts are of two letters, so that words overlap with
// themselves and with others.
#include "servers/core/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS = 20000, TEXT_BYTES = 60 };

static const char *const words[] = {NULL, "abab", "aab"};
static unsigned found[3];

static void count_0(void)
{
    found[0]++;
}

static void count_1(void)
{
    found[1]++;
}

static void count_2(void)
{
    found[2]++;
}

static void make(char text[TEXT_BYTES + 1], unsigned short seed[3])
{
    for (size_t i = 0; i < TEXT_BYTES; i++)
        text[i] = "abababab\n"[nrand48(seed) % 9];
    text[TEXT_BYTES] = '\0';
}

static void read_in_pieces(const char *text, unsigned short seed[3])
{
    struct request request = {0};
    for (size_t at = 0, n; at < TEXT_BYTES; at += n) {
        n = 1 + (size_t)nrand48(seed) % 5;
        n = n > TEXT_BYTES - at ? TEXT_BYTES - at : n;
        requests_received(&request, (const unsigned char *)text + at, n);
    }
}

static unsigned lines_with(char *text, const char *word)
{
    unsigned lines = 0;
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n")) && rest) // the last one has no end
        lines += !word || strstr(line, word);
    return lines;
}

static void finds_what_a_search_finds(void **state)
{
    unsigned short seed[3] = {1, 2, 3};
    unsigned all[3] = {0};
    (void)state;
    requests_do(count_0, words[0]);
    requests_do(count_1, words[1]);
    requests_do(count_2, words[2]);
    for (int i = 0; i < TEXTS; i++) {
        char text[TEXT_BYTES + 1], copy[TEXT_BYTES + 1];
        make(text, seed);
        memset(found, 0, sizeof found);
        read_in_pieces(text, seed);
        for (int w = 0; w < 3; w++) {
            memcpy(copy, text, sizeof copy);
            if (found[w] != lines_with(copy, words[w]))
                fail_msg("'%s' in %u lines of '%s'", words[w] ? words[w] : "", found[w], text);
            all[w] += found[w];
        }
    }
    for (int w = 0; w < 3; w++)
        assert_true(all[w] > TEXTS / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_what_a_search_finds)};
    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
