#!/bin/sh
# SPDX-License-Identifier: MIT
# deps: sees to it that the programs are there which a target of the Makefile needs.
#
#     deps.sh GROUP...      build run test check iso debug all
#
# On Debian and its children what is missing is installed with apt-get (through sudo for everybody
# but root), after saying what and what for. On other systems it is listed, and the status is 1.
# When nothing is missing nothing is started: a few look-ups of files.
set -eu

groups=" ${*:-all} "
missing=""
reasons=""

wanted() {
	case $groups in *" all "*) return 0 ;; esac
	for g in $1; do
		case $groups in *" $g "*) return 0 ;; esac
	done
	return 1
}

# need GROUPS PACKAGE PROBE WHY: PROBE is a command of the PATH, or a file when it has a slash;
# alternatives are separated by |.
need() {
	wanted "$1" || return 0
	rest=$3
	while [ -n "$rest" ]; do
		probe=${rest%%|*}
		case $rest in *"|"*) rest=${rest#*|} ;; *) rest="" ;; esac
		case $probe in
		*/*) [ -e "$probe" ] && return 0 ;;
		*) command -v "$probe" >/dev/null 2>&1 && return 0 ;;
		esac
	done
	missing="$missing $2"
	reasons="$reasons  $(printf '%-22s' "$2") $4
"
}

need "build" gcc gcc "compiles the kernel and the programs"
need "build" binutils ld "links them"
need "build" libc6-dev /usr/include/stdio.h "host programs: unit tests"
need "build" python3 python3 "symbol table, initrd, test runner"
need "build" console-setup-linux "/usr/share/consolefonts/Uni2-Terminus16.psf.gz|/usr/share/kbd/consolefonts/Uni2-Terminus16.psf.gz|/usr/share/consolefonts/Lat15-Terminus16.psf.gz" \
	"the font of the framebuffer console"
need "run test debug" qemu-system-x86 "${QEMU:-qemu-system-x86_64}" "the machine that it runs on"
need "test iso" xorriso xorriso "writes the ISO"
need "test iso" mtools mformat "writes the UEFI partition of the ISO"
need "test iso" grub-common grub-mkrescue "the boot loader of the ISO"
need "test iso" grub-pc-bin /usr/lib/grub/i386-pc/multiboot2.mod "its half for BIOS"
need "test iso" grub-efi-amd64-bin /usr/lib/grub/x86_64-efi/multiboot2.mod "its half for UEFI"
need "test iso" xz-utils xz "compresses the boot loader's modules"
need "test" ovmf "/usr/share/ovmf/OVMF.fd|/usr/share/OVMF/OVMF_CODE_4M.fd|/usr/share/qemu/OVMF.fd" \
	"UEFI firmware to boot the ISO with"
need "test" python3-pyte /usr/lib/python3/dist-packages/pyte "the screen that interactive programs are compared on"
need "check" clang "clang|clang-14" "second compiler, other warnings"
need "check" clang-format "clang-format|clang-format-14" "layout of the source"
need "check" cppcheck cppcheck "static checks"
need "debug" gdb gdb "looks into the kernel"

[ -n "$missing" ] || exit 0

printf 'deps: these Debian packages are missing:\n%s' "$reasons" >&2
if ! command -v apt-get >/dev/null 2>&1; then
	echo "deps: there is no apt-get here: please install what provides them, then try again." >&2
	exit 1
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		echo "deps: neither root nor sudo. As root:  apt-get install$missing" >&2
		exit 1
	fi
	as_root="sudo"
	echo "deps: installing them with sudo apt-get; sudo may ask for your password." >&2
fi

# Standard input belongs to what comes after: `echo uname | make run` must not lose its line to a package's script.
apt() {
	# shellcheck disable=SC2086
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 \
		-o Dpkg::Use-Pty=0 "$@" </dev/null >&2
}

# A fresh system has no package lists, and an old one may have lists of files that are gone.
# shellcheck disable=SC2086
ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1 || apt update
# shellcheck disable=SC2086
if ! apt install --no-install-recommends $missing; then
	apt update
	apt install --no-install-recommends $missing
fi
