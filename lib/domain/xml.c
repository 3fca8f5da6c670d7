/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/xml.h"

bool vmxi_xml_grow(struct xml *x, size_t more)
{
	/* a domain of an ordinary machine fits the first time */
	if (!x->failed && !vmxi_bytes_reserve(x->out, more < 4000 ? 4000 : more))
		x->failed = true;
	return !x->failed;
}

/*
 * How libvirt writes a byte: the five special characters as entities; of the
 * control characters some are dropped, tab, line end, and 0x1A to 0x1F copied.
 * XML has no place for the latter.
 */
enum byte_class { PLAIN, ENTITY, DROPPED };

static enum byte_class classify(const struct xml *x, unsigned char c)
{
	if (c >= 0x20)
		return c == '&' || c == '<' || c == '>' || c == '"' || c == '\'' ? ENTITY : PLAIN;
	if (x->exact && (c == '\r' || c == '\t'))
		return ENTITY;
	if (c == '\t' || c == '\n' || c == '\r')
		return PLAIN;
	return c >= 0x1A && x->as_libvirt ? PLAIN : DROPPED;
}

static const struct {
	char c;
	struct text entity;
} entities[] = {
	{ '&', { "&amp;", 5 } }, { '<', { "&lt;", 4 } }, { '>', { "&gt;", 4 } },
	{ '"', { "&quot;", 6 } }, { '\'', { "&apos;", 6 } }, { '\r', { "&#13;", 5 } },
	{ '\t', { "&#9;", 4 } },
};

static void put_entity(struct xml *x, char c)
{
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		if (entities[i].c == c)
			xml_put(x, entities[i].entity.ptr, entities[i].entity.len);
	}
}

/* Bytes that may be more than plain text; the rest is copied in runs. */
static const bool is_suspect[256] = {
	[0 ... 0x1F] = true, ['&'] = true, ['<'] = true, ['>'] = true, ['"'] = true, ['\''] = true,
	[0xEF] = true,
};

/* U+FFFE and U+FFFF are UTF-8, but no XML */
static bool is_noncharacter(const char *p, size_t left)
{
	return left >= 3 && (unsigned char)p[1] == 0xBF && (unsigned char)p[2] >= 0xBE;
}

/* Answers how many bytes of the input it stands for. */
static size_t put_suspect(struct xml *x, const char *p, size_t left)
{
	if ((unsigned char)*p == 0xEF) {
		if (!x->as_libvirt && is_noncharacter(p, left)) {
			x->dropped++;
			x->copied_by_libvirt = true;
			return 3;
		}
		xml_put(x, p, 1);
		return 1;
	}
	switch (classify(x, (unsigned char)*p)) {
	case ENTITY:
		put_entity(x, *p);
		break;
	case PLAIN:
		xml_put(x, p, 1);
		break;
	default:
		x->dropped++;
		x->copied_by_libvirt = x->copied_by_libvirt || *p >= 0x1A;
	}
	return 1;
}

/* Copies what is plain text, up to the first byte that may be more, and answers how much. */
static size_t put_plain(struct xml *x, struct text t)
{
	char *to;
	size_t at = 0;

	if (!xml_room(x, t.len))
		return t.len;
	to = x->out->data + x->out->length;
	for (; at < t.len && !is_suspect[(unsigned char)t.ptr[at]]; at++)
		to[at] = t.ptr[at];
	x->out->length += at;
	return at;
}

void vmxi_xml_text(struct xml *x, struct text t)
{
	while (t.len > 0) {
		t = text_skip(t, put_plain(x, t));
		if (t.len > 0)
			t = text_skip(t, put_suspect(x, t.ptr, t.len));
	}
}
