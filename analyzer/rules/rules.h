/*
 * rules.h: from the tables of an analysis to findings: what is wrong, who did it, how sure that is, and how much of the
 * trouble it explains.
 *
 * Three steps, all in SQL. schema/judge/1*.sql write the symptoms: packets lost and packets late, and of the lost ones
 * those that nobody misses. schema/rule/ID.sql is one rule each: a query of the symptoms that it explains. A comment
 * before it says the rest:
 *   -- rule: what it says in a few words
 *   -- needs: type …        record types without which it cannot look; a|b: one of them is enough
 *   -- about: reason …      which symptoms it is about: reasons of lost packets, late, or who is to move late ones on
 *   -- unlike: recording    of tests/causes/, which looks much the same and where it finds nothing
 *   -- advice: what to do about it: commands in backticks, what they are to name in capitals (fn/advice_text.sql)
 * and the query has the columns symptom, packets, confidence (0 to 1), site, who and chain: a JSON array of sentences,
 * from the cause on; what happened to the packets is added as the last. A rule that looks at what was done meanwhile
 * (symptom_blame) has evidence behind them, a JSON array of the parts it claims, and as many packets as these have of
 * the time. schema/judge/8*.sql give each part and each packet to the claim that is surest of it, and rank what comes
 * out as findings; what no rule claims is a finding, too: unexplained. judge/monitor.sql compares with a monitor's file.
 */
#ifndef ANALYZER_RULES_H
#define ANALYZER_RULES_H

#include "format/error.h"

struct sqlite3;

/* Judges a complete analysis. The functions of print/sqlfn.h must have been added to the connection. */
int rules__judge(struct sqlite3 *db, struct trace_error *err);

#endif
