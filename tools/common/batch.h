/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many files in one run: threads that take one name after the other, and what they have
 * to say in the order of the names.  Memory is bounded by the number of threads, not by
 * that of files.
 */
#ifndef VMXTOOL_BATCH_H
#define VMXTOOL_BATCH_H

#include "common/conversion.h"

/* The most files at a time: so many temporary files are kept in mind. */
#define JOBS_MAX 256

/* The CPUs that this process may use, and no more than that. */
size_t count_cpus(void);

enum exit_status run_batch(const struct converter *converter, struct conversion_settings *settings,
			   char **files, size_t count);

#endif
