// SPDX-License-Identifier: MIT
/*
 * termios: terminal modes and pseudo-terminals.
 *
 * Promise   struct termios is the kernel's own, so these are thin.
 * Linux     termios(3), ioctl_tty(2), pts(4)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

int tcgetattr(int fd, struct termios *t)
{
	return ioctl(fd, TCGETS, t);
}
int tcsetattr(int fd, int when, const struct termios *t)
{
	return ioctl(fd, TCSETS + when, t);
}
int tcflush(int fd, int queue)
{
	return ioctl(fd, TCFLSH, queue);
}
int tcflow(int fd, int action)
{
	return ioctl(fd, TCXONC, action);
}
int tcdrain(int fd)
{
	return ioctl(fd, TCSBRK, 1);
}
int tcsendbreak(int fd, __attribute__((unused)) int duration)
{
	return ioctl(fd, TCSBRK, 0);
}

pid_t tcgetpgrp(int fd)
{
	int pgid;

	return ioctl(fd, TIOCGPGRP, &pgid) ? -1 : pgid;
}
int tcsetpgrp(int fd, pid_t pgid)
{
	return ioctl(fd, TIOCSPGRP, &pgid);
}
pid_t tcgetsid(int fd)
{
	int sid;

	return ioctl(fd, TIOCGSID, &sid) ? -1 : sid;
}

int isatty(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0;
}

int ttyname_r(int fd, char *name, size_t size)
{
	char link[32];

	if (!isatty(fd))
		return errno;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, name, size - 1);
	if (n < 0)
		return errno;
	name[n] = '\0';
	return 0;
}

char *ttyname(int fd)
{
	static char name[64];

	errno = ttyname_r(fd, name, sizeof(name));
	return errno ? NULL : name;
}

void cfmakeraw(struct termios *t)
{
	t->c_iflag &= ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
	t->c_oflag &= ~OPOST;
	t->c_lflag &= ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	t->c_cflag = (t->c_cflag & ~(CSIZE | PARENB)) | CS8;
	t->c_cc[VMIN] = 1;
	t->c_cc[VTIME] = 0;
}

speed_t cfgetospeed(const struct termios *t)
{
	return t->c_cflag & CBAUD;
}
speed_t cfgetispeed(const struct termios *t)
{
	return t->c_cflag & CBAUD;
}
int cfsetospeed(struct termios *t, speed_t speed)
{
	if (speed & ~CBAUD) {
		errno = EINVAL;
		return -1;
	}
	t->c_cflag = (t->c_cflag & ~CBAUD) | speed;
	return 0;
}
int cfsetispeed(struct termios *t, speed_t speed)
{
	return speed ? cfsetospeed(t, speed) : 0;
}

int posix_openpt(int flags)
{
	return open("/dev/ptmx", flags);
}
int grantpt(int fd)
{
	unsigned n;

	return ioctl(fd, TIOCGPTN, &n);
}
int unlockpt(int fd)
{
	return ioctl(fd, TIOCSPTLCK, &(int){ 0 });
}
char *ptsname(int fd)
{
	static char name[32];
	unsigned n;

	if (ioctl(fd, TIOCGPTN, &n))
		return NULL;
	snprintf(name, sizeof(name), "/dev/pts/%u", n);
	return name;
}
