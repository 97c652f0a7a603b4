// The parts of report.json. Each returns a new reference; bench/report/report.schema.json says what
// they hold.
#pragma once

#include "bench/report/model/facts.h"

#include <jansson.h>

json_t *run_section(const struct facts *f);          // run.c
json_t *machine_section(const struct facts *f);      // machine.c
json_t *environment_section(const struct facts *f);  // machine.c
json_t *headline_section(const struct facts *f);     // headline.c
json_t *badges_section(const struct facts *f);       // badges.c
json_t *takeaways_section(const struct facts *f);    // takeaways.c
json_t *hero_section(const struct facts *f);         // hero.c
json_t *grid_section(const struct facts *f);         // grid.c
json_t *claims_section(const struct facts *f);       // claims.c
json_t *questions_section(const struct facts *f);    // questions.c
json_t *models_section(const struct facts *f);       // models.c
json_t *selftests_section(const struct facts *f);    // selftests.c
json_t *method_section(const struct facts *f);       // method.c
json_t *validity_section(const struct facts *f);     // method.c
json_t *metrics_section(const struct facts *f);      // method.c
json_t *not_measured_section(const struct facts *f); // not_measured.c

// The user's own servers, in the order of their names; empty in most runs, and then not in the
// file.
json_t *yours_section(const struct facts *f); // yours.c

// Where this machine stands among those known, by each headline ratio; empty, and then not in the
// file, if no other machine is known.
json_t *known_section(const struct facts *f); // known.c
