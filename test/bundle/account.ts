import { onTestFinished } from 'vitest';
import { type Intake, startIntake } from '../../connectors/stand-ins/datadog/intake.js';
import type { StandIn } from '../../connectors/stand-ins/deepgram/stand-in.js';
import type { StandInOptions } from '../../connectors/stand-ins/deepgram/stand-in-options.js';
import { systemClock } from '../../src/time/clock.js';
import { addDays, dayAt } from '../../src/time/day.js';
import { ARCHIVE, account, jobText, KEY, TABLEAU } from '../cli/world.js';
import { Program } from './program.js';

export const DATADOG_KEY = 'api-key-of-the-organization';
export const DATADOG_APP_KEY = 'app-key-of-somebody-in-it';
const KEYS = { DEEPGRAM_API_KEY: KEY, DD_API_KEY: DATADOG_KEY, DD_APP_KEY: DATADOG_APP_KEY };

/** Days that do not change any more, however long a test takes and whatever the time is. */
export const DAYS = [addDays(dayAt(Date.now()), -6), addDays(dayAt(Date.now()), -5)] as const;
export const RANGE = `--since ${DAYS[0]} --until ${DAYS[1]}`;

export interface World {
  readonly program: Program;
  readonly deepgram: StandIn;
}

/** A program with a `job.yaml` that reads an account of the real present into these sinks. */
export async function world(
  sinks: readonly string[] = [ARCHIVE, TABLEAU],
  options: StandInOptions = {},
): Promise<World> {
  const deepgram = await account({ now: Date.now(), ...options });
  const program = await Program.open(KEYS);
  await program.write('job.yaml', jobText(deepgram.url, sinks));
  return { program, deepgram };
}

/** A Datadog of the real present. */
export async function organization(): Promise<Intake> {
  const intake = await startIntake({
    apiKey: DATADOG_KEY,
    appKey: DATADOG_APP_KEY,
    clock: systemClock,
    historical: true,
  });
  onTestFinished(() => intake.close());
  return intake;
}
