/*
 * What the built-in schema costs at the start of a mount: opening it and reading the sections that a profile with
 * an MDM and a Wi-Fi payload uses. Prints milliseconds, the median of many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plist/schema/schema.h"

#define ROUNDS 501

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int use(void)
{
	struct error err;
	struct schema *schema = schema_open(NULL, &err);
	int good = schema && schema_profile(schema) && schema_payload(schema, "com.apple.mdm", 13) &&
		   schema_payload(schema, "com.apple.wifi.managed", 22);

	schema_free(schema);
	return good ? 0 : -1;
}

int main(void)
{
	static double taken[ROUNDS];
	int i;

	for (i = 0; i < ROUNDS; i++) {
		taken[i] = now_ms();
		if (use() < 0)
			return 1;
		taken[i] = now_ms() - taken[i];
	}
	qsort(taken, ROUNDS, sizeof(*taken), by_size);
	printf("%.4f\n", taken[ROUNDS / 2]);
	return 0;
}
