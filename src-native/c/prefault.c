/*
 * Maps the pages of the code before they are touched: all in one call, instead of each by a fault of its own
 * (docs/speed.md). Linux before 5.14 refuses, and all goes on as without.
 */
#define _GNU_SOURCE
#include <link.h>
#include <stddef.h>
#include <sys/mman.h>

/* As in linux/mman.h; the C library may be older. */
#define POPULATE_READ 22

#define PAGE 4096

static int prefault_code(struct dl_phdr_info *object, size_t size, void *unused) {
    (void) size;
    (void) unused;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0) {
            ElfW(Addr) start = object->dlpi_addr + part->p_vaddr;
            ElfW(Addr) first = start & ~(ElfW(Addr))(PAGE - 1);
            madvise((void *) first, start + part->p_memsz - first, POPULATE_READ);
        }
    }
    /* no further: the executable comes first */
    return 1;
}

__attribute__((constructor)) static void prefault(void) {
    dl_iterate_phdr(prefault_code, NULL);
}
