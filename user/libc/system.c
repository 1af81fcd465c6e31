// SPDX-License-Identifier: MIT
/*
 * system: limits of files, and what a program asks about the machine and its session.
 *
 * Linux     pathconf(3), getloadavg(3), daemon(3), getlogin(3), ctermid(3), getdomainname(2), getcwd(3)
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { LINKS_MOST = 127, LINE_MOST = 255, LOADS = 3, LOAD_UNIT = 1 << 16 };

static long limit(int name)
{
	switch (name) {
	case _PC_LINK_MAX:
		return LINKS_MOST;
	case _PC_MAX_CANON:
	case _PC_MAX_INPUT:
		return LINE_MOST;
	case _PC_PATH_MAX:
		return PATH_MAX;
	case _PC_PIPE_BUF:
		return PIPE_BUF;
	case _PC_CHOWN_RESTRICTED:
	case _PC_NO_TRUNC:
		return 1;
	case _PC_VDISABLE:
		return _POSIX_VDISABLE;
	}
	errno = EINVAL;
	return -1;
}

/* Only the length of names differs from one file system to another. */
long pathconf(const char *path, int name)
{
	struct statfs st;

	if (name != _PC_NAME_MAX)
		return limit(name);
	return statfs(path, &st) == 0 ? st.f_namelen : -1;
}

long fpathconf(int fd, int name)
{
	struct statfs st;

	if (name != _PC_NAME_MAX)
		return limit(name);
	return fstatfs(fd, &st) == 0 ? st.f_namelen : -1;
}

int getloadavg(double loads[], int n)
{
	struct sysinfo info;

	if (sysinfo(&info) != 0)
		return -1;
	n = n < LOADS ? n : LOADS;
	for (int i = 0; i < n; i++)
		loads[i] = (double)info.loads[i] / LOAD_UNIT;
	return n;
}

int daemon(int nochdir, int noclose)
{
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (pid > 0)
		_exit(0);
	if (setsid() < 0 || (!nochdir && chdir("/") != 0))
		return -1;
	int fd = noclose ? -1 : open("/dev/null", O_RDWR);
	if (fd < 0)
		return noclose ? 0 : -1;
	for (int to = STDIN_FILENO; to <= STDERR_FILENO; to++)
		dup2(fd, to);
	if (fd > STDERR_FILENO)
		close(fd);
	return 0;
}

/* There is no utmp: the name that a login program left, else that of the real user. */
char *getlogin(void)
{
	char *name = getenv("LOGNAME");
	struct passwd *p = name ? NULL : getpwuid(getuid());

	return name ? name : p ? p->pw_name : NULL;
}

char *ctermid(char *name)
{
	static char own[] = "/dev/tty";

	return name ? strcpy(name, own) : own;
}

char *get_current_dir_name(void)
{
	const char *pwd = getenv("PWD");
	struct stat a, b;
	char path[PATH_MAX];

	if (pwd && stat(pwd, &a) == 0 && stat(".", &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		return strdup(pwd);
	return getcwd(path, sizeof(path)) ? strdup(path) : NULL;
}

int getdomainname(char *name, size_t size)
{
	struct utsname u;

	uname(&u);
	if (strlen(u.domainname) >= size) {
		errno = EINVAL;
		return -1;
	}
	strcpy(name, u.domainname);
	return 0;
}
