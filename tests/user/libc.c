// SPDX-License-Identifier: MIT
/*
 * libc: calls of the C library whose answers do not depend on the machine.
 *
 * Promise   built against our library and against the host's it must print the same; tests/user/run.py compares
 * Linux     glibc in the C locale is the oracle. What is not the same on purpose is not here.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <regex.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

static void section(const char *name)
{
	printf("## %s\n", name);
}


static void test_printf_integers(void)
{
	static const char *const formats[] = { "%d", "%5d", "%-5d|", "%05d", "%+d", "% d", "%.3d", "%8.3d",
		"%-8.3d|", "%+.0d",
		"%x", "%#x", "%X", "%#X", "%08x", "%#08x", "%o", "%#o", "%u", "%i", "%.0x", "%#.3o", "%'d" };
	static const int values[] = { 0, 1, -1, 42, -12345, INT_MAX, INT_MIN };

	section("printf integers");
	for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
		printf("%s:", formats[f]);
		for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
			printf(" [");
			printf(formats[f], values[v]);
			printf("]");
		}
		printf("\n");
	}
	printf("%hhd %hd %ld %lld %zd %jd %td\n", (signed char)-1, (short)-2, -3l, -4ll, (size_t)5, (intmax_t)6,
		(ptrdiff_t)7);
	printf("%hhu %hu %lu %llu\n", 300, 70000, ULONG_MAX, ULLONG_MAX);
	printf("%*d|%-*d|%.*d|%*d\n", 5, 1, 5, 2, 3, 3, -5, 4);
	printf("%c%c|%5c|%-5c|\n", 'a', 'b', 'c', 'd');
	printf("%s|%10s|%-10s|%.2s|%10.1s|%.0s|%.*s\n", "abc", "abc", "abc", "abc", "abc", "abc", 2, "xyz");
	printf("%p %p %%\n", (void *)0, (void *)0x1234);
	printf("%m|\n");
	printf("%lx %#lx %lo\n", 0x123456789abcdeful, 0x123456789abcdeful, 0x123456789abcdeful);
	printf("[%s]\n", (char *)NULL);
}

static void test_printf_floats(void)
{
	static const char *const formats[] = { "%f", "%.0f", "%.1f", "%.3f", "%.15f", "%e", "%.0e", "%.3e",
		"%E", "%g", "%G", "%.3g",
		"%.10g", "%.17g", "%#g", "%#.0f", "%10.2f", "%-10.2f|", "%010.2f", "%+f", "% f" };
	static const double values[] = { 0.0, -0.0, 1.0, -1.0, 0.1, 0.5, 1.5, 2.5, 0.05, 123.456, 1e10, 1e15,
		1e16, 1e17, 1e21, 1e22, 1e100,
		1e-5, 1e-4, 123456.0, 1234567.0, 99999.95, 0.00001234, 3.14159265358979, 1e308, 5e-324,
			2.2250738585072014e-308,
		9.999999, 0.3, 100, 1.0 / 3, INFINITY, -INFINITY, NAN };

	section("printf floats");
	for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
		printf("%s:", formats[f]);
		for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
			printf(" [");
			printf(formats[f], values[v]);
			printf("]");
		}
		printf("\n");
	}
	printf("%Lf %Lg %Le\n", 1.5l, 2.25l, 3.125l);
}

static void test_snprintf(void)
{
	char buf[8], *text = NULL;

	section("snprintf");
	for (int size = 0; size < 8; size++) {
		memset(buf, '#', sizeof(buf));
		int n = snprintf(buf, size, "%d-%s", 12, "abc");
		printf("%d %d [%.8s]\n", size, n, size ? buf : "");
	}
	printf("%d\n", asprintf(&text, "%s:%d", "x", 5));
	puts(text);
	free(text);
	printf("%d\n", snprintf(NULL, 0, "%1000d", 1));
}

static void test_scanf(void)
{
	static const char *const inputs[] = { "12 34", "-5abc", "017 7", "  77", "abc", "", "3.5e2x", "a,b",
		"99999999999" };
	int a, b, n;
	char s[32], t[32];
	double d;
	unsigned u;
	long l;

	section("scanf");
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		a = b = n = -9;
		int r = sscanf(inputs[i], "%d %d%n", &a, &b, &n);
		printf("%d %d %d %d|", r, i == 8 ? 0 : a, b, n);
		s[0] = t[0] = 0;
		r = sscanf(inputs[i], "%31s %31s", s, t);
		printf("%d [%s] [%s]|", r, s, t);
		d = -1;
		r = sscanf(inputs[i], "%lf", &d);
		printf("%d %g|", r, d);
		u = 9;
		r = sscanf(inputs[i], "%x", &u);
		printf("%d %x|", r, i == 8 ? 0 : u);
		l = 9;
		r = sscanf(inputs[i], "%li", &l);
		printf("%d %ld\n", r, l);
	}
	printf("%d %d %d\n", sscanf("10:20:30", "%d:%d:%d", &a, &b, &n), a, n);
	printf("%d [%s]\n", sscanf("key = value", "%31[a-z] = %*s", s), s);
	printf("%d [%s] [%s]\n", sscanf("abc123def", "%31[^0-9]%31[0-9]", s, t), s, t);
	printf("%d %c%c\n", sscanf("xy", "%c%c", s, t), *s, *t);
	printf("%d [%.3s]\n", sscanf("wxyz", "%3c", s), s);
	printf("%d %d\n", sscanf("100%", "%d%%%n", &a, &n), a);
	printf("%d %d %d\n", sscanf("12345", "%2d%3d", &a, &b), a, b);
	printf("%d\n", sscanf("", "%d", &a));
	printf("%d %hhd\n", sscanf("300", "%hhd", (signed char *)s), *s);
	printf("%d [%s]\n", sscanf("]x", "%31[]x]", s), s);
}

static void test_numbers(void)
{
	static const char *const texts[] = { "0", "12", "-12", "+7", "  42x", "0x1F", "017", "abc", "", "-",
		"0x", "99999999999999999999",
		"-99999999999999999999", "9223372036854775807", "9223372036854775808", "18446744073709551615",
			"zz", "0b11", "1e3" };
	static const int bases[] = { 0, 2, 8, 10, 16, 36 };
	static const char *const floats[] = { "0", "1.5", "-2.25e3", ".5", "5.", "1e", "1e+", "inf",
		"-INFINITY", "nan",
		"1e400", "1e-400", "123456789012345678901234567890", "0.1", "3.141592653589793",
			"2.2250738585072014e-308", "abc", "", " 7 " };
	char *end;

	section("strtol");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t b = 0; b < sizeof(bases) / sizeof(bases[0]); b++) {
			errno = 0;
			long l = strtol(texts[i], &end, bases[b]);
			printf("%ld %d %d ", l, (int)(end - texts[i]), errno);
			errno = 0;
			unsigned long u = strtoul(texts[i], &end, bases[b]);
			printf("%lu %d%s", u, errno, b == 5 ? "\n" : "; ");
		}
	section("strtod");
	for (size_t i = 0; i < sizeof(floats) / sizeof(floats[0]); i++) {
		errno = 0;
		double d = strtod(floats[i], &end);
		printf("%s: %.17g %d %d\n", floats[i], d, (int)(end - floats[i]), errno);
	}
	printf("%d %ld %g %d\n", atoi("12x"), atol("-5"), atof("2.5z"), atoi(""));
	printf("%d %ld %d\n", abs(-3), labs(-4), div(-7, 2).rem);
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void test_sort(void)
{
	int v[200];
	unsigned x = 12345;

	section("sort");
	for (int i = 0; i < 200; i++) {
		x = x * 1103515245 + 12345;
		v[i] = x >> 16 & 0x3ff;
	}
	qsort(v, 200, sizeof(v[0]), compare);
	for (int i = 0; i < 200; i++)
		printf("%d%c", v[i], i % 20 == 19 ? '\n' : ' ');
	int key = v[77];
	int *found = bsearch(&key, v, 200, sizeof(v[0]), compare);
	printf("%d\n", found && *found == key);
	key = -1;
	printf("%d\n", bsearch(&key, v, 200, sizeof(v[0]), compare) == NULL);
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void test_strings(void)
{
	char buf[64], *p, *save;

	section("strings");
	printf("%zu %zu\n", strlen("abc"), strnlen("abcdef", 3));
	printf("%d %d %d %d\n", sign(strcmp("a", "b")), sign(strcmp("b", "a")), strcmp("", ""), sign(strcmp("a",
		"ab")));
	printf("%d %d %d\n", strncmp("abc", "abd", 2), sign(strncmp("abc", "abd", 3)), strncmp("x", "y", 0));
	printf("%d %d\n", strcasecmp("AbC", "aBc"), sign(strncasecmp("ABx", "aby", 3)));
	printf("%d %d\n", sign(memcmp("\x80", "\x01", 1)), sign(strcmp("\x80", "\x01")));
	printf("%s %s %s\n", strchr("hello", 'l'), strrchr("hello", 'l'), strchr("hello", 'z') ? "?" : "none");
	printf("%s %s %d\n", strstr("hello world", "o w"), strstr("abc", ""), strstr("abc", "abcd") == NULL);
	printf("%s %s\n", strcasestr("Hello", "LL"), strchrnul("abc", 'x') + 0);
	printf("%zu %zu %s\n", strspn("aabbc", "ab"), strcspn("hello", "lo"), strpbrk("hello", "xl"));
	strcpy(buf, "one");
	strcat(buf, "two");
	strncat(buf, "threefour", 5);
	puts(buf);
	memset(buf, '#', sizeof(buf));
	strncpy(buf, "ab", 4);
	printf("%d %d %d %d %c\n", buf[0], buf[1], buf[2], buf[3], buf[4]);
	strcpy(buf, "a,b;;c,");
	for (p = strtok_r(buf, ",;", &save); p; p = strtok_r(NULL, ",;", &save))
		printf("[%s]", p);
	strcpy(buf, "a,b,,c");
	for (char *rest = buf; (p = strsep(&rest, ","));)
		printf("(%s)", p);
	printf("\n");
	memcpy(buf, "0123456789", 11);
	memmove(buf + 2, buf, 5);
	puts(buf);
	memmove(buf, buf + 3, 5);
	puts(buf);
	printf("%s %d\n", (char *)memchr("abcdef", 'd', 6), memchr("abc", 'd', 3) == NULL);
	printf("%s\n", (char *)memmem("abcdabce", 8, "abce", 4));
	p = strdup("dup");
	puts(p);
	free(p);
	p = strndup("longer", 4);
	puts(p);
	free(p);
	printf("%s|%s|%s|%s\n", strerror(0), strerror(ENOENT), strerror(EPIPE), strerror(9999));
	printf("%s|%s|%s\n", strsignal(SIGSEGV), strsignal(SIGTERM), strsignal(SIGCHLD));
	for (int c = 0; c < 256; c++)
		printf("%x", !!isalpha(c) | !!isdigit(c) << 1 | !!isspace(c) << 2 | !!ispunct(c) << 3 |
			!!isupper(c) << 4 |
			!!isprint(c) << 5 | !!iscntrl(c) << 6 | !!isxdigit(c) << 7 | !!isblank(c) << 8 |
				!!isgraph(c) << 9);
	printf("\n%c%c%c\n", toupper('a'), tolower('Q'), toupper('1'));
}

static void test_paths(void)
{
	static const char *const paths[] = { "/a/b", "a", "/", "a/", "a//b", "", ".", "/x", "a/b/" };
	char one[32], two[32];

	section("paths");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		strcpy(one, paths[i]);
		strcpy(two, paths[i]);
		printf("%s: %s %s\n", paths[i], dirname(one), __xpg_basename(two));
	}
}

static void test_time(void)
{
	static const time_t times[] = { 0, 1, 86399, 86400, 951782400, 951868800, 1000000000, 1234567890,
		1700000000, 2147483647, 4102444800, -1,
		-86400, -2208988800, 253402300799, 1709164800, 1709251199 };
	char text[400];
	struct tm tm;

	section("time");
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		gmtime_r(&times[i], &tm);
		printf("%d-%d-%d %d:%d:%d %d %d %d %ld|", tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour,
			tm.tm_min, tm.tm_sec, tm.tm_wday,
			tm.tm_yday, tm.tm_isdst, (long)timegm(&tm));
		strftime(text, sizeof(text),
			"%a %A %b %B %c %C %d %D %e %F %g %G %h %H %I %j %k %l %m %M %p %r %R %s %S %T %u %U %V %w "
					     "%W %x %X %y %Y %z %Z %% %n%t", &tm);
		printf("%s|%s", text, asctime(&tm));
	}
	tm = (struct tm){ .tm_year = 120, .tm_mon = 13, .tm_mday = 45, .tm_hour = 30, .tm_min = -5,
		.tm_sec = 3600 };
	printf("%ld", (long)timegm(&tm));
	printf(" %d-%d-%d %d:%d:%d %d %d\n", tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min,
		tm.tm_sec, tm.tm_wday, tm.tm_yday);
	printf("%zu\n", strftime(text, 5, "%Y-%m", &tm));
}

static void test_zones(void)
{
	static const char *const zones[] = { "UTC0", "EST5", "EST5EDT,M3.2.0,M11.1.0",
		"CET-1CEST,M3.5.0,M10.5.0/3", "<+0530>-5:30",
		"NZST-12NZDT,M9.5.0,M4.1.0/3", "XXX3YYY2:30,J60/1,300/4:30", "" };
	static const time_t times[] = { 0, 1700000000, 1710054000, 1710054000 + 3600 * 1000, 1711846799,
		1711846800, 1730000000, 1729990799,
		1729990800, 1720000000 };
	char text[64];
	struct tm tm;

	section("zones");
	for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
		setenv("TZ", zones[z], 1);
		tzset();
		for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
			localtime_r(&times[i], &tm);
			strftime(text, sizeof(text), "%F %T %z %Z", &tm);
			tm.tm_isdst = -1;
			printf("%s %d %ld|", text, localtime(&times[i])->tm_isdst, (long)mktime(&tm));
		}
		printf("\n");
	}
	unsetenv("TZ");
}

static void test_patterns(void)
{
	static const struct {
		const char *pattern, *text;
		int flags;
	} cases[] = {
		{ "*", "", 0 }, { "*", "a/b", 0 }, { "*", "a/b", FNM_PATHNAME }, { "a?c", "abc", 0 },
			{ "[a-c]*", "bx", 0 },
		{ "[!a]", "a", 0 }, { "[^a]", "b", 0 }, { "\\*", "*", 0 }, { "\\*", "\\*", FNM_NOESCAPE },
			{ "*.c", ".c", FNM_PERIOD },
		{ ".*", ".c", FNM_PERIOD }, { "[[:digit:]]", "5", 0 }, { "a*b*c", "aXbXbXc", 0 }, { "[]]", "]",
			0 }, { "[a-]", "-", 0 },
		{ "ABC", "abc", FNM_CASEFOLD }, { "[", "[", 0 }, { "a[", "a[", 0 }, { "*/b", "a/b",
			FNM_PATHNAME }, { "?", "/", FNM_PATHNAME },
		{ "a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0 },
	};

	section("fnmatch");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		printf("%s %s: %d\n", cases[i].pattern, cases[i].text, fnmatch(cases[i].pattern, cases[i].text,
			cases[i].flags));
}

