// SPDX-License-Identifier: MIT
/*
 * io: port input and output, and accesses to device registers in memory.
 *
 * Promise   one instruction each, never merged or reordered by the compiler
 * Locks     the device's own. Device drivers (kernel/dev) may include this header beside arch.h.
 */
#pragma once
#include "kernel/lib/types.h"

static inline void outb(u16 port, u8 v)
{
	__asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(port) : "memory");
}
static inline void outw(u16 port, u16 v)
{
	__asm__ volatile("outw %0, %1" ::"a"(v), "Nd"(port) : "memory");
}
static inline void outl(u16 port, u32 v)
{
	__asm__ volatile("outl %0, %1" ::"a"(v), "Nd"(port) : "memory");
}
static inline u8 inb(u16 port)
{
	u8 v;
	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}
static inline u16 inw(u16 port)
{
	u16 v;
	__asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}
static inline u32 inl(u16 port)
{
	u32 v;
	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}
static inline u32 mmio_read32(const volatile void *at)
{
	return *(const volatile u32 *)at;
}
static inline void mmio_write32(volatile void *at, u32 v)
{
	*(volatile u32 *)at = v;
}
static inline u64 mmio_read64(const volatile void *at)
{
	return *(const volatile u64 *)at;
}
static inline void mmio_write64(volatile void *at, u64 v)
{
	*(volatile u64 *)at = v;
}
