/* What the relay says to people. */
#ifndef K8S_EXEC_RELAY_TEXT_H
#define K8S_EXEC_RELAY_TEXT_H

/* A text that is not 0-terminated where it is too long for its place would be a fault of whoever wrote it: it is cut.
 */
#define TEXT_SIZE 512

/* A line on standard error, behind "relay: ". Never waits: if nobody takes it, it is lost. */
void say(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/* As say, but at most one in a second: for what others can cause. */
void say_seldom(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/* As it is, on standard output. Waits. */
void print(const char *text);

/* Why the last call failed, for people. */
const char *reason(void);

#endif