static void test_getopt(void)
{
	static const struct option longs[] = { { "alpha", no_argument, NULL, 'A' }, { "beta", required_argument,
		NULL, 'B' },
		{ "bet2", optional_argument, NULL, 'C' }, { 0 } };
	static char *argvs[][10] = {
		{ "p", "-a", "-b", "x", "y", "-c", "z" }, { "p", "-ab", "v", "--", "-c" }, { "p", "-bvalue",
			"-q" }, { "p", "-b" },
		{ "p", "--alpha", "--beta=1", "--beta", "2", "w", "--bet2", "--bet2=q", "-a" }, { "p", "--al" },
			{ "p", "--be" }, { "p", "--nope", "-z" },
		{ "p", "x", "y", "-a", "z" }, { "p" }, { "p", "-", "-a" },
	};
	int c;

	section("getopt");
	opterr = 0;
	for (size_t i = 0; i < sizeof(argvs) / sizeof(argvs[0]); i++) {
		int argc = 0;
		while (argvs[i][argc])
			argc++;
		optind = 0;
		while ((c = getopt_long(argc, argvs[i], "ab:c", longs, NULL)) != -1)
			printf("%c(%s) ", c, optarg ? optarg : "-");
		printf("|");
		for (; optind < argc; optind++)
			printf(" %s", argvs[i][optind]);
		printf("\n");
	}
}

