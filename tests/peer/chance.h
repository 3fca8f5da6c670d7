/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Chance that can be repeated: the same seed gives the same numbers everywhere.
 */
#ifndef TEST_PEER_CHANCE_H
#define TEST_PEER_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

uint64_t chance_next(struct chance *c);
/* 0 to count - 1 */
size_t chance_below(struct chance *c, size_t count);
bool chance_one_in(struct chance *c, size_t count);

/* One of a list that ends with NULL. */
const char *chance_of_list(struct chance *c, const char *const *list);

/* A list of strings that ends with NULL. */
#define LIST(...) (const char *const []){ __VA_ARGS__, NULL }

#endif
