/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A shared object like any other. */
int not_an_entry(void);

int not_an_entry(void)
{
	return 0;
}
