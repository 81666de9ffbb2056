import { noSums } from '../account/day-totals.js';
import { catalogue } from '../account/model-catalogue.js';
import type { ProjectEndpoint } from './endpoint.js';
import { allCells, dailyTotals, distinct, type Group, nullFor } from './grouped-totals.js';
import { oneOf } from './query-parameters.js';

const USAGE_GROUPINGS = [
  'accessor',
  'endpoint',
  'feature_set',
  'models',
  'method',
  'tags',
  'deployment',
] as const;

const NOTHING: Group = { sums: noSums(), shown: {} };

/** `/usage`: one row a day, days without requests included. */
export const usage: ProjectEndpoint = (account, project, query) =>
  dailyTotals(account, project, query, [], (day, [{ sums } = { sums: noSums() }]) => [
    {
      start: day,
      end: day,
      hours: hours(sums.audioUs),
      total_hours: hours(sums.totalAudioUs),
      requests: sums.requests,
      tokens: { in: sums.tokensIn, out: sums.tokensOut },
      tts: { characters: sums.characters, requests: sums.speakRequests },
    },
  ]);

/**
 * `/usage/breakdown`: one row a day and group; without grouping one row a day, days without requests included. What is
 * not grouped by is null, and `models` is empty.
 */
export const usageBreakdown: ProjectEndpoint = (account, project, query) => {
  const grouping = oneOf(query, 'grouping', USAGE_GROUPINGS);
  const rowsOf = (groups: readonly Group[]) => (grouping ? groups : [groups[0] ?? NOTHING]);
  return dailyTotals(account, project, query, grouping ? [grouping] : [], (day, groups) =>
    rowsOf(groups).map(({ sums, shown }) => ({
      hours: hours(sums.audioUs),
      total_hours: hours(sums.totalAudioUs),
      agent_hours: hours(sums.agentUs),
      tokens_in: sums.tokensIn,
      tokens_out: sums.tokensOut,
      tts_characters: sums.characters,
      requests: sums.requests,
      grouping: { start: day, end: day, ...nullFor(USAGE_GROUPINGS), models: [], ...shown },
    })),
  );
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
