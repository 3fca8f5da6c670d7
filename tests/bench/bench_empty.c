/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What it costs to start and end a program, by itself and, if LINKED, with the libraries
 * that the tools need: see bench_process.c.
 */
#ifdef LINKED
#include <jansson.h>
#include <vmxkit/vmxkit.h>
#endif

int main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
#ifdef LINKED
	/* never: nobody gives so many arguments */
	if (argc > 1000)
		return vmx_version() == NULL || json_object() == NULL;
#endif
	return 0;
}
