/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <unistd.h>

/* All that end a process unless it cares, but for those that mean a fault in the tool. */
static const int deadly_signals[] = {
	SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGALRM, SIGXCPU, SIGUSR1, SIGUSR2,
};

#define DEADLY_SIGNALS (sizeof(deadly_signals) / sizeof(deadly_signals[0]))

/* All that the handler knows: only what may be used in a handler. */
static struct temporary temporaries[TEMPORARIES_MAX];
static atomic_bool only_ask;		/* the first signal does not end the tool */
static atomic_int asked_by;
static bool broken_pipe_ends, pipe_is_broken;
static int alarm_pipe[2] = { -1, -1 };	/* once it has something to read, nobody waits */

/*
 * With several threads one may be making a temporary file right now, and the process ends
 * before it is seen here.  That takes a second signal: the first one only asks.
 */
static void remove_temporaries(void)
{
	for (size_t i = 0; i < TEMPORARIES_MAX; i++) {
		if (atomic_load(&temporaries[i].exists))
			unlink(temporaries[i].path);
	}
}

static void die(int number)
{
	struct sigaction action = { .sa_handler = SIG_DFL };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
	/* in a handler it acts when that returns */
	raise(number);
}

void stop_waiting(void)
{
	ssize_t written = write(alarm_pipe[1], "", 1);

	(void)written;	/* a full pipe will do as well */
}

static void handle(int number)
{
	int kept = errno, nobody = 0;

	if (atomic_load(&only_ask) && atomic_compare_exchange_strong(&asked_by, &nobody, number)) {
		stop_waiting();
	} else if (number != SIGPIPE || !atomic_load(&only_ask)) {
		remove_temporaries();
		die(number);
	}
	errno = kept;
}

void catch_signals(void)
{
	static bool caught;
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };

	if (caught)
		return;
	caught = true;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < DEADLY_SIGNALS; i++) {
		struct sigaction old;

		if (sigaction(deadly_signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(deadly_signals[i], &action, NULL);
	}
}

struct temporary *temporary_take(int *ret_number)
{
	for (int i = 0; i < TEMPORARIES_MAX; i++) {
		if (!atomic_exchange(&temporaries[i].taken, true)) {
			*ret_number = i;
			return &temporaries[i];
		}
	}
	errno = EMFILE;
	return NULL;
}

void temporary_give_back(struct temporary *temporary)
{
	atomic_store(&temporary->exists, false);
	atomic_store(&temporary->taken, false);
}

void block_signals(sigset_t *ret_old)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < DEADLY_SIGNALS; i++)
		sigaddset(&set, deadly_signals[i]);
	pthread_sigmask(SIG_BLOCK, &set, ret_old);
}

void unblock_signals(const sigset_t *old)
{
	int kept = errno;

	pthread_sigmask(SIG_SETMASK, old, NULL);
	errno = kept;
}

bool stop_on_signals(void)
{
	if (alarm_pipe[0] < 0 && pipe2(alarm_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	atomic_store(&only_ask, true);
	catch_signals();
	return true;
}

int stop_signal(void)
{
	return atomic_load(&asked_by);
}

bool wait_for_input(int fd)
{
	struct pollfd files[] = {
		{ .fd = fd, .events = POLLIN }, { .fd = alarm_pipe[0], .events = POLLIN },
	};

	/* what can't be waited for, read() will say */
	while (poll(files, 2, -1) < 0 && errno == EINTR)
		;
	return (files[1].revents & POLLIN) == 0;
}

bool ignore_broken_pipes(void)
{
	struct sigaction old, ignore = { .sa_handler = SIG_IGN };

	sigemptyset(&ignore.sa_mask);
	if (sigaction(SIGPIPE, &ignore, &old) != 0)
		return false;
	broken_pipe_ends = broken_pipe_ends || old.sa_handler != SIG_IGN;
	return true;
}

bool end_by_broken_pipe(void)
{
	pipe_is_broken = broken_pipe_ends;
	return pipe_is_broken;
}

void end_as_asked(void)
{
	int number = stop_signal();

	if (number == 0 && pipe_is_broken)
		number = SIGPIPE;
	if (number != 0)
		die(number);
}
