// A plan: what runs when, one scenario a line, in phases. Lines before the first phase run through
// all of them. Words are parted by blanks; '...' and "..." keep them; # begins a comment.
//
//   type sessions 100 keys 3
//   phase quiet 30
//   phase storm 10
//   login rate 200 arrivals poisson
//   exec rate 5..50 command "display version"
#pragma once

#include "tests/load/scenario/load_task.h"

#define PHASES_MAX     16u
#define TASKS_MAX      32u
#define PLAN_BYTES_MAX 65536u

struct load_phase {
	const char *name;
	double from_s, to_s; // of the run
};

struct load_plan {
	char *text; // cut into words that phases and tasks point at
	struct load_phase phase[PHASES_MAX];
	unsigned phases; // 0: each task ends by itself
	struct load_task task[TASKS_MAX];
	unsigned tasks;
};

// A line begins like `like`. Tasks are not finished yet. False with load_complaint(), which tells
// the line.
[[nodiscard]] bool load_plan_parse(struct span text, const struct load_task *like,
                                   struct load_plan *out);
void load_plan_fini(struct load_plan *plan);
