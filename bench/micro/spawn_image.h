// The program that a child executes, in those ways of making one that load a program.
//
// By default it is the parent's own program anew, which ends at the first line of main(): then the
// cost is that of the exec, the dynamic loader and the start of libc. Whatever it is, it is called
// with the one argument CHILD_NAME. That is not argv[0], for a shell cannot set that.
#pragma once

#define CHILD_NAME "forklore-child"

// Its argument vector; image[0] is its path.
extern char *image[];

// The same for a shell. The path is in the environment, where no character of it needs quoting.
#define IMAGE_VARIABLE "FORKLORE_IMAGE"
#define IMAGE_COMMAND "\"$" IMAGE_VARIABLE "\" " CHILD_NAME

// Chooses another program than this one. Ends the program with status 2 if it is none.
void image_choose(char *path);

// Why there is no image, or NULL. Only then are image and IMAGE_COMMAND complete.
const char *image_missing(void);
