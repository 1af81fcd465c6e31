// SPDX-License-Identifier: MIT
/*
 * sync: waits until everything written is where it lasts; or only these files.
 *
 * Linux     sync(1), sync(2), fsync(2)
 */
#include <fcntl.h>
#include <unistd.h>
#include "user/lib/tool.h"

int main(int argc, char **argv)
{
	tool_start(argc, argv, "sync [FILE...]");
	if (argc == 1)
		sync();
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY | O_NONBLOCK);

		if (fd < 0 || fsync(fd) != 0)
			tool_warn_errno("%s", argv[i]);
		if (fd >= 0)
			close(fd);
	}
	return tool_finish();
}
