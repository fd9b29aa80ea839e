#include "fs/cmd/implode_batch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "fs/tree/hold.h"

#define THREADS_MAX 16

/* So many bytes of profiles wait at most, and one more profile. */
#define WEIGHT_MAX ((size_t)32 << 20)

struct implode_job *implode_batch_add(struct implode_batch *batch)
{
	struct implode_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->implosion = IMPLOSION_INIT;
	batch->jobs[batch->count++] = job;
	return job;
}

bool implode_batch_is_full(const struct implode_batch *batch)
{
	size_t i, weight = 0;

	for (i = 0; i < batch->count; i++)
		weight += batch->jobs[i]->implosion.bytes.len;
	return batch->count == IMPLODE_BATCH_MAX || weight > WEIGHT_MAX;
}

/* --- putting ---------------------------------------------------------------------------------------- */

struct work {
	struct implode_batch *batch;
	atomic_size_t next; /* the first job that no thread has */
};

static void *work_on(void *context)
{
	struct work *work = context;
	size_t at;

	while ((at = atomic_fetch_add(&work->next, 1)) < work->batch->count) {
		struct implode_job *job = work->batch->jobs[at];

		if (job->result == 0)
			job->result = implosion_put(&job->implosion, &job->notes, &job->err);
	}
	return NULL;
}

/* Threads that cannot be had are no matter: the caller's works, too. Signals are held for all of them here, as how they
 * are treated is one for the whole process. */
void implode_batch_put(struct implode_batch *batch)
{
	pthread_t threads[THREADS_MAX];
	struct work work = { .batch = batch };
	struct hold hold;
	size_t i, count = 0;

	hold_begin(&hold);
	while (count < THREADS_MAX && count + 1 < batch->count &&
	       pthread_create(&threads[count], NULL, work_on, &work) == 0)
		count++;
	work_on(&work);
	for (i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	hold_end(&hold);
}

void implode_batch_end(struct implode_batch *batch)
{
	size_t i;

	for (i = 0; i < batch->count; i++) {
		struct implode_job *job = batch->jobs[i];

		implosion_end(&job->implosion);
		buf_free(&job->base);
		buf_free(&job->output);
		problems_free(&job->notes);
		free(job);
	}
	batch->count = 0;
}
