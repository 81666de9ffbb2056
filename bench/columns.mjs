import { spreadBy, spreadOfPairs } from './statistics.mjs';

/*
 * What a table can say of a line: `{ name, requests, runs }`, the runs of one program or of one setting.
 */

export const wall = { head: 'wall s', of: ({ runs }) => spreadText(spreadBy(runs, seconds)) };
export const cpu = { head: 'CPU s', of: ({ runs }) => spreadText(spreadBy(runs, cpuSeconds)) };
export const memory = { head: 'peak MB', of: ({ runs }) => spreadText(spreadBy(runs, peakMegabytes)) };
export const requestsASecond = {
  head: 'requests/s',
  of: ({ requests, runs }) => whole(requests / spreadBy(runs, seconds).median),
};
export const cpuARequest = {
  head: 'CPU µs a request',
  of: ({ requests, runs }) => short((spreadBy(runs, cpuSeconds).median / requests) * 1e6),
};
export const megabytesASecond = {
  head: 'MB/s',
  of: ({ runs }) => short(spreadBy(runs, (run) => run.seen.bytes / 1e6 / run.seconds).median),
};
export const calls = {
  head: 'calls',
  of: ({ runs }) => whole(spreadBy(runs, (run) => run.seen.calls).median),
};

/** How many times as long as another program in the same rounds: by the clock, and in processor time. */
export function timesOf(head, others) {
  return {
    head,
    of({ runs }) {
      const times = (figure) =>
        spreadOfPairs(runs, others, (run, other) => figure(run) / figure(other)).median;
      return `${short(times(seconds))}× (CPU ${short(times(cpuSeconds))}×)`;
    },
  };
}

export function named(head) {
  return { head, of: ({ name }) => name };
}

/** A table as text, so that it can be shown later as it was, and with the runs that it is made of. */
export function table(title, columns, lines) {
  return {
    title,
    head: columns.map(({ head }) => head),
    rows: lines.map((line) => columns.map(({ of }) => of(line))),
    lines,
  };
}

/** `2.41 (2.38–2.52)`; one run has no spread. */
export function spreadText({ median, min, max }) {
  return min === max ? short(median) : `${short(median)} (${short(min)}–${short(max)})`;
}

export function short(value) {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

export function whole(value) {
  return Math.round(value).toLocaleString('en-US');
}

export function seconds(run) {
  return run.seconds;
}

export function cpuSeconds(run) {
  return run.cpuSeconds;
}

export function peakMegabytes(run) {
  return run.peakMegabytes;
}
