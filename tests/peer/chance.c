/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer/chance.h"

/* The generator known as splitmix64. */
uint64_t chance_next(struct chance *c)
{
	uint64_t z = c->state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

size_t chance_below(struct chance *c, size_t count)
{
	return (size_t)(chance_next(c) % count);
}

bool chance_one_in(struct chance *c, size_t count)
{
	return chance_below(c, count) == 0;
}

const char *chance_of_list(struct chance *c, const char *const *list)
{
	size_t count = 0;

	while (list[count])
		count++;
	return list[chance_below(c, count)];
}
