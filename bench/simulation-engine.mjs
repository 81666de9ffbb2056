/**
 * Workers that take tasks out of one queue, a limit of calls that they share, and a database: what happens when, by a
 * clock of its own. Everybody is served in the order of coming.
 *
 * A task makes its calls: the first alone, and those of a busy day then as many at once as its worker may hold pages.
 * An answer takes `latencyMs` and one of the `limit` places; then its worker, which does one thing at a time, works on
 * it, and its rows go to the database. A task is done when the last of its rows are there.
 *
 * @param {{ calls: { records: number, partitions: number, rows: number }[], isPaged: boolean }[]} kinds of tasks
 * @param {Uint32Array} queue the kinds of the tasks, in their order
 * @param {{ workers: number, limit: number, latencyMs: number, callMs: number, recordMs: number,
 *   partitionMs: number, rowMs: number }} machine
 */
export function simulate(kinds, queue, { workers, limit, latencyMs, callMs, recordMs, partitionMs, rowMs }) {
  /** As many as a process of `sync` reads at once, which may make so many calls. */
  const atOnce = Math.ceil(1.25 * limit);
  const free = new Int32Array(workers).fill(atOnce);
  const room = new Int32Array(workers).fill(limit);
  /** Tasks of each worker that could make more calls, had it room. */
  const held = Array.from({ length: workers }, () => new Fifo());
  const work = Array.from({ length: workers }, () => new Fifo());
  const workEnds = new Float64Array(workers).fill(Number.POSITIVE_INFINITY);
  const waiting = new Fifo();
  const answers = new Fifo();
  const rows = new Fifo();
  let rowsEnd = Number.POSITIVE_INFINITY;
  let places = limit;
  let now = 0;
  let next = 0;
  const busy = { calls: 0, work: 0, rows: 0 };
  const counted = { calls: 0, records: 0, rows: 0 };

  for (let worker = 0; next < queue.length && free.some((some) => some > 0); worker = (worker + 1) % workers)
    takeTask(worker);
  for (;;) {
    let at = answers.size > 0 ? answers.first.ends : Number.POSITIVE_INFINITY;
    let who = -1;
    for (let worker = 0; worker < workers; worker += 1) {
      if (workEnds[worker] < at) {
        at = workEnds[worker];
        who = worker;
      }
    }
    if (rowsEnd < at) {
      at = rowsEnd;
      who = workers;
    }
    if (at === Number.POSITIVE_INFINITY) break;
    now = at;
    if (who === -1) answered();
    else if (who === workers) stored();
    else workedOn(who);
  }
  return {
    seconds: now / 1_000,
    depth: queue.length,
    ...counted,
    busy: {
      calls: busy.calls / (limit * now),
      work: busy.work / (workers * now),
      rows: busy.rows / now,
    },
  };

  function takeTask(worker) {
    while (next < queue.length && free[worker] > 0) {
      const kind = kinds[queue[next]];
      next += 1;
      // One without calls is done at once: what it brings has come with another.
      if (kind.calls.length === 0) continue;
      free[worker] -= 1;
      call({ kind, worker, begun: 0, out: 0, left: kind.calls.length, isHeld: false }, false);
      return;
    }
  }

  function done({ worker }) {
    free[worker] += 1;
    takeTask(worker);
  }

  function call(task, hasRoom) {
    const what = { task, of: task.kind.calls[task.begun], hasRoom, ends: 0 };
    task.begun += 1;
    task.out += 1;
    waiting.push(what);
    sendCalls();
  }

  function sendCalls() {
    while (places > 0 && waiting.size > 0) {
      places -= 1;
      const one = waiting.shift();
      one.ends = now + latencyMs;
      busy.calls += latencyMs;
      counted.calls += 1;
      answers.push(one);
    }
  }

  function answered() {
    const one = answers.shift();
    places += 1;
    const { worker } = one.task;
    work[worker].push(one);
    if (work[worker].size === 1) startWork(worker);
    sendCalls();
  }

  function startWork(worker) {
    const { records, partitions } = work[worker].first.of;
    const ms = callMs + records * recordMs + partitions * partitionMs;
    busy.work += ms;
    workEnds[worker] = now + ms;
  }

  function workedOn(worker) {
    const one = work[worker].shift();
    workEnds[worker] = Number.POSITIVE_INFINITY;
    if (work[worker].size > 0) startWork(worker);
    counted.records += one.of.records;
    const { task } = one;
    task.out -= 1;
    if (one.hasRoom) room[worker] += 1;
    rows.push(one);
    if (rows.size === 1) startRows();
    if (task.begun < task.kind.calls.length) {
      // The page that a day waits for needs no room.
      if (task.out === 0) call(task, false);
      if (task.kind.isPaged && !task.isHeld) {
        task.isHeld = true;
        held[worker].push(task);
      }
    }
    fillRoom(worker);
  }

  function fillRoom(worker) {
    const tasks = held[worker];
    while (room[worker] > 0 && tasks.size > 0) {
      const task = tasks.first;
      if (task.begun >= task.kind.calls.length) tasks.shift();
      else {
        room[worker] -= 1;
        call(task, true);
      }
    }
  }

  function startRows() {
    const ms = rows.first.of.rows * rowMs;
    busy.rows += ms;
    rowsEnd = now + ms;
  }

  function stored() {
    const { task, of } = rows.shift();
    rowsEnd = Number.POSITIVE_INFINITY;
    if (rows.size > 0) startRows();
    counted.rows += of.rows;
    task.left -= 1;
    if (task.left === 0) done(task);
  }
}

/** First in, first out, without moving what is in it. */
class Fifo {
  #items = [];
  #head = 0;

  get size() {
    return this.#items.length - this.#head;
  }

  get first() {
    return this.#items[this.#head];
  }

  push(item) {
    this.#items.push(item);
  }

  shift() {
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
