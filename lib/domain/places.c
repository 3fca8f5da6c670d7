/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/places.h"

#include "base/number.h"

#define WIDE_SCSI_HARDWARE 13
#define SCSI_WIDE_UNITS 64

/* More than any machine has of one kind of name; beyond, names are not checked. */
#define NAMES_MAX 2048

/* The index of a disk among those whose names have the same beginning. */
static uint32_t disk_index(const struct vmx_machine *m, const struct disk *d)
{
	uint32_t units = m->hardware_version >= WIDE_SCSI_HARDWARE ? SCSI_WIDE_UNITS : SCSI_UNITS;

	switch (d->bus) {
	case BUS_SCSI:
		return d->controller * units + (d->unit < SCSI_OWN_UNIT ? d->unit : d->unit - 1);
	case BUS_SATA:
		return d->controller * SATA_UNITS + d->unit;
	case BUS_IDE:
		return d->controller * 2 + d->unit;
	default:
		return d->unit;
	}
}

/* 0: a, 25: z, 26: aa: numbers to the base of 26 without a zero */
static void name_index(char name[TARGET_NAME_MAX], const char *prefix, uint32_t index)
{
	char letters[8];
	size_t at = sizeof(letters), len = strlen(prefix);

	for (uint64_t rest = (uint64_t)index + 1; rest > 0; rest = (rest - 1) / 26)
		letters[--at] = (char)('a' + (rest - 1) % 26);
	memcpy(name, prefix, len);
	memcpy(name + len, letters + at, sizeof(letters) - at);
	name[len + sizeof(letters) - at] = '\0';
}

/* nvme0n1: controller from 0, unit from 1 */
static void name_nvme(char name[TARGET_NAME_MAX], const struct disk *d)
{
	size_t at = 4;

	memcpy(name, "nvme", 4);
	at += vmxi_format_uint64(name + at, d->controller % 1000);
	name[at++] = 'n';
	at += vmxi_format_uint64(name + at, (d->unit + 1) % 1000);
	name[at] = '\0';
}

static void place_disk(const struct vmx_machine *m, const struct disk *d, struct place *p)
{
	uint32_t index = disk_index(m, d);

	*p = (struct place){ .controller = d->controller, .unit = d->unit };
	switch (d->bus) {
	case BUS_SATA:
		if (m->level == VMX_LEVEL_LIBVIRT) {
			p->controller = index / SATA_PORTS;
			p->unit = index % SATA_PORTS;
		}
		/* fall through */
	case BUS_SCSI:
	case BUS_USB:
		name_index(p->name, "sd", index);
		break;
	case BUS_IDE:
		name_index(p->name, "hd", index);
		p->controller = 0;
		p->bus = d->controller;
		break;
	case BUS_FDC:
		name_index(p->name, "fd", index);
		break;
	default:
		name_nvme(p->name, d);
	}
}

static bool has_sd_name(const struct disk *d)
{
	return d->bus == BUS_SCSI || d->bus == BUS_SATA || d->bus == BUS_USB;
}

/* libvirt's names where they are free; what stands on USB has no name of libvirt's. */
static bool take_name(const struct vmx_machine *m, const struct disk *d, uint8_t *taken)
{
	uint32_t index = disk_index(m, d);

	if (d->bus == BUS_USB || (index < NAMES_MAX && taken[index]))
		return false;
	if (index < NAMES_MAX)
		taken[index] = 1;
	return true;
}

/* Whether libvirt would print the disk's place for another one's: see read_disks.c. */
static bool is_misleading(const struct disk *d, uint32_t index)
{
	return d->bus == BUS_SATA && index >= SATA_PORTS && index / SATA_PORTS == d->controller &&
	       index % SATA_PORTS == d->unit && index != d->controller * SATA_UNITS + d->unit;
}

/* The first name that is free, *next or later, and fits the disk. */
static uint32_t find_name(const struct disk *d, uint8_t *taken, uint32_t *next)
{
	uint32_t index;

	while (*next < NAMES_MAX && taken[*next])
		++*next;
	index = *next;
	while ((index < NAMES_MAX && taken[index]) || is_misleading(d, index))
		index++;
	if (index < NAMES_MAX)
		taken[index] = 1;
	else
		*next = index + 1;
	return index;
}

void vmxi_place_disks(const struct vmx_machine *m, struct place *places)
{
	uint8_t taken[NAMES_MAX];
	uint32_t next = 0;

	for (size_t i = 0; i < m->disks.count; i++)
		place_disk(m, &m->disks.items[i], &places[i]);
	if (m->level == VMX_LEVEL_LIBVIRT)
		return;
	memset(taken, 0, sizeof(taken));
	for (size_t i = 0; i < m->disks.count; i++) {
		if (has_sd_name(&m->disks.items[i]))
			places[i].renamed = !take_name(m, &m->disks.items[i], taken);
	}
	for (size_t i = 0; i < m->disks.count; i++) {
		if (places[i].renamed)
			name_index(places[i].name, "sd",
				   find_name(&m->disks.items[i], taken, &next));
	}
}
