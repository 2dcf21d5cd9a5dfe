/* hows.h: what becomes of which field when a recording is anonymized: format/hide.def and facts.def as tables. */
#ifndef ANALYZER_HOWS_H
#define ANALYZER_HOWS_H

#include <stddef.h>
#include <linux/types.h>

/* As in hide.def, and of facts. */
enum how { HOW_NONE, HOW_NUMBER, HOW_ADDRESS, HOW_MAC, HOW_HASH, HOW_FRAME, HOW_FLOW, HOW_STRING, HOW_FACT, HOW_THREAD, HOW_DEVICE,
	   HOW_NETNS, HOW_MACHINE, HOW_PATH, HOW_FUNCTION, HOW_ID, HOW_SYMBOL, HOW_WORD, HOW_COUNTER, HOW_LIST, HOW_TEXT,
	   HOW_HOST, HOW_TASKS, HOW_LISTED, N_HOWS };

/* Of the field with this index (schema.h) of a record. */
enum how hows__of(unsigned type, unsigned field);

/* Of the value of a fact; HOW_NONE: it is not known, and nothing of it stays. */
enum how hows__of_fact(const char *key, size_t n);

#endif
