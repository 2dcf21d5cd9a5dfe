/*
 * test_json.c: the JSON that netrec reads, whole, cut short and odd, and what it writes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "recorder/json.h"

static char text[64];

static const char *text_of(const char *value)
{
	return json__text(value, text, sizeof(text)) ? NULL : text;
}

/* As ovsdb-server answers, but for the blanks. */
static const char ANSWER[] = "{\"error\":null, \"id\":0,\"result\":[{\"rows\":[{\"other_config\":[\"map\",[[\"a\",\"1\"],"
			     "[\"b\",\"{\\\"x\\\": []}\"]]],\"ovs_version\":\"3.1.0\"}]}]}";

static void test_walk(void **state)
{
	const char *rows = json__member(json__first(json__member(ANSWER, "result")), "rows"), *row = json__first(rows);
	const char *pair = json__first(json__next(json__first(json__member(row, "other_config"))));

	(void)state;
	assert_string_equal(text_of(json__member(row, "ovs_version")), "3.1.0");
	assert_string_equal(text_of(json__first(pair)), "a");
	pair = json__next(pair);
	assert_string_equal(text_of(json__next(json__first(pair))), "{\"x\": []}");
	assert_null(json__next(pair));
	assert_null(json__next(row));
	assert_null(json__member(ANSWER, "rows"));
	assert_null(json__member(ANSWER, "err"));
}

static void test_not_there(void **state)
{
	static const char *const NONE[] = { "", "1", "null", "\"a\"", "[]", "{}", "{\"a\"}", "[1", "]", "{\"a\":", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(NONE) / sizeof(NONE[0]); i++) {
		assert_null(json__member(NONE[i], "b"));
		assert_null(json__next(NONE[i]));
		assert_null(json__next(json__first(NONE[i])));
	}
	assert_int_equal(json__text(NULL, text, sizeof(text)), -EBADMSG);
	assert_int_equal(json__text("null", text, sizeof(text)), -EBADMSG);
	assert_int_equal(json__text("\"abc", text, sizeof(text)), -EBADMSG);
	assert_int_equal(json__text("\"abc\\", text, sizeof(text)), -EBADMSG);
}

/* Whole only at its end, wherever it is cut; each in memory of its own, for the sanitizer. */
static void test_cut(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(ANSWER); len++) {
		char *cut = strndup(ANSWER, len);

		assert_ptr_equal(json__end(cut), len == sizeof(ANSWER) - 1 ? cut + len : NULL);
		json__next(json__first(json__member(json__first(json__member(cut, "result")), "rows")));
		json__text(json__member(cut, "result"), text, sizeof(text));
		free(cut);
	}
}

/* Whatever stands in it, nothing is read behind its end, and nothing written behind the room for it. */
static void test_odd(void **state)
{
	static const char BYTES[] = "{}[]\":,\\u0 ax";

	(void)state;
	srandom(1);
	for (int round = 0; round < 20000; round++) {
		size_t len = random() % 12;
		char *odd = calloc(1, len + 2);

		odd[0] = "\"[{"[random() % 3];
		for (size_t i = 1; i <= len; i++)
			odd[i] = BYTES[random() % (sizeof(BYTES) - 1)];
		json__end(odd);
		json__next(json__first(json__member(odd, "a")));
		json__next(json__next(json__first(odd)));
		json__text(odd, odd, len + 2);
		assert_true(strlen(odd) <= len + 1);
		free(odd);
	}
}

static void test_escapes(void **state)
{
	char own[] = "\"\\u00e9\\u20ac\\ud83d\\u0000\\n\\t\\\"\\\\\\/\\q\\u12\"", small[4];

	(void)state;
	assert_int_equal(json__text(own, own, sizeof(own)), 0);
	assert_string_equal(own, "é€\xef\xbf\xbd\xef\xbf\xbd\n\t\"\\/qu12");
	assert_int_equal(json__text("\"abc\"", small, sizeof(small)), 0);
	assert_int_equal(json__text("\"abcd\"", small, sizeof(small)), -ENOBUFS);
	assert_int_equal(json__text("\"ab\\u00e9\"", small, sizeof(small)), -ENOBUFS);
}

static void test_put(void **state)
{
	char *out;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	(void)state;
	assert_non_null(f);
	json__put(f, "a\"b\\c\n\x1bé");
	json__put(f, "");
	json__put(f, NULL);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(out, "\"a\\\"b\\\\c\\u000a\\u001bé\"nullnull");
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk), cmocka_unit_test(test_not_there), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_odd),  cmocka_unit_test(test_escapes),   cmocka_unit_test(test_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
