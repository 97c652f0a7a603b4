// The program that a child executes, for methods that load a program.
//
// By default it is the parent's own program, which exits at the first line of main(): then the cost
// is that of exec, the dynamic loader and the start of libc. Any image gets the single argument
// CHILD_NAME. It is not argv[0], because a shell cannot set that.
#pragma once

#define CHILD_NAME "forklore-child"

// Its argument vector; image[0] is its path.
extern char *image[];

// The same for a shell. The path is in the environment, where it needs no quoting.
#define IMAGE_VARIABLE "FORKLORE_IMAGE"
#define IMAGE_COMMAND "\"$" IMAGE_VARIABLE "\" " CHILD_NAME

// Chooses another program. Ends the program with status 2 if it is not one.
void image_choose(char *path);

// Why there is no image, or NULL. Only after NULL are image and IMAGE_COMMAND complete.
const char *image_missing(void);
