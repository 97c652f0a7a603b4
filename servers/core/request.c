#include "servers/core/request.h"

#include <err.h>
#include <stdbool.h>
#include <string.h>

static struct action {
    void (*act)(void);
    const char *word; // NULL: for every line
    size_t length;    // of the word, or 0
} actions[REQUEST_ACTIONS_AT_MOST];

unsigned request_actions;

void requests_do(void (*act)(void), const char *word)
{
    size_t length = word ? strlen(word) : 0;
    if (word && (length == 0 || length > REQUEST_WORD_BYTES || strchr(word, '\n')))
        errx(2, "WORD must be 1 to %d bytes without a newline", REQUEST_WORD_BYTES);
    actions[request_actions++] = (struct action){act, word, length};
}

// How much of the word the bytes end with after one more byte, given that `matched` bytes matched
// before it. This is Knuth-Morris-Pratt without its table: words are short, and most bytes match
// nothing.
static size_t match_on(const char *word, size_t matched, unsigned char byte)
{
    for (size_t k = matched;; k--) {
        if ((unsigned char)word[k] == byte && memcmp(word, word + matched - k, k) == 0)
            return k + 1;
        if (k == 0)
            return 0;
    }
}

static size_t search(const struct action *a, size_t matched, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n && matched < a->length; i++)
        matched = match_on(a->word, matched, bytes[i]);
    return matched;
}

void requests_act(struct request *r, const unsigned char *bytes, size_t n)
{
    const unsigned char *all = bytes + n, *line_end;
    do {
        line_end = memchr(bytes, '\n', (size_t)(all - bytes));
        size_t part = (size_t)((line_end ? line_end : all) - bytes);
        for (unsigned i = 0; i < request_actions; i++) {
            size_t matched = search(&actions[i], r->matched[i], bytes, part);
            bool comes = line_end && matched == actions[i].length;
            r->matched[i] = line_end ? 0 : (unsigned char)matched;
            if (comes)
                actions[i].act();
        }
        bytes += part + 1;
    } while (line_end && bytes < all);
}
