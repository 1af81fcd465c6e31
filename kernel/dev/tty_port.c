// SPDX-License-Identifier: MIT
/*
 * tty_port: the list of devices that terminals are made of, and the settings they start with.
 *
 * Locks     none: the list only grows, at boot, before there is a second task
 */
#include "kernel/dev/tty_port.h"
#include "kernel/lib/string.h"

struct list tty_ports = LIST_INIT(tty_ports);
static struct tty_port *chosen_console; /* [boot] */

#define CTRL(letter) ((letter) & 0x1f)
enum { KEY_DEL = 0x7f, KEY_QUIT = 0x1c };

const struct termios tty_default_termios = {
	.c_iflag = ICRNL | IXON,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B38400 | CS8 | CREAD | HUPCL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.c_cc = {
		[VINTR] = CTRL('C'), [VQUIT] = KEY_QUIT, [VERASE] = KEY_DEL, [VKILL] = CTRL('U'),
		[VEOF] = CTRL('D'), [VMIN] = 1, [VSTART] = CTRL('Q'), [VSTOP] = CTRL('S'),
		[VSUSP] = CTRL('Z'), [VREPRINT] = CTRL('R'), [VDISCARD] = CTRL('O'),
		[VWERASE] = CTRL('W'), [VLNEXT] = CTRL('V'),
	},
};

void tty_port_register(struct tty_port *p)
{
	list_add_tail(&tty_ports, &p->node);
}

struct tty_port *tty_port_find(const char *name)
{
	struct tty_port *p;
	list_for_each(p, &tty_ports, node)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

struct tty_port *tty_port_console(void)
{
	return chosen_console ? chosen_console : list_first_or_null(&tty_ports, struct tty_port, node);
}

void tty_port_set_console(struct tty_port *p)
{
	chosen_console = p;
}
