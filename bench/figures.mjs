import { spreadBy } from './statistics.mjs';

/** What each program took: one line each, every figure with its spread. */
export function figuresOf({ busy, slow, start }) {
  return [
    lineOf('fetch and parse only', busy.fetch, busy.requests),
    lineOf('sync', busy.sync, busy.requests),
    lineOf('sync', busy.large, busy.requests * 5),
    lineOf(`sync, ${slow.latencyMs} ms an answer, 8 at once`, slow.several, slow.requests),
    lineOf(`sync, ${slow.latencyMs} ms an answer, 1 at once`, slow.one, slow.requests),
    lineOf('bare Node', start.bare, 0),
    lineOf('--help', start.help, 0),
  ];
}

function lineOf(program, runs, requests) {
  const megabytes = (runs[0].seen?.bytes ?? 0) / 1e6;
  const { median } = spreadBy(runs, (run) => run.seconds);
  return {
    program,
    requests,
    runs: runs.length,
    seconds: spreadBy(runs, (run) => run.seconds),
    cpuSeconds: spreadBy(runs, (run) => run.cpuSeconds),
    peakMegabytes: spreadBy(runs, (run) => run.peakMegabytes),
    recordsPerSecond: Math.round(requests / median),
    ...(megabytes > 0 ? { megabytes, megabytesPerSecond: megabytes / median } : {}),
  };
}
