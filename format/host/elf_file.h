/*
 * elf_file.h: an ELF file that programs run code from: its build id, where its code is mapped, its functions.
 *
 * netrec reads the files of the recorded host, netanalyze those with the symbols that these lack.
 */
#ifndef FORMAT_ELF_FILE_H
#define FORMAT_ELF_FILE_H

#include <stddef.h>
#include <linux/types.h>

struct elf_file;

struct elf_function {
	__u64 addr, size;
	char name[256]; /* without a version */
};

/* Takes over fd, in any case. NULL when it is no ELF file. */
struct elf_file *elf_file__open(int fd);
void elf_file__close(struct elf_file *f);

/* In hex, or empty. */
const char *elf_file__build_id(const struct elf_file *f);

/* The address in the symbol table of what lies at `offset` of the file; the offset itself when it is not code. */
__u64 elf_file__address(const struct elf_file *f, __u64 offset);

/* The place in the file of a function by name (any version, dynamic symbols included); 0: it has none. */
__u64 elf_file__function(struct elf_file *f, const char *name);

/* Calls `fn` for the functions that the addresses lie in: sorts them, each function once. */
void elf_file__each(struct elf_file *f, __u64 *addrs, size_t n, void (*fn)(void *ctx, const struct elf_function *sym), void *ctx);

#endif
