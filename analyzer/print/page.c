/* page.c: what stands around the tables of an HTML page. */
#include "analyzer/print/page.h"

void page__begin(FILE *out, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>", out);
	fputs(title, out);
	fputs("</title>\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>\n"
		"body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:80em;padding:0 1em;color:#1a1a1a;background:#fff}\n"
		"h1{font-size:1.5em}h2{font-size:1.2em;margin-top:2em;border-bottom:1px solid #bbb}h3{font-size:1em;margin-top:1.5em}\n"
		"table{border-collapse:collapse;display:block;overflow-x:auto;font-size:13px}\n"
		"th,td{padding:.2em .7em;text-align:left;border-bottom:1px solid #ddd;white-space:nowrap}\n"
		"th{background:#f2f2f2}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\n"
		"pre{font-size:12px;background:#f7f7f7;padding:.7em;overflow-x:auto}\n"
		"@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}th{background:#2a2a2a}th,td{border-color:#444}pre{background:#222}}\n"
		"</style></head><body>\n", out);
}

void page__end(FILE *out)
{
	fputs("</body></html>\n", out);
}
