/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text from outside, on its way to a terminal or into JSON.
 */
#ifndef VMXTOOL_CHARACTERS_H
#define VMXTOOL_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The number of bytes of the well-formed UTF-8 character that begins at at, and
 * the character; 0 if it is malformed.  left is at least 1.
 */
size_t utf8_character(const char *at, size_t left, uint32_t *ret);

bool utf8_is_valid(const char *string);

/*
 * Prints text that a terminal can't be made to obey: '?' stands for each control
 * character and each byte that is not UTF-8.
 */
void print_harmless(FILE *out, const char *text, size_t length);

#endif
