// SPDX-License-Identifier: MIT
/*
 * acpi: finds the firmware's tables and hands each to the file that understands it.
 *
 * Promise   a table is looked at only when its length is believable and its checksum right; a damaged one
 *           is named in the log and left out. Reads beyond a table's end answer 0. No ACPI at all is a
 *           machine of one CPU (platform.h).
 * Locks     none: boot only
 * Lifetime  tables stay mapped: they are small, and some are asked again when the machine is switched off
 * Mapping   tables and devices appear at their address in the direct map. RAM is mapped there already;
 *           pages that are not (reserved ranges, device registers) are added one by one, tables read-only.
 *           Nothing else claims that part of the address space, so it cannot collide.
 */
#include "arch/x86_64/platform.h"
#include "arch/x86_64/io.h"
#include "kernel/core/log.h"
#include "kernel/lib/string.h"

enum {
	RSDP_BYTES_V1 = 20,
	RSDP_BYTES_V2 = 36,
	RSDP_ALIGN = 16,
	BDA_EBDA_SEGMENT = 0x40e, /* in the BIOS data area: where the extended one lies */
	EBDA_SEARCH_BYTES = 1024,
	BIOS_AREA_START = 0xe0000,
	BIOS_AREA_END = 0x100000,
	TABLE_MAX_BYTES = 16 << 20, /* definition blocks of big servers stay far below */
	MAX_TABLES_NAMED = 24,
};

struct rsdp {
	char signature[8];
	u8 checksum;
	char oem_id[6];
	u8 revision;
	u32 rsdt;
	u32 length;
	u64 xsdt;
	u8 checksum_v2;
	u8 reserved[3];
} __packed;
_Static_assert(sizeof(struct rsdp) == RSDP_BYTES_V2, "as in the specification");

struct platform platform = {
	.has_i8042 = true,
	.nmi_lint = 1,
	.nr_ioapics = 1,
	.ioapics[0] = { .at = 0xfec00000, .gsi_base = 0 },
};

void *direct_map(phys_t at, size_t bytes, enum kmap_prot prot)
{
	phys_t end;
	if (!bytes || __builtin_add_overflow(at, bytes, &end) || end > KVIRT_BASE - DIRECT_BASE)
		return NULL;
	for (phys_t page = ALIGN_DOWN(at, PAGE_SIZE); page < end; page += PAGE_SIZE)
		if (!arch_kernel_va_is_mapped((u64)phys_to_virt(page)))
			arch_kmap((u64)phys_to_virt(page), page, PAGE_SIZE, prot);
	return phys_to_virt(at);
}

static bool sum_is_zero(const void *from, size_t bytes)
{
	u8 sum = 0;
	for (size_t i = 0; i < bytes; i++)
		sum += ((const u8 *)from)[i];
	return sum == 0;
}

/* --- tables --- */

const struct acpi_table *acpi_table_at(phys_t at)
{
	const struct acpi_table *t = at ? direct_map(at, sizeof(*t), KMAP_RO) : NULL;
	if (!t)
		return NULL;
	if (t->length < sizeof(*t) || t->length > TABLE_MAX_BYTES || !direct_map(at, t->length, KMAP_RO)) {
		log_warn("acpi: %.4s at %#lx: length %u", t->signature, at, t->length);
		return NULL;
	}
	if (!sum_is_zero(t, t->length)) {
		log_warn("acpi: %.4s at %#lx: wrong checksum", t->signature, at);
		return NULL;
	}
	return t;
}

/* The bytes at `offset`, or zeroes. */
static u64 table_word(const struct acpi_table *t, u32 offset, u32 bytes)
{
	u64 v = 0;
	if (offset <= t->length && bytes <= t->length - offset)
		memcpy(&v, (const u8 *)t + offset, bytes);
	return v;
}

u8 acpi_u8(const struct acpi_table *t, u32 offset)
{
	return table_word(t, offset, sizeof(u8));
}

u16 acpi_u16(const struct acpi_table *t, u32 offset)
{
	return table_word(t, offset, sizeof(u16));
}

u32 acpi_u32(const struct acpi_table *t, u32 offset)
{
	return table_word(t, offset, sizeof(u32));
}

u64 acpi_u64(const struct acpi_table *t, u32 offset)
{
	return table_word(t, offset, sizeof(u64));
}

/* --- registers --- */

u32 acpi_reg_read(const struct acpi_reg *r)
{
	if (r->space == REG_PORT)
		return r->bits == 8 ? inb(r->port) : r->bits == 16 ? inw(r->port) : inl(r->port);
	if (r->space == REG_MEMORY) {
		if (r->bits == 8)
			return *(volatile u8 *)r->at;
		return r->bits == 16 ? *(volatile u16 *)r->at : mmio_read32(r->at);
	}
	return 0;
}

void acpi_reg_write(const struct acpi_reg *r, u32 v)
{
	if (r->space == REG_PORT) {
		if (r->bits == 8)
			outb(r->port, v);
		else if (r->bits == 16)
			outw(r->port, v);
		else
			outl(r->port, v);
	} else if (r->space == REG_MEMORY) {
		if (r->bits == 8)
			*(volatile u8 *)r->at = v;
		else if (r->bits == 16)
			*(volatile u16 *)r->at = v;
		else
			mmio_write32(r->at, v);
	}
}

