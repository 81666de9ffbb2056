import { onTestFinished } from 'vitest';
import type { Intake } from '../../../../connectors/stand-ins/datadog/intake.js';
import { startIntake } from '../../../../connectors/stand-ins/datadog/intake.js';
import type { JsonObject } from '../../../../src/text/json-object.js';
import type { Clock } from '../../../../src/time/clock.js';
import { NOW, Terminal } from '../../../cli/terminal.js';

export const API_KEY = 'api-key-of-the-organization';
export const APP_KEY = 'app-key-of-somebody-in-it';

interface Budget {
  readonly daily?: number;
  readonly monthly?: number;
}

/** A Datadog organization, and a terminal with a configuration that delivers to it. */
export interface Organization {
  readonly intake: Intake;
  readonly terminal: Terminal;
  /** What the sink is configured with, beside its type and the place of the organization; the others are the job's. */
  configure(settings: Readonly<Record<string, unknown>>, budget?: Budget, state?: object): Promise<void>;
  /** `deepgram-export datadog …` with the configuration; resolves to its exit code. */
  run(...argv: readonly string[]): Promise<number>;
  /** What it printed since the last look: without the URL and what comes before the assets. */
  outcomes(): readonly string[];
}

/** Time goes on with every look at the clock, so that what is made later is younger. */
export async function openOrganization(): Promise<Organization> {
  let now = NOW;
  const clock: Clock = {
    now: () => (now += 1_000),
    sleep: async (ms) => {
      now += ms;
    },
  };
  const intake = await startIntake({ apiKey: API_KEY, appKey: APP_KEY, clock });
  onTestFinished(() => intake.close());
  const terminal = await Terminal.open({
    env: { DEEPGRAM_API_KEY: 'not-asked', DD_APP_KEY: APP_KEY },
    clock,
  });
  let seen = 0;

  const configure = (settings: Readonly<Record<string, unknown>>, budget?: Budget, state?: object) => {
    const sink = { type: 'datadog-metrics', api_key: API_KEY, api_url: intake.url, ...settings };
    return terminal.write(
      'job.yaml',
      configurationOf({ datadog: sink }, { ...(budget && { budget }), ...(state && { state }) }),
    );
  };
  await configure({ app_key: '${DD_APP_KEY}' });
  return {
    intake,
    terminal,
    configure,
    run: (...argv) => terminal.run('datadog', ...argv, '-c', 'job.yaml'),
    outcomes() {
      const printed = terminal.stdout.slice(seen);
      seen = terminal.stdout.length;
      return printed.split('\n').flatMap((line) => OUTCOME.exec(line)?.[1]?.replaceAll(/ {2,}/g, ' ') ?? []);
    },
  };
}

const OUTCOME = /^ {2}((?:would )?\w+ +(?:dashboard|monitor) .+?)(?: +https:\S+)?$/;

/** YAML is a superset of JSON. */
export function configurationOf(sinks: object, beside: object = {}): string {
  const source = { type: 'deepgram', api_key: '${DEEPGRAM_API_KEY}' };
  return JSON.stringify({ version: 1, source, ...beside, sinks });
}

export const TITLES = [
  'dashboard Deepgram',
  'monitor Deepgram export: no successful run',
  'monitor Deepgram: error rate is high',
  'monitor Deepgram: a day costs much more than a week before',
  'monitor Deepgram: balance is low',
] as const;

export function all(outcome: string): readonly string[] {
  return TITLES.map((title) => `${outcome} ${title}`);
}

/** The organization's dashboards and monitors, as they are now. */
export function assetsOf({ intake }: Organization): readonly JsonObject[] {
  return [...intake.assets.dashboards.all, ...intake.assets.monitors.all];
}

/** The call that changes an asset, by a person or another program. */
export async function change(
  { intake }: Organization,
  path: string,
  method: 'POST' | 'PUT' | 'DELETE',
  body: object,
): Promise<void> {
  const answer = await fetch(`${intake.url}/api/v1/${path}`, {
    method,
    headers: { 'DD-API-KEY': API_KEY, 'DD-APPLICATION-KEY': APP_KEY },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}.`);
}
