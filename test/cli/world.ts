import { onTestFinished } from 'vitest';
import { type Intake, startIntake } from '../../connectors/stand-ins/datadog/intake.js';
import { type StandIn, startStandIn } from '../../connectors/stand-ins/deepgram/stand-in.js';
import type { StandInOptions } from '../../connectors/stand-ins/deepgram/stand-in-options.js';
import { NOW } from './terminal.js';

export const KEY = 'stand-in-key';

/** A small account that ends with the test. */
export async function account(options: StandInOptions = {}): Promise<StandIn> {
  const projects = [{ id: 'p-1', name: 'Support line' }];
  const standIn = await startStandIn({ now: NOW, projects, requestsPerDay: 5, apiKey: KEY, ...options });
  onTestFinished(() => standIn.close());
  return standIn;
}

/** A Datadog that ends with the test. */
export async function intake(apiKey: string, appKey?: string): Promise<Intake> {
  const started = await startIntake({ apiKey, appKey, clock: { now: () => NOW, sleep: async () => {} } });
  onTestFinished(() => started.close());
  return started;
}

export const ARCHIVE = 'archive: { type: ndjson, path: out/ndjson }';
export const TABLEAU = 'tableau: { type: tableau-csv, path: out/tableau }';

/** A configuration of two days of this account into these sinks. */
export function jobText(url: string, sinks: readonly string[], source = ''): string {
  return [
    'version: 1',
    'source:',
    '  type: deepgram',
    '  api_key: ${DEEPGRAM_API_KEY}',
    `  base_url: ${url}`,
    ...(source === '' ? [] : [`  ${source}`]),
    'window: { since: 1d }',
    'sinks:',
    ...sinks.map((sink) => `  ${sink}`),
    '',
  ].join('\n');
}
