/* test_retained.c: which definitions are kept, and which are forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "format/retained.h"

static void put_netns(struct retained *r, __u64 ts, __u32 inum, const char *name, int result)
{
	struct rec_netns n = { .rec = { .ts = ts, .type = REC_netns }, .inum = inum,
			       .name = { name, strlen(name), 0 } };

	assert_int_equal(retained__put(r, &n.rec), result);
}

static void put_frame(struct retained *r, __u32 id, __u8 depth)
{
	struct rec_stack s = { .rec = { .ts = 1, .type = REC_stack }, .id = id, .depth = depth, .addr = id };

	assert_int_equal(retained__put(r, &s.rec), 1);
}

static int append(void *ctx, const struct rec *rec)
{
	size_t used = strlen(ctx);

	if (rec->type == REC_netns)
		snprintf((char *)ctx + used, 256 - used, "%u%.*s ", ((const struct rec_netns *)rec)->inum,
			 (int)((const struct rec_netns *)rec)->name.len, ((const struct rec_netns *)rec)->name.s);
	else
		snprintf((char *)ctx + used, 256 - used, "stack%u/%u ", ((const struct rec_stack *)rec)->id,
			 ((const struct rec_stack *)rec)->depth);
	return 0;
}

static const char *all(const struct retained *r)
{
	static char text[256];

	text[0] = 0;
	retained__each(r, append, text);
	return text;
}

static void by_key_and_by_age(void **state)
{
	struct retained *r = retained__new();

	(void)state;
	put_netns(r, 1, 1, "a", 1);
	put_netns(r, 2, 2, "b", 1);
	put_netns(r, 3, 3, "c", 1);
	put_netns(r, 4, 1, "a", 0); /* seen again, nothing new */
	put_netns(r, 5, 2, "B", 1);
	assert_string_equal(all(r), "1a 2B 3c "); /* in order of arrival */
	assert_int_equal(retained__forget_older(r, REC_interface, ~0ULL), 0);
	assert_int_equal(retained__forget_older(r, REC_netns, 4), 1);
	assert_string_equal(all(r), "1a 2B ");
	assert_int_equal(retained__forget_older(r, REC_netns, 5), 1);
	assert_string_equal(all(r), "2B ");
	put_netns(r, 6, 1, "a", 1);
	assert_string_equal(all(r), "2B 1a ");
	assert_int_equal(retained__count(r), 2);
	retained__free(r);
}

/* Thousands that come and go make room for themselves; half a stack is worse than none. */
static void the_many_make_room(void **state)
{
	struct retained *r = retained__new();

	(void)state;
	put_frame(r, 1, 0);
	put_frame(r, 1, 1);
	put_netns(r, 2, 1, "a", 1);
	put_netns(r, 3, 2, "b", 1);
	put_netns(r, 4, 3, "c", 1);
	put_netns(r, 5, 1, "a", 0);
	assert_int_equal(retained__make_room(r), 1); /* of three namespaces the one not seen for longest */
	assert_string_equal(all(r), "stack1/0 stack1/1 1a 3c ");
	put_frame(r, 2, 0);
	assert_int_equal(retained__make_room(r), 2);
	assert_string_equal(all(r), "1a 3c stack2/0 ");
	while (retained__count(r))
		assert_int_equal(retained__make_room(r), 1);
	assert_int_equal(retained__make_room(r), 0);
	retained__free(r);
}

static void through_growth(void **state)
{
	struct retained *r = retained__new();

	(void)state;
	for (__u32 i = 1; i <= 50000; i++)
		put_netns(r, i, i, "x", 1);
	for (__u32 i = 1; i <= 50000; i += 2)
		put_netns(r, 60000 + i, i, "x", 0);
	assert_int_equal(retained__forget_older(r, REC_netns, 60000), 25000);
	for (__u32 i = 1; i <= 50000; i++)
		put_netns(r, 120000 + i, i, "x", i % 2 == 0);
	assert_int_equal(retained__count(r), 50000);
	assert_int_equal(retained__forget_older(r, REC_netns, 120000 + 49991), 49990);
	assert_int_equal(retained__count(r), 10);
	retained__free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_key_and_by_age),
		cmocka_unit_test(the_many_make_room),
		cmocka_unit_test(through_growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
