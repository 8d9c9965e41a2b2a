/* What a process has open. */
#ifndef K8S_EXEC_RELAY_DESCRIPTORS_H
#define K8S_EXEC_RELAY_DESCRIPTORS_H

#include <stddef.h>

/* Closes all above 2 but these; negative ones among them stand for none. */
void close_all_but(const int *kept, size_t count);

#endif