static jmp_buf there;

static void test_jumps(void)
{
	volatile int n = 0;

	section("setjmp");
	int r = setjmp(there);
	printf("%d %d\n", r, n);
	n++;
	if (n < 4)
		longjmp(there, n - 1);
}

static void test_memory_streams(void)
{
	char *text, *line = NULL;
	size_t size, room = 0;

	section("streams");
	FILE *f = open_memstream(&text, &size);
	fprintf(f, "a%db", 5);
	fflush(f);
	printf("%s %zu\n", text, size);
	for (int i = 0; i < 1000; i++)
		fputc('x', f);
	fclose(f);
	printf("%zu %zu\n", strlen(text), size);
	free(text);
	f = tmpfile();
	fputs("one\ntwo\n\nfour", f);
	rewind(f);
	while (getline(&line, &room, f) > 0)
		printf("[%s]", line);
	printf("%d %d\n", feof(f), ferror(f));
	fseek(f, 4, SEEK_SET);
	printf("%c", fgetc(f));
	ungetc('Z', f);
	printf("%c%ld", fgetc(f), ftell(f));
	fseek(f, -4, SEEK_END);
	char buf[16];
	printf(" %s %zu\n", fgets(buf, sizeof(buf), f), fread(buf, 1, 4, f));
	fseek(f, 0, SEEK_SET);
	int a = 0;
	fprintf(f, "77 x");
	rewind(f);
	printf("%d %d\n", fscanf(f, "%d", &a), a);
	fclose(f);
	free(line);
}

