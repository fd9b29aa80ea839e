/*
 * Many paths, several threads. Threads take the paths in their order; the caller takes the results in that order.
 * A thread that is ahead waits, so that few results are kept; the one whose result is the next to be taken never does.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "fs/cmd/check_work.h"

/* Results that may wait, and their bytes: the problems of a hopeless profile are some megabytes. The caller is woken
 * for half of them: being woken for each would cost a thread on every core some of its time. */
#define SLOTS_PER_JOB 32
#define WEIGHT_MAX    ((size_t)32 << 20)

#define WAIT_NS 200000000L

struct slot {
	bool done;
	struct check_result result;
};

struct pool {
	const struct check_work *work;
	pthread_mutex_t lock;  /* of all below */
	pthread_cond_t done;   /* enough results are there */
	pthread_cond_t room;   /* a result was taken, or all is over */
	struct slot *slots;    /* of path i: slots[i % slot_count] */
	size_t slot_count;
	size_t next;           /* the first path that no thread has */
	size_t taken;          /* paths before this were taken by the caller */
	size_t ready;          /* results that wait */
	size_t weight;         /* of those */
	unsigned starved;      /* threads that wait for room */
	bool stopped;
};

struct worker {
	struct pool *pool;
	pthread_t thread;
	struct check_options options;
	bool owns_schema;
};

static struct slot *slot_of(const struct pool *pool, size_t place)
{
	return &pool->slots[place % pool->slot_count];
}

/* --- threads ---------------------------------------------------------------------------------------- */

static bool has_room(const struct pool *pool)
{
	return pool->next == pool->taken ||
	       (pool->next < pool->taken + pool->slot_count && pool->weight < WEIGHT_MAX);
}

/* Wakes the caller, if it is worth that: what is not taken now is taken later, or when its patience ends. */
static void tell_caller(struct pool *pool)
{
	if (pool->starved || pool->ready >= pool->slot_count / 2 || pool->next == pool->work->paths->count)
		pthread_cond_signal(&pool->done);
}

static void wait_for_room(struct pool *pool)
{
	pool->starved++;
	tell_caller(pool);
	pthread_cond_wait(&pool->room, &pool->lock);
	pool->starved--;
}

/* The next path to check. False: there is none. */
static bool take_path(struct pool *pool, size_t *place)
{
	bool found;

	pthread_mutex_lock(&pool->lock);
	while (!pool->stopped && pool->next < pool->work->paths->count && !has_room(pool))
		wait_for_room(pool);
	found = !pool->stopped && pool->next < pool->work->paths->count;
	if (found)
		*place = pool->next++;
	pthread_mutex_unlock(&pool->lock);
	return found;
}

static void give_result(struct pool *pool, size_t place, const struct check_result *result)
{
	struct slot *slot = slot_of(pool, place);

	pthread_mutex_lock(&pool->lock);
	slot->result = *result;
	slot->done = true;
	pool->ready++;
	pool->weight += check_result_weight(result);
	tell_caller(pool);
	pthread_mutex_unlock(&pool->lock);
}

static void work_on(struct worker *worker)
{
	struct pool *pool = worker->pool;
	size_t place;

	while (take_path(pool, &place)) {
		struct check_result result = { 0 };

		check_one(&pool->work->paths->list[place], &worker->options, &result);
		give_result(pool, place, &result);
	}
}

/* A schema is used by one thread at a time: the first has the caller's, the others open their own. The caller's could
 * be opened; a thread that has no memory for another leaves the work to the first. */
static void *work(void *context)
{
	struct worker *worker = context;
	struct error err;

	if (!worker->owns_schema) {
		work_on(worker);
		return NULL;
	}
	worker->options.schema = schema_open(worker->pool->work->sources, &err);
	if (worker->options.schema)
		work_on(worker);
	schema_free(worker->options.schema);
	return NULL;
}

/* --- the caller ------------------------------------------------------------------------------------- */

/* Waits for the result of the path that is next; it is the caller's then. */
static void await_result(struct pool *pool, struct check_result *result)
{
	struct slot *slot = slot_of(pool, pool->taken);
	struct timespec until;

	pthread_mutex_lock(&pool->lock);
	while (!slot->done) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += WAIT_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&pool->done, &pool->lock, &until);
		if (slot->done)
			break;
		pthread_mutex_unlock(&pool->lock);
		pool->work->wait(pool->work->context, pool->taken);
		pthread_mutex_lock(&pool->lock);
	}
	*result = slot->result;
	*slot = (struct slot){ 0 };
	pool->ready--;
	pool->weight -= check_result_weight(result);
	pool->taken++;
	pthread_cond_broadcast(&pool->room);
	pthread_mutex_unlock(&pool->lock);
}

static void take_results(struct pool *pool)
{
	const struct check_work *all = pool->work;
	bool go_on = true;
	size_t place;

	for (place = 0; go_on && place < all->paths->count; place++) {
		struct check_result result;

		await_result(pool, &result);
		go_on = all->take(all->context, place, &result);
		check_result_free(&result);
	}
}

static bool start_worker(struct pool *pool, struct worker *worker, bool is_first)
{
	*worker = (struct worker){ .pool = pool, .options = pool->work->options, .owns_schema = !is_first };
	return pthread_create(&worker->thread, NULL, work, worker) == 0;
}

static void stop_workers(struct pool *pool, struct worker *workers, unsigned count)
{
	unsigned i;

	pthread_mutex_lock(&pool->lock);
	pool->stopped = true;
	pthread_cond_broadcast(&pool->room);
	pthread_mutex_unlock(&pool->lock);
	for (i = 0; i < count; i++)
		pthread_join(workers[i].thread, NULL);
}

/* False: not even one thread can be had. Fewer than wanted are no matter. */
static bool check_with(struct pool *pool, struct worker *workers, unsigned jobs)
{
	unsigned count = 0;
	size_t i;

	while (count < jobs && start_worker(pool, &workers[count], count == 0))
		count++;
	if (count)
		take_results(pool);
	stop_workers(pool, workers, count);
	for (i = 0; i < pool->slot_count; i++)
		check_result_free(&pool->slots[i].result);
	return count > 0;
}

static bool check_in_parallel(const struct check_work *all, unsigned jobs)
{
	struct worker *workers = calloc(jobs, sizeof(*workers));
	struct pool pool = {
		.work = all, .lock = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER,
		.room = PTHREAD_COND_INITIALIZER, .slot_count = (size_t)jobs * SLOTS_PER_JOB,
	};
	bool checked;

	pool.slots = calloc(pool.slot_count, sizeof(*pool.slots));
	checked = workers && pool.slots && check_with(&pool, workers, jobs);
	free(pool.slots);
	free(workers);
	return checked;
}

static void check_in_turn(const struct check_work *all)
{
	bool go_on = true;
	size_t place;

	for (place = 0; go_on && place < all->paths->count; place++) {
		struct check_result result = { 0 };

		check_one(&all->paths->list[place], &all->options, &result);
		go_on = all->take(all->context, place, &result);
		check_result_free(&result);
		all->wait(all->context, place + 1);
	}
}

void check_all(const struct check_work *all)
{
	unsigned jobs = all->paths->count < all->jobs ? (unsigned)all->paths->count : all->jobs;

	if (jobs < 2 || !check_in_parallel(all, jobs))
		check_in_turn(all);
}
