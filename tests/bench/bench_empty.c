/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What it costs to start and end a program: see bench_process.c. */
int main(void)
{
	return 0;
}