static int by_arg(const void *a, const void *b, void *sign)
{
	return (*(const int *)a - *(const int *)b) * *(int *)sign;
}

static void test_more_strings(void)
{
	static const char *const versions[] = { "", "a", "a0", "a1", "a2", "a10", "a9", "a01", "a010", "a09", "a000",
		"a00", "a1b", "a1b2", "b", "10", "9", "1.2.10", "1.2.9" };
	char buf[16], text[32], options[] = "ro,size=5,bad,uid=,last";
	char *const names[] = { "ro", "size", "uid", NULL };
	char *rest = options, *value;
	int numbers[] = { 3, 1, 2 }, down = -1;

	section("more strings");
	memset(buf, '#', sizeof(buf));
	printf("%d ", (int)(stpncpy(buf, "abc", 6) - buf));
	printf("%d%d%d ", buf[3], buf[5], buf[6]);
	printf("%d\n", (int)(stpncpy(buf, "abcdef", 3) - buf));
	printf("%d ", (int)((char *)memccpy(buf, "hello", 'l', 5) - buf));
	printf("%d ", memccpy(buf, "hello", 'z', 5) == NULL);
	printf("%s\n", (char *)rawmemchr("find:me", ':'));
	swab("abcdef", text, 6);
	printf("%.6s\n", text);
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		for (size_t j = 0; j < sizeof(versions) / sizeof(versions[0]); j++) {
			int order = strverscmp(versions[i], versions[j]);
			printf("%d ", (order > 0) - (order < 0));
		}
	printf("\n");
	while (*rest) {
		int which = getsubopt(&rest, names, &value);
		printf("%d=%s ", which, value ? value : "(none)");
	}
	qsort_r(numbers, 3, sizeof(int), by_arg, &down);
	printf("%d%d%d\n", numbers[0], numbers[1], numbers[2]);
	lldiv_t q = lldiv(-7, 2);
	printf("%lld %lld\n", q.quot, q.rem);
	printf("%zu %s\n", strxfrm(text, "abc", sizeof(text)), text);
}

