#undef _FORTIFY_SOURCE // its longjmp() refuses to switch stacks
#include "servers/core/coroutine.h"

#include <setjmp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <ucontext.h>
#include <unistd.h>

// Includes room for a signal handler; untouched pages cost nothing.
enum { STACK_BYTES = 32768, MOST_IDLE = 64 };

// The address sanitizer, if linked in, must be told about each stack switch.
void __sanitizer_start_switch_fiber(void **, const void *, size_t) __attribute__((weak));
void __sanitizer_finish_switch_fiber(void *, const void **, size_t *) __attribute__((weak));

struct coroutine { // at the upper end of its own stack
    jmp_buf goes_on;
    const void *stack;
    size_t stack_bytes;
    void (*code)(void *); // NULL: it has returned
    void *argument;
    LIST_ENTRY(coroutine) others;
};

struct stack { // above a guard page
    unsigned char usable[STACK_BYTES - sizeof(struct coroutine)];
    struct coroutine coroutine;
};

static struct coroutine outside, *running = &outside; // outside: the program's own stack
static LIST_HEAD(coroutine_list, coroutine) idle;     // warmest first
static unsigned idle_count;

// Switches to another coroutine, at `beginning` if given. Returns when something switches back to
// this one.
static void change(struct coroutine *to, const ucontext_t *beginning)
{
    struct coroutine *from = running;
    void *sanitizer = NULL;
    if (__sanitizer_start_switch_fiber)
        __sanitizer_start_switch_fiber(&sanitizer, to->stack, to->stack_bytes);
    running = to;
    if (!_setjmp(from->goes_on)) {
        if (beginning)
            setcontext(beginning);
        _longjmp(to->goes_on, 1);
    }
    if (__sanitizer_finish_switch_fiber)
        __sanitizer_finish_switch_fiber(sanitizer, NULL, NULL);
}

// The main loop of a stack: runs one function after another.
static void live(void)
{
    struct coroutine *me = running;
    if (__sanitizer_finish_switch_fiber)
        __sanitizer_finish_switch_fiber(NULL, &outside.stack, &outside.stack_bytes);
    for (;;) {
        me->code(me->argument);
        me->code = NULL;
        coroutine_yield();
    }
}

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static struct stack *map_stack(void)
{
    char *guard = mmap(NULL, page_bytes() + sizeof(struct stack), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (guard == MAP_FAILED)
        return NULL;
    if (mprotect(guard, page_bytes(), PROT_NONE) < 0) {
        munmap(guard, page_bytes() + sizeof(struct stack));
        return NULL;
    }
    struct stack *s = (struct stack *)(guard + page_bytes());
    s->coroutine.stack = s->usable;
    s->coroutine.stack_bytes = sizeof s->usable;
    return s;
}

static void retire(struct coroutine *c)
{
    if (idle_count == MOST_IDLE) {
        size_t bytes = page_bytes() + sizeof(struct stack);
        munmap((char *)(c + 1) - bytes, bytes);
        return;
    }
    LIST_INSERT_HEAD(&idle, c, others);
    idle_count++;
}

bool coroutine_start(void (*code)(void *argument), void *argument)
{
    struct coroutine *c = LIST_FIRST(&idle);
    if (c) {
        LIST_REMOVE(c, others);
        idle_count--;
        c->code = code;
        c->argument = argument;
        coroutine_resume(c);
        return true;
    }
    ucontext_t beginning;
    struct stack *s = getcontext(&beginning) < 0 ? NULL : map_stack();
    if (!s)
        return false;
    beginning.uc_stack.ss_sp = s->usable;
    beginning.uc_stack.ss_size = sizeof s->usable;
    makecontext(&beginning, live, 0);
    s->coroutine.code = code;
    s->coroutine.argument = argument;
    change(&s->coroutine, &beginning);
    if (!s->coroutine.code)
        retire(&s->coroutine);
    return true;
}

struct coroutine *coroutine_self(void)
{
    return running;
}

void coroutine_yield(void)
{
    change(&outside, NULL);
}

void coroutine_resume(struct coroutine *c)
{
    change(c, NULL);
    if (!c->code)
        retire(c);
}
