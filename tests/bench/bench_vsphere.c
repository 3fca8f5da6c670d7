/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench_vsphere: listing the machines of a simulated server and fetching all their VMX
 * files: round trips, connections, machines per second, and the client's memory with a
 * hundred machines and with a thousand.  The server is on the same CPUs.
 *
 * The figures of libvirt are those of its ESX driver 9.0.0 against the same simulator.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <vmxkit/connection.h>

#include "support/cases.h"
#include "vsphere/client.h"

/* Files that are on their way at once, and so all that is kept of a listing. */
#define HELD 64

struct fetching {
	struct client *client;
	char paths[HELD][256];
	char datacenters[HELD][128];
	size_t held, next;
	size_t machines, files, bytes, failures;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool take_bytes(void *user, const void *data, size_t length)
{
	struct fetching *fetching = user;

	(void)data;
	fetching->bytes += length;
	return true;
}

static void count_end(void *user, const struct vmx_error *error)
{
	struct fetching *fetching = user;

	fetching->files++;
	fetching->failures += vmx_error_code(error) != VMX_OK;
}

static bool give_next(void *user, struct vmx_download *ret)
{
	struct fetching *fetching = user;

	if (fetching->next == fetching->held)
		return false;
	ret->path = fetching->paths[fetching->next];
	ret->datacenter = fetching->datacenters[fetching->next++];
	ret->write = take_bytes;
	ret->done = count_end;
	ret->user = fetching;
	return true;
}

static void fetch_held(struct fetching *fetching)
{
	struct client *client = fetching->client;

	fetching->next = 0;
	if (vmx_connection_download(client->connection, give_next, fetching, client->error) != VMX_OK)
		fprintf(stderr, "%s\n", vmx_error_message(client->error));
	fetching->held = 0;
}

/* Fetches while the listing goes on: no more is held than so many paths. */
static bool take_machine(void *user, const struct vmx_remote_object *object)
{
	struct fetching *fetching = user;

	fetching->machines++;
	snprintf(fetching->paths[fetching->held], sizeof(fetching->paths[0]), "%s",
		 object->machine->vmx);
	snprintf(fetching->datacenters[fetching->held], sizeof(fetching->datacenters[0]), "%s",
		 object->datacenter);
	if (++fetching->held == HELD)
		fetch_held(fetching);
	return true;
}

static double cpu_seconds(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

static void run(size_t machines)
{
	static struct fetching fetching;
	char count[32];
	struct vsphere_server *server;
	struct rusage usage;
	double began, listed;

	snprintf(count, sizeof(count), "%zu", machines);
	server = vsphere_server_start("--model", "esx", "--machines", count, NULL);
	began = now();
	fetching.client = client_open(server, "esx", "/");
	if (vmx_connection_list(fetching.client->connection, VMX_REMOTE_MACHINE, take_machine,
				&fetching, fetching.client->error) != VMX_OK)
		fprintf(stderr, "%s\n", vmx_error_message(fetching.client->error));
	fetch_held(&fetching);
	client_close(fetching.client);
	listed = now() - began;
	getrusage(RUSAGE_SELF, &usage);
	printf("%5zu machines: %4zu SOAP and %4zu file requests over %zu connections, "
	       "%zu failed, %6.0f machines/s (%.0f us of CPU each here), peak %ld KiB\n",
	       fetching.machines,
	       vsphere_server_count(server, NULL) - vsphere_server_count(server, "GET"),
	       vsphere_server_count(server, "GET"), vsphere_server_connections(server),
	       fetching.failures, (double)fetching.machines / listed,
	       cpu_seconds(&usage) * 1e6 / (double)fetching.machines, usage.ru_maxrss);
	vsphere_server_stop(server);
}

/* In a process of its own: the peak of one run is not that of another. */
static void run_apart(size_t machines)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		run(machines);
		exit(0);
	}
	waitpid(child, NULL, 0);
}

static bool ignore(void *user, const struct vmx_remote_object *object)
{
	(void)user;
	(void)object;
	return true;
}

static void count_round_trips(void)
{
	struct vsphere_server *server = vsphere_server_start("--model", "vpx", "--off", "DC0_H0_VM0",
							     NULL);
	struct client *client = client_open(server, "vpx", "/DC0/DC0_H0");
	char *machine;
	size_t before;

	client_close(client);
	printf("connect and close:  %2zu round trips (libvirt 12)\n", vsphere_server_count(server, NULL));
	before = vsphere_server_count(server, NULL);
	client = client_open(server, "vpx", "/DC0/DC0_H0");
	vmx_connection_list(client->connection, VMX_REMOTE_MACHINE, ignore, NULL, client->error);
	client_close(client);
	printf("list all machines:  %2zu round trips (libvirt 20)\n",
	       vsphere_server_count(server, NULL) - before);
	before = vsphere_server_count(server, NULL);
	client = client_open(server, "vpx", "/DC0/DC0_H0");
	machine = client_machine(client, "DC0_H0_VM0");
	vmx_connection_power(client->connection, machine, VMX_ACTION_START, NULL, client->error);
	client_close(client);
	free(machine);
	printf("start a machine:    %2zu round trips (libvirt 23)\n",
	       vsphere_server_count(server, NULL) - before);
	vsphere_server_stop(server);
}

int main(void)
{
	if (!vsphere_server_exists())
		return SKIPPED;
	count_round_trips();
	run_apart(100);
	run_apart(1000);
	return 0;
}