static void test_strptime(void)
{
	static const char *const cases[][2] = { { "2024-02-29 12:34:56", "%Y-%m-%d %H:%M:%S" },
		{ "29/02/24", "%d/%m/%y" },
		{ "Feb 3 1970", "%b %d %Y" }, { "february 13 2001", "%B %d %Y" }, { "12:05 PM", "%I:%M %p" },
		{ "12:05 am", "%I:%M %p" }, { "2024-13-01", "%Y-%m-%d" }, { "  7:3", "%H:%M" },
		{ "1999-12-31T23:59:59Z", "%FT%T%z" },
		{ "5 x", "%d %%" }, { "100%", "%j%%" }, { "Tue", "%a" }, { "01/02/99", "%D" }, { "23:15 rest", "%R" },
		{ "+0130", "%z" }, { "", "%Y" }, { "", "" } };

	section("strptime");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tm tm = { 0 };
		const char *end = strptime(cases[i][0], cases[i][1], &tm);
		printf("%zu: %s", i, end ? end : "(none)");
		if (end)
			printf(" %d-%d-%d %d:%d:%d w%d y%d z%ld", tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour,
				tm.tm_min, tm.tm_sec, tm.tm_wday, tm.tm_yday, tm.tm_gmtoff);
		printf("\n");
	}
}

