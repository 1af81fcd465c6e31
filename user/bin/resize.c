// SPDX-License-Identifier: MIT
/*
 * resize: asks the terminal how large it is, and tells the kernel: a serial line cannot know.
 *
 * How       the cursor goes as far down and right as it can, and the terminal says where that was
 * Linux     resize(1); console_codes(4), ESC [ 6 n
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "user/lib/tool.h"

enum { ANSWER_MS = 1000, ANSWER_BYTES = 32 };

static bool ask(int *rows, int *columns)
{
	static const char question[] = "\0337\033[r\033[999;999H\033[6n";
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	char answer[ANSWER_BYTES] = "";
	size_t n = 0;

	(void)!write(STDOUT_FILENO, question, sizeof(question) - 1);
	while (n + 1 < sizeof(answer) && !strchr(answer, 'R') && poll(&p, 1, ANSWER_MS) > 0)
		if (read(STDIN_FILENO, answer + n, 1) == 1)
			answer[++n] = '\0';
	(void)!write(STDOUT_FILENO, "\0338", 2);
	return sscanf(answer, "\033[%d;%dR", rows, columns) == 2;
}

int main(int argc, char **argv)
{
	struct termios before, raw;
	int rows, columns;

	tool_start(argc, argv, "resize");
	if (tcgetattr(STDIN_FILENO, &before) != 0)
		tool_die_errno("standard input");
	raw = before;
	raw.c_lflag &= ~(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
	bool known = ask(&rows, &columns);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	if (!known)
		tool_die("the terminal does not answer");
	struct winsize size = { .ws_row = rows, .ws_col = columns };
	if (ioctl(STDIN_FILENO, TIOCSWINSZ, &size) != 0)
		tool_die_errno("standard input");
	printf("%d rows, %d columns\n", rows, columns);
	return tool_finish();
}
