import { createServer } from 'node:http';
import { type Day, startOfDay } from '../../../src/time/day.js';
import { close, listen } from '../loopback.js';
import { accountProject, defaultProjects } from './account/account.js';
import { dayFinder } from './account/account-days.js';
import { dayTotals } from './account/day-totals.js';
import { countLog } from './account/request-log.js';
import type { StandInAccount } from './account/stand-in-account.js';
import { type StandInClock, standInClock } from './account/stand-in-clock.js';
import type { Call, Faults } from './server/faults.js';
import { RequestHandler } from './server/request-handler.js';
import type { StandInOptions } from './stand-in-options.js';

/** A Deepgram account of our own on the loopback: its management API without a key, a network or a bill. */
export interface StandIn {
  /** Base URL, without a slash at the end. */
  readonly url: string;
  readonly clock: StandInClock;
  /** Every call so far, in the order of arrival. */
  readonly calls: readonly Call[];
  /** The most calls that were open at the same time. */
  readonly peakInFlight: number;
  readonly faults: Faults;
  /** How many requests the log lists for a day at this moment. */
  requestsOn(projectId: string, day: Day): number;
  /** Ends all connections, open answers included. */
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;

/** Starts the stand-in on 127.0.0.1. Rejects where the port is taken. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { seed = 1, now = Date.now(), retentionDays = 90 } = options;
  const findDay = dayFinder(options.requestsPerDay);
  const account: StandInAccount = {
    projects: (options.projects ?? defaultProjects).map((project) => accountProject(seed, project)),
    role: options.role ?? 'owner',
    clock: standInClock(now),
    clockStepMs: options.clockStepMs ?? 0,
    retentionMs: retentionDays * DAY_MS,
    forms: options.forms ?? 'mixed',
    prices: options.prices ?? true,
    findDay,
    totals: dayTotals(findDay),
  };
  const handler = new RequestHandler(account, options);
  const server = createServer((request, response) => void handler.receive(request, response));
  const url = await listen(server, options.port ?? 0);
  return {
    url,
    clock: account.clock,
    calls: handler.calls,
    get peakInFlight() {
      return handler.peakInFlight;
    },
    faults: handler.faults,
    requestsOn: (projectId, day) => countDay(account, projectId, day),
    close: () => close(server),
  };
}

function countDay(account: StandInAccount, projectId: string, day: Day): number {
  const { projects, findDay, clock, retentionMs } = account;
  const project = projects.find(({ id }) => id === projectId);
  if (project === undefined) return 0;
  const now = clock.now();
  const start = startOfDay(day);
  const fromUs = Math.max(start, now - retentionMs) * 1_000;
  const toUs = (start + DAY_MS) * 1_000 - 1;
  return countLog(findDay, { project, fromUs, toUs, nowUs: now * 1_000 });
}
