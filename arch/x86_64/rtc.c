// SPDX-License-Identifier: MIT
/*
 * rtc: the battery clock, read once at boot.
 *
 * Promise   seconds since 1970, taking the clock to run in UTC; -1 when there is none, it keeps updating,
 *           or shows no possible date. Waits at most UPDATE_WAIT_US.
 * Locks     none: boot CPU, once
 */
#include "arch/x86_64/platform.h"
#include "arch/x86_64/io.h"
#include "kernel/core/log.h"
#include "kernel/lib/string.h"

enum {
	CMOS_INDEX = 0x70, CMOS_DATA = 0x71,
	RTC_SECOND = 0, RTC_MINUTE = 2, RTC_HOUR = 4, RTC_DAY = 7, RTC_MONTH = 8, RTC_YEAR = 9, RTC_STATUS_A = 10,
	RTC_STATUS_B = 11,
	A_UPDATING = 0x80, B_24_HOURS = 2, B_BINARY = 4, HOUR_PM = 0x80, CMOS_REGISTERS = 0x80, NO_DEVICE = 0xff,
	UPDATE_WAIT_US = 20000, UPDATE_STEP_US = 20, /* an update takes 2 ms */
	READ_TRIES = 5, FIRST_YEAR = 1970, PIVOT_YEAR = 70,
	SECONDS_PER_DAY = 86400,
};

struct rtc_time {
	u8 second, minute, hour, day, month, year, century;
};

static u8 cmos_read(u8 reg)
{
	outb(CMOS_INDEX, reg);
	return inb(CMOS_DATA);
}

static bool wait_not_updating(void)
{
	for (unsigned waited = 0; waited < UPDATE_WAIT_US; waited += UPDATE_STEP_US) {
		if (!(cmos_read(RTC_STATUS_A) & A_UPDATING))
			return true;
		clock_delay_us(UPDATE_STEP_US);
	}
	return false;
}

static bool read_raw(struct rtc_time *t)
{
	u8 century = platform.rtc_century;
	if (!wait_not_updating())
		return false;
	*t = (struct rtc_time){
		.second = cmos_read(RTC_SECOND), .minute = cmos_read(RTC_MINUTE), .hour = cmos_read(RTC_HOUR),
		.day = cmos_read(RTC_DAY), .month = cmos_read(RTC_MONTH), .year = cmos_read(RTC_YEAR),
		.century = century && century < CMOS_REGISTERS ? cmos_read(century) : 0,
	};
	return true;
}

/* An update may come between two registers: two equal readings were not cut by one. */
static bool read_stable(struct rtc_time *t)
{
	struct rtc_time again;
	if (cmos_read(RTC_STATUS_A) == NO_DEVICE && cmos_read(RTC_STATUS_B) == NO_DEVICE)
		return false;
	for (unsigned i = 0; i < READ_TRIES; i++)
		if (!read_raw(t) || !read_raw(&again))
			return false;
		else if (memcmp(t, &again, sizeof(again)) == 0)
			return true;
	return false;
}

static u8 from_bcd(u8 v)
{
	return (v >> 4) * 10 + (v & 15);
}

static void decode(struct rtc_time *t)
{
	u8 status = cmos_read(RTC_STATUS_B), afternoon = t->hour & HOUR_PM;
	if (!(status & B_24_HOURS))
		t->hour &= ~HOUR_PM;
	if (!(status & B_BINARY))
		for (unsigned i = 0; i < sizeof(*t); i++)
			((u8 *)t)[i] = from_bcd(((u8 *)t)[i]);
	if (!(status & B_24_HOURS))
		t->hour = t->hour % 12 + (afternoon ? 12 : 0);
}

/* Days from 1970-01-01. Counting years from March puts the leap day last, where it shifts no month. */
static s64 days_since_epoch(unsigned year, unsigned month, unsigned day)
{
	unsigned from_march = month > 2 ? month - 3 : month + 9;
	u64 y = month > 2 ? year : year - 1;
	u64 day_of_year = (153 * from_march + 2) / 5 + day - 1;
	enum { DAYS_TO_1970 = 719468 }; /* from the March of year 0 */
	return (s64)(365 * y + y / 4 - y / 100 + y / 400 + day_of_year) - DAYS_TO_1970;
}

s64 rtc_read_seconds(void)
{
	struct rtc_time t;
	if (!read_stable(&t))
		return -1;
	decode(&t);
	unsigned year = t.century >= 19 && t.century <= 29 ? t.century * 100 + t.year :
							     t.year + (t.year < PIVOT_YEAR ? 2000 : 1900);
	if (t.second > 60 || t.minute > 59 || t.hour > 23 || !t.day || t.day > 31 || !t.month || t.month > 12 ||
		t.year > 99 || year < FIRST_YEAR)
		return -1;
	return days_since_epoch(year, t.month, t.day) * SECONDS_PER_DAY + t.hour * 3600 + t.minute * 60 + t.second;
}

u64 arch_boot_realtime_ns(void)
{
	static u64 at_clock_zero;
	if (at_clock_zero)
		return at_clock_zero;
	s64 seconds = rtc_read_seconds();
	if (seconds < 0)
		log_warn("rtc: no usable clock: the year is 1970");
	u64 uptime = clock_now_ns(), now = seconds < 0 ? 0 : (u64)seconds * NSEC_PER_SEC;
	at_clock_zero = now > uptime ? now - uptime : 1;
	return at_clock_zero;
}