static int no_dots(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static void test_system(void)
{
	struct dirent **list;
	char dir[] = "/tmp/libc-test-XXXXXX", path[64];
	double loads[3];

	section("system");
	if (!mkdtemp(dir) || chdir(dir) != 0) {
		printf("no folder\n");
		return;
	}
	for (int i = 1; i <= 11; i += 5) {
		snprintf(path, sizeof(path), "f%d", i);
		fclose(fopen(path, "w"));
	}
	int n = scandir(".", &list, no_dots, alphasort);
	for (int i = 0; i < n; i++)
		printf("%s ", list[i]->d_name);
	n = scandir(".", &list, no_dots, versionsort);
	for (int i = 0; i < n; i++) {
		printf("%s ", list[i]->d_name);
		unlink(list[i]->d_name);
	}
	n = scandir("/no/such", &list, NULL, NULL);
	printf("%d %d\n", n, errno);
	printf("%d %d\n", chdir("/"), rmdir(dir));
	printf("%ld %ld %ld %ld\n", pathconf("/", _PC_PATH_MAX), pathconf("/", _PC_PIPE_BUF),
		pathconf("/nosuch", _PC_PATH_MAX), pathconf("/", 999));
	printf("%d\n", getloadavg(loads, 3));
	printf("%s %s\n", setlocale(LC_ALL, "C"), setlocale(LC_ALL, "xx_YY") ? "yes" : "no");
	printf("%s %d\n", localeconv()->decimal_point, localeconv()->frac_digits);
	FILE *f = tmpfile();
	fpos_t pos;
	fputs("abcdef", f);
	rewind(f);
	getc(f);
	fgetpos(f, &pos);
	printf("%c", getc(f));
	fsetpos(f, &pos);
	printf("%c\n", getc(f));
	fclose(f);
	time_t t = 86400;
	char stamp[26];
	printf("%s", ctime_r(&t, stamp));
	printf("%s", asctime_r(gmtime(&t), stamp));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	test_printf_integers();
	test_printf_floats();
	test_snprintf();
	test_scanf();
	test_numbers();
	test_sort();
	test_strings();
	test_paths();
	test_time();
	test_zones();
	test_patterns();
	test_getopt();
	test_jumps();
	test_memory_streams();
	test_more_strings();
	test_strptime();
	test_system();
	return 0;
}
