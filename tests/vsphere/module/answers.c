/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "answers.h"

struct decoding decoded(const struct vim_method *method, const char *text)
{
	struct decoding d = { ANSWER_INIT, vmx_error_new(), VMX_OK };

	d.code = vsphere_decode(method, text, strlen(text), NULL, &d.answer, d.error);
	return d;
}

void decoding_release(struct decoding *d)
{
	vsphere_answer_release(&d->answer);
	vmx_error_free(d->error);
}

const void *response_of(const struct decoding *d)
{
	if (d->code != VMX_OK || !d->answer.response)
		fail_msg("%s", vmx_error_message(d->error));
	return d->answer.response;
}

void assert_refused(const struct vim_method *method, const char *text, enum vmx_code code,
		    const char *piece)
{
	struct decoding d = decoded(method, text);

	if (d.code != code || !strstr(vmx_error_message(d.error), piece))
		fail_msg("%d %s, not: %s", d.code, vmx_error_message(d.error), piece);
	assert_null(d.answer.response);
	assert_null(d.answer.fault);
	decoding_release(&d);
}
