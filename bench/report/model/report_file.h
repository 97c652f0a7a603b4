// report.json of a run, for the views of it.
#pragma once

#include <jansson.h>

// Reads RUN_FOLDER/report.json, plain or packed (.xz). Exits with status 1 and one line that says
// what to do if there is none or it is damaged. The caller releases it.
json_t *report_file_read(const char *folder);
