/*
 * Maps pages before they are touched: many in one call, instead of each by a fault of its own. Where faults are
 * expensive they are most of the time that a start takes (docs/speed.md). Linux before 5.14 refuses, and all goes on as
 * without.
 */
#define _GNU_SOURCE
#include <link.h>
#include <stddef.h>
#include <sys/mman.h>

/* As in linux/mman.h; the C library may be older. */
#define POPULATE_READ 22
#define POPULATE_WRITE 23

#define PAGE 4096
/* What a run writes to in Java's heap, about; in bytes. */
#define WRITTEN (192 * 1024)

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

void *__real_mmap(void *address, size_t length, int protection, int flags, int file, off_t offset);
void *__wrap_mmap(void *address, size_t length, int protection, int flags, int file, off_t offset);

/* In the place of mmap(2), by the linker's option --wrap: the virtual machine maps the image's heap from the
 * executable, and Java's own piece by piece. */
void *__wrap_mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    void *pages = __real_mmap(address, length, protection, flags, file, offset);
    if (pages != MAP_FAILED && file >= 0) {
        madvise(pages, length, POPULATE_READ);
    } else if (pages != MAP_FAILED && protection == (PROT_READ | PROT_WRITE) && length >= WRITTEN) {
        madvise(pages, WRITTEN, POPULATE_WRITE);
    }
    return pages;
}
