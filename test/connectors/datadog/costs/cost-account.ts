import { onTestFinished } from 'vitest';
import {
  type DatadogCostsSettings,
  datadogCostsSettings,
} from '../../../../connectors/datadog/costs/costs-settings.js';
import { datadogCostsSink } from '../../../../connectors/datadog/costs/costs-sink.js';
import { billing, billingBy } from '../../../../connectors/deepgram/streams/billing.js';
import { type Intake, startIntake } from '../../../../connectors/stand-ins/datadog/intake.js';
import { sinkContext } from '../../../../connectors/testing/sink-context.js';
import type { Sink } from '../../../../src/catalogue/sink.js';
import type { Row } from '../../../../src/streams/field.js';
import type { Stream } from '../../../../src/streams/stream.js';
import type { Clock } from '../../../../src/time/clock.js';
import { API_KEY, partitionOf, type SteppingClock, SUPPORT, steppingClock } from '../account.js';

export const APP_KEY = 'an-app-key-of-somebody';
export const TODAY = '2026-11-20';

export const BY_LINE_ITEM = billingBy(['line_item']);
export const BY_LINE_ITEM_AND_TAGS = billingBy(['line_item', 'tags']);

/** Streams as the core selects them from the default configuration. */
export const STREAMS: readonly Stream[] = [
  billing,
  BY_LINE_ITEM,
  billingBy(['accessor']),
  BY_LINE_ITEM_AND_TAGS,
];

export const PARTITION = partitionOf(BY_LINE_ITEM_AND_TAGS);

/** A Datadog account on loopback, and a sink that delivers costs to it. */
export interface CostAccount {
  readonly intake: Intake;
  readonly clock: SteppingClock;
  /** As a later run would open it. */
  open(settings?: Readonly<Record<string, unknown>>): Promise<Sink>;
}

export async function openCostAccount(): Promise<CostAccount> {
  const clock = steppingClock();
  const intake = await startIntake({ apiKey: API_KEY, appKey: APP_KEY, clock });
  onTestFinished(() => intake.close());
  return {
    intake,
    clock,
    open: (settings = {}) => openCostSink({ api_url: intake.url, ...settings }, clock),
  };
}

export function openCostSink(
  settings: Readonly<Record<string, unknown>>,
  clock: Clock,
  streams: readonly Stream[] = STREAMS,
): Promise<Sink> {
  const context = sinkContext('.', { name: 'costs', clock, streams });
  return datadogCostsSink(settingsOf(settings), context);
}

function settingsOf(settings: Readonly<Record<string, unknown>>): DatadogCostsSettings {
  return datadogCostsSettings.parse({ api_key: API_KEY, app_key: APP_KEY, ...settings });
}

/** A record of billing; `changes` replaces fields. */
export function cost(dollars: number | null, changes: Row = {}): Row {
  return {
    project_id: SUPPORT.id,
    project_name: SUPPORT.name,
    date: TODAY,
    period_end: TODAY,
    line_item: 'streaming::nova-3',
    line_item_name: 'Nova-3 Streaming',
    tags: null,
    cost_usd: dollars,
    ...changes,
  };
}

/** What the account charges in all, by day: every file counts. */
export function charged({ costs }: Intake): Readonly<Record<string, number>> {
  const byDay: Record<string, number> = {};
  for (const line of costs.files.flatMap(({ lines }) => lines)) {
    const day = String(line.ChargePeriodStart);
    byDay[day] = (byDay[day] ?? 0) + Number(line.BilledCost);
  }
  return byDay;
}