/* --- the few tables that are one address each --- */

enum { GAS_SPACE_MEMORY = 0, GAS_SPACE_PORT = 1, GAS_SPACE = 0, GAS_ADDRESS = 4 };
enum { HPET_ADDRESS = 40, SPCR_INTERFACE = 36, SPCR_ADDRESS = 40, SPCR_16550 = 0, SPCR_16450 = 1, SPCR_16550_GAS = 18 };

static void parse_hpet(const struct acpi_table *t)
{
	if (acpi_u8(t, HPET_ADDRESS + GAS_SPACE) == GAS_SPACE_MEMORY)
		platform.hpet = acpi_u64(t, HPET_ADDRESS + GAS_ADDRESS);
}

static void parse_spcr(const struct acpi_table *t)
{
	u8 interface = acpi_u8(t, SPCR_INTERFACE);
	u64 address = acpi_u64(t, SPCR_ADDRESS + GAS_ADDRESS);
	bool is_16550 = interface == SPCR_16550 || interface == SPCR_16450 || interface == SPCR_16550_GAS;
	if (is_16550 && acpi_u8(t, SPCR_ADDRESS + GAS_SPACE) == GAS_SPACE_PORT && address <= UINT16_MAX)
		platform.console_port = address;
}

/* _S5 usually stands in the DSDT, which the FADT's parser looks through. */
static void parse_ssdt(const struct acpi_table *t)
{
	if (!platform.has_s5)
		acpi_find_s5(t);
}

static const struct {
	char signature[5];
	void (*parse)(const struct acpi_table *t);
} parsers[] = {
	{ "APIC", acpi_parse_madt }, { "FACP", acpi_parse_fadt }, { "HPET", parse_hpet },
	{ "SPCR", parse_spcr }, { "SSDT", parse_ssdt },
};

/* --- the way to them --- */

static bool rsdp_is_good(const struct rsdp *r)
{
	return memcmp(r->signature, "RSD PTR ", sizeof(r->signature)) == 0 && sum_is_zero(r, RSDP_BYTES_V1);
}

static const struct rsdp *rsdp_search(phys_t start, phys_t end)
{
	if (!direct_map(start, end - start, KMAP_RO))
		return NULL;
	for (phys_t at = ALIGN_UP(start, (phys_t)RSDP_ALIGN); at + RSDP_BYTES_V1 <= end; at += RSDP_ALIGN)
		if (rsdp_is_good(phys_to_virt(at)))
			return phys_to_virt(at);
	return NULL;
}

static const struct rsdp *rsdp_find(phys_t given)
{
	const struct rsdp *r = given ? direct_map(given, RSDP_BYTES_V2, KMAP_RO) : NULL;
	if (r && rsdp_is_good(r))
		return r;
	if (given)
		log_warn("acpi: no root pointer at %#lx, where the loader says it is", given);
	const u16 *ebda_segment = direct_map(BDA_EBDA_SEGMENT, sizeof(*ebda_segment), KMAP_RO);
	phys_t ebda = ebda_segment ? (phys_t)*ebda_segment << 4 : 0;
	r = ebda ? rsdp_search(ebda, ebda + EBDA_SEARCH_BYTES) : NULL;
	return r ? r : rsdp_search(BIOS_AREA_START, BIOS_AREA_END);
}

/* The root table and how wide its entries are. */
static const struct acpi_table *root_find(const struct rsdp *r, u32 *entry_bytes)
{
	const struct acpi_table *t = NULL;
	if (r->revision >= 2 && sum_is_zero(r, RSDP_BYTES_V2)) {
		t = acpi_table_at(r->xsdt);
		*entry_bytes = sizeof(u64);
	}
	if (!t) {
		t = acpi_table_at(r->rsdt);
		*entry_bytes = sizeof(u32);
	}
	return t;
}

static void parse_table(const struct acpi_table *t)
{
	for (unsigned i = 0; i < ARRAY_LEN(parsers); i++)
		if (memcmp(t->signature, parsers[i].signature, sizeof(t->signature)) == 0)
			parsers[i].parse(t);
}

void acpi_init(struct bootinfo *bi)
{
	char names[MAX_TABLES_NAMED * 5 + 1] = "";
	u32 entry_bytes, nr_named = 0;
	for (unsigned i = 0; i < NR_ISA_IRQS; i++)
		platform.isa[i] = (struct isa_route){ .gsi = i };
	const struct rsdp *r = rsdp_find(bi->rsdp);
	const struct acpi_table *root = r ? root_find(r, &entry_bytes) : NULL;
	if (!root) {
		log_warn("acpi: none: one CPU is used");
		return;
	}
	platform.has_acpi = true;
	for (u32 at = sizeof(*root); at + entry_bytes <= root->length; at += entry_bytes) {
		const struct acpi_table *t = acpi_table_at(table_word(root, at, entry_bytes));
		if (!t)
			continue;
		parse_table(t);
		if (nr_named < MAX_TABLES_NAMED) {
			names[nr_named * 5] = ' ';
			memcpy(names + nr_named * 5 + 1, t->signature, sizeof(t->signature));
			names[++nr_named * 5] = 0;
		}
	}
	log_info("acpi: revision %u, tables%s", r->revision, names);
}
