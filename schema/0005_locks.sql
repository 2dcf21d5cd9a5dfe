-- 0005_locks.sql: waits for locks of the kernel, futexes and pthread locks, and who held them; stacks of programs; CPU
-- time
-- to the 10 ms, and where threads may run.

CREATE TABLE lock_wait(               -- waits for locks, as far as they were long enough to be recorded
	win           INTEGER NOT NULL,  -- of the end of the wait
	kind          TEXT NOT NULL,     -- 'kernel', 'futex', 'pthread'
	tgid          INTEGER NOT NULL,  -- process whose address it is; 0: the kernel's
	addr          INTEGER NOT NULL,
	mode          INTEGER NOT NULL,  -- lock_mode_text(kind, mode)
	tid           INTEGER NOT NULL,  -- who waited
	stack         INTEGER NOT NULL,  -- kernel stack; 0: none taken
	failed        INTEGER NOT NULL,  -- waits that ended without the lock or a wake-up: not in n
	n             INTEGER NOT NULL,
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE lock_holder(             -- of waits that did not fail: who kept the lock from the waiting thread
	win           INTEGER NOT NULL,
	kind          TEXT NOT NULL,
	tgid          INTEGER NOT NULL,
	addr          INTEGER NOT NULL,
	tid           INTEGER NOT NULL,  -- who waited
	holder        INTEGER NOT NULL,  -- futex: who woke it. 0: not known
	n             INTEGER NOT NULL,
	wait_ns       INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL
) STRICT;

CREATE TABLE lock_hold(               -- write locks of pthread that were held for long
	win           INTEGER NOT NULL,  -- of the release
	tgid          INTEGER NOT NULL,
	addr          INTEGER NOT NULL,
	tid           INTEGER NOT NULL,  -- who held it
	n             INTEGER NOT NULL,
	sum_ns        INTEGER NOT NULL,
	min_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL,
	hist          BLOB NOT NULL
) STRICT;

CREATE TABLE lock_short(              -- waits for kernel locks that were too short to be recorded
	win           INTEGER NOT NULL,  -- of the next record of that CPU
	cpu           INTEGER NOT NULL,
	n             INTEGER NOT NULL,
	sum_ns        INTEGER NOT NULL
) STRICT;

CREATE TABLE lock_name(               -- kernel variables with locks that were waited for
	addr          INTEGER PRIMARY KEY, -- of the lock
	symbol        TEXT NOT NULL,
	offset        INTEGER NOT NULL,
	module        TEXT NOT NULL      -- empty: the kernel itself
) STRICT;

CREATE TABLE futex_total(             -- all futex calls, however short: differences of samples
	win           INTEGER NOT NULL,  -- of the later sample
	tid           INTEGER NOT NULL,
	waits         INTEGER NOT NULL,  -- calls that wait and returned
	wait_ns       INTEGER NOT NULL,
	wakes         INTEGER NOT NULL,  -- calls that wake
	woken         INTEGER NOT NULL,  -- threads they woke
	wake_ns       INTEGER NOT NULL,
	others        INTEGER NOT NULL
) STRICT;

CREATE TABLE module(                  -- files that programs ran code from
	id            INTEGER PRIMARY KEY,
	build_id      TEXT NOT NULL,     -- hex; empty: has none
	path          TEXT NOT NULL,
	name          TEXT NOT NULL      -- last part of the path
) STRICT;

CREATE TABLE user_frame(              -- stacks of programs
	ustack        INTEGER NOT NULL,  -- from 1; not the numbers of kernel stacks
	depth         INTEGER NOT NULL,  -- 0: innermost
	module        INTEGER NOT NULL,  -- 0: not known
	addr          INTEGER NOT NULL,  -- as in the module's symbol table; in memory when the module is 0
	symbol        TEXT,              -- function; NULL: not known
	offset        INTEGER,           -- into the function
	PRIMARY KEY(ustack, depth)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_stack(              -- where programs were
	win           INTEGER NOT NULL,
	kind          TEXT NOT NULL,     -- 'slept': off the CPU; 'lock': waited for a lock of the kernel; 'wait',
	                                 -- 'wake': futex calls;
	                                 -- 'asked': waited for a pthread lock; 'held': released a pthread lock
	tid           INTEGER NOT NULL,
	addr          INTEGER NOT NULL,  -- of the lock; 0: none
	stack         INTEGER NOT NULL,  -- the kernel's part; 0: none taken
	ustack        INTEGER NOT NULL,
	n             INTEGER NOT NULL,
	sum_ns        INTEGER NOT NULL,
	max_ns        INTEGER NOT NULL
) STRICT;

CREATE TABLE cpu_run(                 -- CPU time of threads, from switch to switch
	win           INTEGER NOT NULL,
	tid           INTEGER NOT NULL,
	ran_ns        INTEGER NOT NULL,
	peak_ns       INTEGER NOT NULL,  -- most in one tick of 10 ms
	first_tick    INTEGER NOT NULL,  -- tick of the window that ticks begins with
	ticks         BLOB NOT NULL      -- run_ticks(ticks): time in each tick
) STRICT;

CREATE TABLE cpu_run_process(         -- the same of all threads of a process together
	win           INTEGER NOT NULL,
	tgid          INTEGER NOT NULL,
	ran_ns        INTEGER NOT NULL,
	peak_ns       INTEGER NOT NULL,
	first_tick    INTEGER NOT NULL,
	ticks         BLOB NOT NULL
) STRICT;

CREATE TABLE affinity(                -- where threads may run, as last seen
	tid           INTEGER PRIMARY KEY,
	tgid          INTEGER NOT NULL,
	cpus          TEXT,              -- list of CPUs; NULL: not known
	policy        INTEGER NOT NULL,  -- enumerator set sched_policy
	prio          INTEGER NOT NULL   -- real-time priority; 0: none
) STRICT;

INSERT OR IGNORE INTO enumerator VALUES
	('sched_policy', 0, 'normal'), ('sched_policy', 1, 'FIFO'), ('sched_policy', 2, 'round-robin'),
		('sched_policy', 3, 'batch'),
	('sched_policy', 5, 'idle'), ('sched_policy', 6, 'deadline');
