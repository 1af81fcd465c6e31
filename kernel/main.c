// SPDX-License-Identifier: MIT
/*
 * main: from the boot loader's hand-over to process 1.
 *
 * Promise   the order of start-up is the two tables below, top to bottom. What needs a sleeping context
 *           runs in the thread "init"; the boot task becomes CPU 0's idle task.
 * Locks     none: one CPU until arch_start_cpus()
 */
#include "arch/x86_64/upcalls.h"
#include "fs/epoll.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/pty.h"
#include "fs/tty.h"
#include "ipc/futex.h"
#include "kernel/core/clock.h"
#include "kernel/core/cred.h"
#include "kernel/core/explore.h"
#include "kernel/core/kasan.h"
#include "kernel/core/ktest.h"
#include "kernel/core/library.h"
#include "kernel/core/log.h"
#include "kernel/core/panic.h"
#include "kernel/core/pid.h"
#include "kernel/core/random.h"
#include "kernel/core/sched.h"
#include "kernel/dev/console.h"
#include "kernel/dev/fbconsole.h"
#include "kernel/dev/ps2.h"
#include "kernel/dev/serial.h"
#include "kernel/lib/string.h"
#include "kernel/options.h"
#include "kernel/proc/posix_timer.h"
#include "kernel/proc/process.h"
#include "kernel/proc/signal.h"
#include "kernel/watch.h"
#include "mm/mm.h"
#include "mm/page.h"
#include "mm/slab.h"

struct step {
	const char *name;
	void (*run)(void);
};

/* With the page allocator and interrupts off; must not sleep. */
static const struct step early_steps[] = {
	{ "slab", slab_init },
	{ "library", library_init },
	{ "kvirt", kvirt_init },
};
/* The last of these may be interrupted; from there on mutexes may be taken, which nobody else holds yet. */
static const struct step core_steps[] = {
	{ "timers", timer_queue_init },
	{ "sched", sched_init },
	{ "interrupts", irq_enable },
	{ "cred", cred_init },
	{ "clock", clock_init },
	{ "explore", explore_from_start },
	{ "random", random_init },
	{ "mm", mm_init },
	{ "file", file_init },
	{ "epoll", epoll_init },
	{ "pid", pid_init },
	{ "process", process_init },
	{ "signal", signal_init },
	{ "posix_timer", posix_timer_init },
	{ "futex", futex_init },
	{ "rcu", rcu_init },
};

static void choose_console(void)
{
	for (unsigned i = 0; i < options.nr_consoles; i++) {
		int err = console_choose(options.consoles[i]);
		if (err)
			log_warn("boot: console=%s: %s", options.consoles[i],
				err == -ENODEV ? "there is no such device" : "that makes no sense");
	}
}

/* Drivers and the files that reach them; devfs is filled from what they register. */
static const struct step device_steps[] = {
	{ "serial", serial_init },
	{ "ps2", ps2_init },
	{ "console", choose_console },
	{ "tty", tty_init },
	{ "pty", pty_init },
};

static struct bootinfo *boot;

static void run_steps(const struct step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		log_debug("boot: %s", steps[i].name);
		steps[i].run();
	}
}

/* The initial archives, in order; what is damaged is told and skipped. */
static void unpack_modules(void)
{
	if (boot->nr_modules == 0)
		log_warn("boot: the loader gave no initial archive (initrd): the root is empty");
	for (unsigned i = 0; i < boot->nr_modules; i++) {
		const struct boot_module *m = &boot->modules[i];
		const char *error = "";
		if (cpio_unpack(phys_to_virt(m->start), m->end - m->start, &error))
			log_err("boot: archive %u (%s, %lu bytes): %s", i, m->name, m->end - m->start, error);
		page_release_reserved(m->start, m->end);
	}
}

static int start_one(const char *path)
{
	options.args[0] = (char *)path;
	return process_start_init(path, options.args, options.env);
}

static void start_process_1(void)
{
	static const char *const places[] = { "/init", "/sbin/init", "/bin/init", "/bin/sh" };
	int err = -ENOENT;
	init_is_traced = options.strace;
	if (options.init) {
		err = start_one(options.init);
		if (err)
			panic("boot: cannot run init=%s: error %d", options.init, -err);
		return;
	}
	for (unsigned i = 0; err && i < ARRAY_LEN(places); i++)
		err = start_one(places[i]);
	if (err)
		panic("boot: none of /init, /sbin/init, /bin/init and /bin/sh can be run (error %d)", -err);
}

static void init_thread(void *arg)
{
	watch_start();
	vfs_init();
	namespace_init();
	unpack_modules();
	if (options.ktest)
		machine_end(ktest_run(options.ktest) == 0);
	start_process_1();
	sched_exit();
}

static void say_hello(void)
{
	log_info("Parley on %s, booted by %s", arch_cpu_model(), boot->route);
	log_info("memory: %lu MiB, %lu MiB free", pages_total() >> 8, pages_free() >> 8);
	options_report();
}

static void start_other_cpus(void)
{
	unsigned n = min(nr_possible_cpus, options.maxcpus);
	for (unsigned cpu = 1; cpu < n; cpu++)
		sched_init_cpu(cpu);
	arch_start_cpus(n);
}

void kernel_main(struct bootinfo *bi)
{
	boot = bi;
	sched_early_init();
	options_parse(bi);
	arch_early_init(bi);
	options_limit_memory(bi);
	page_early_init(bi);
	arch_paging_init(bi);
	kasan_init();
	page_init(bi);
	run_steps(early_steps, ARRAY_LEN(early_steps));
	arch_init(bi);
	run_steps(core_steps, ARRAY_LEN(core_steps));
	say_hello();
	fbconsole_init(bi);
	run_steps(device_steps, ARRAY_LEN(device_steps));
	start_other_cpus();
	if (!kthread_start("init", init_thread, NULL))
		panic("boot: no memory for the first thread");
	sched_idle_loop();
}

void kernel_ap_main(unsigned cpu)
{
	irq_enable();
	sched_idle_loop();
}
