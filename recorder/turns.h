/*
 * turns.h: netrecs that attach go before those that detach.
 *
 * The kernel attaches and detaches one function at a time, and lets those wait that come meanwhile. What a netrec has
 * left to detach can wait; the next one that begins to record cannot. They take turns by a lock on the kernel's type
 * information, which each of them can open and nothing has to be made for. Others could hold it, too, so that no turn
 * is waited for without end.
 */
#ifndef RECORDER_TURNS_H
#define RECORDER_TURNS_H

enum {
	TURN_ATTACH_MS = 1000,  /* longest wait to attach: more than one function takes to be detached */
	TURN_DETACH_MS = 60000, /* longest wait to detach one function */
};

/* Waits, at most that long, until nobody detaches, or nobody attaches. Goes to turn__end(), whatever it is. */
int turn__attach(unsigned wait_ms);
int turn__detach(unsigned wait_ms);

/* Others' turn. */
void turn__end(int turn);

#endif
