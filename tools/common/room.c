/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/room.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define ROOM_BEGIN 4096

bool room_for(char **data, size_t *capacity, size_t length, size_t more)
{
	size_t wanted = *capacity ? *capacity : ROOM_BEGIN;
	char *grown;

	if (*capacity - length >= more)
		return true;
	if (more > SIZE_MAX / 4 - length) {
		errno = ENOMEM;
		return false;
	}
	while (wanted - length < more)
		wanted *= 2;
	grown = realloc(*data, wanted);
	if (!grown)
		return false;
	*data = grown;
	*capacity = wanted;
	return true;
}
