/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes that become more.
 */
#ifndef VMXTOOL_ROOM_H
#define VMXTOOL_ROOM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes room for more bytes behind length of them: the block that *data points to, of malloc()
 * or NULL, is doubled as often as it takes.  False: there is no memory (errno says so, too),
 * and all is as it was.
 */
bool room_for(char **data, size_t *capacity, size_t length, size_t more);

#endif
