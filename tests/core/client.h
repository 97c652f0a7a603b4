// A client that checks every byte. All waits end after client_limit_ms, as a failure.
//
// What is sent is a window into an endless stream of pseudo-random bytes (all 256 values), so that
// the right answer is known at every position and differs from connection to connection.
#pragma once

#include <stdbool.h>
#include <stddef.h>

extern int client_limit_ms; // 10000 at first

// Whether client_finish() expects the server's FIN, as it does at first. A server that does not
// send it then fails half_close, and not everything else.
extern bool client_expects_end;

// Whether the stream is text, in lines of 64 bytes, of which clients then send and expect whole
// ones: every number of bytes below is rounded up. To be set before the first client.
extern bool client_sends_lines;

// The bytes of the stream from a position on, so many of them.
enum { CLIENT_STREAM_BYTES = 65536 };
const unsigned char *client_stream(size_t position);

struct client {
    int fd;
    size_t start;          // where in the stream its bytes begin
    size_t sent, received; // how far it got
};

// Connects to a port of 127.0.0.1 with TCP_NODELAY. Clients with different numbers send different
// bytes.
struct client client_connect(unsigned port, unsigned number);

// The same with socket buffers of this size; 0 leaves them to the kernel.
struct client client_connect_buffered(unsigned port, unsigned number, int buffer_bytes);

// Begins to connect and does not wait: where the server accepts nobody, its queue may be full.
struct client client_begin(unsigned port);

// Sends so many bytes more, and waits until they have been handed to the kernel.
void client_send(struct client *c, size_t bytes);

// Sends until `bytes` have been sent in all or the kernel takes none for patience_ms.
void client_push(struct client *c, size_t bytes, int patience_ms);

// Receives so many bytes more and compares them.
void client_expect(struct client *c, size_t bytes);

// Sends so many bytes more and receives all that are outstanding, both at the same time. With a
// seed, each transfer is of a random size.
void client_exchange(struct client *c, size_t bytes, unsigned short seed[3]);

// Sends a text of at most 64 bytes in pieces of this size, and expects each back before the next.
void client_say(const struct client *c, const char *text, size_t piece);

// Whether anything (an answer, an end) can be read within limit_ms.
bool client_has_news(const struct client *c, int limit_ms);

// Sends FIN, expects what is outstanding and, if client_expects_end, the server's FIN, and closes.
void client_finish(struct client *c);

// The two halves of client_finish() where bytes may be lost: sends FIN; receives up to the server's
// FIN or reset, and closes. Returns how many bytes are missing. Fails if neither comes, or with
// wrong bytes.
void client_end_sending(const struct client *c);
size_t client_missing_at_end(struct client *c);

// Expects that the server has ended the connection without a byte more.
void client_expect_end(struct client *c);

void client_close(struct client *c);

// Closes with RST instead of FIN.
void client_reset(struct client *c);

// A new client is served: connects, exchanges a few bytes, finishes.
void expect_service(unsigned port);

// So many are, one after another; each closes when it has its answer.
void serve_in_turn(unsigned port, unsigned clients);

// The same where the server may fail: false if it ended or reset the connection instead. Fails only
// if it does neither, or with wrong bytes.
bool is_served(unsigned port, size_t bytes);

// As client_push(); false if the connection ends instead.
bool client_is_pushed(struct client *c, size_t bytes, int patience_ms);

// Whether what is outstanding comes back; false if the connection ends instead. Fails otherwise.
bool client_is_answered(struct client *c);
