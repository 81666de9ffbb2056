import { noSums } from '../account/day-totals.js';
import { catalogue } from '../account/model-catalogue.js';
import type { ProjectEndpoint } from '../account/stand-in-account.js';
import { allCells, DAILY, distinct, groupsOf, nullFor } from '../account/totals-groups.js';
import { dayRange } from '../server/time-range.js';
import { oneOf } from './log-endpoints.js';

const USAGE_GROUPINGS = [
  'accessor',
  'endpoint',
  'feature_set',
  'models',
  'method',
  'tags',
  'deployment',
] as const;

/** `/usage`: one row a day, days without requests included. */
export const usage: ProjectEndpoint = async (account, project, query) => {
  const { start, end, days } = dayRange(query, account.clock.now());
  const results: object[] = [];
  for (const day of days) {
    const [{ sums } = { sums: noSums() }] = await groupsOf(account, project, day, query, []);
    results.push({
      start: day,
      end: day,
      hours: hours(sums.audioUs),
      total_hours: hours(sums.totalAudioUs),
      requests: sums.requests,
      tokens: { in: sums.tokensIn, out: sums.tokensOut },
      tts: { characters: sums.characters, requests: sums.speakRequests },
    });
  }
  return { start, end, resolution: DAILY, results };
};

/** `/usage/breakdown`: one row a day and group. What is not grouped by is null, and `models` is empty. */
export const usageBreakdown: ProjectEndpoint = async (account, project, query) => {
  const { start, end, days } = dayRange(query, account.clock.now());
  const grouping = oneOf(query, 'grouping', USAGE_GROUPINGS);
  const results: object[] = [];
  for (const day of days) {
    for (const { sums, shown } of await groupsOf(account, project, day, query, grouping ? [grouping] : [])) {
      results.push({
        hours: hours(sums.audioUs),
        total_hours: hours(sums.totalAudioUs),
        agent_hours: hours(sums.agentUs),
        tokens_in: sums.tokensIn,
        tokens_out: sums.tokensOut,
        tts_characters: sums.characters,
        requests: sums.requests,
        grouping: { start: day, end: day, ...nullFor(USAGE_GROUPINGS), models: [], ...shown },
      });
    }
  }
  return { start, end, resolution: DAILY, results };
};

/** `/usage/fields`: what was seen in these days. */
export const usageFields: ProjectEndpoint = async (account, project, query) => {
  const cells = await allCells(account, project, query);
  const used = new Set(cells.flatMap(({ dimensions }) => dimensions.models));
  return {
    tags: distinct(cells, ({ tags }) => tags),
    models: catalogue
      .filter(({ uuid }) => used.has(uuid))
      .map(({ name, languages, version, uuid }) => ({
        name,
        language: languages[0],
        version,
        model_id: uuid,
      })),
    processing_methods: distinct(cells, ({ method }) => [method]),
    features: distinct(cells, ({ feature_set }) => feature_set.split(',').filter(Boolean)),
  };
};

function hours(microseconds: number): number {
  return microseconds / 3_600_000_000;
}
