/* Numbers that differ. */
#ifndef K8S_EXEC_RELAY_CHANCE_H
#define K8S_EXEC_RELAY_CHANCE_H

/* One that two processes do not get both; no secret. Does not wait. */
unsigned long long random_number(void);

#endif
