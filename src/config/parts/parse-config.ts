import { z } from 'zod';
import type { SourceType } from '../../catalogue/source-type.js';
import type { Stream } from '../../streams/stream.js';
import type { JobSource } from '../job.js';
import type { Mistake } from '../mistakes/mistake.js';
import { type BudgetSettings, budgetSettings, versionSetting } from '../settings/config-schema.js';
import { type WindowSettings, windowSettings } from '../settings/window.js';
import { asMap } from './map.js';
import { type ParsedSink, parseSinks } from './parse-sinks.js';
import { parseSource } from './parse-source.js';
import { type ParsedState, parseState } from './parse-state.js';
import { type ConfigFile, type Part, parsePart } from './part.js';

/** A configuration file whose parts have each been parsed once. */
export interface ParsedConfig {
  readonly source: Part<JobSource>;
  /** The type that streams and window are judged by; undefined where it cannot be told. */
  readonly sourceType: SourceType | undefined;
  readonly streams: Part<readonly Stream[]>;
  readonly window: Part<WindowSettings>;
  readonly state: Part<ParsedState>;
  /** Undefined where there is none. */
  readonly budget: Part<BudgetSettings | undefined>;
  /** By their names, in the order of the file. */
  readonly sinks: ReadonlyMap<string, Part<ParsedSink>>;
  readonly mistakes: readonly Mistake[];
}

export async function parseConfig(file: ConfigFile): Promise<ParsedConfig> {
  const written = asMap(file.tree.value);
  const version = await parsePart(versionSetting, written.version, ['version'], file);
  const { source, type } = await parseSource(written.source, file);
  const streams = await parseStreams(written.streams, file, type);
  const window = await parsePart(windowSettings(type?.limits), written.window, ['window'], file);
  const state = await parseState(written.state, file);
  const budget = await parsePart(budgetSettings.optional(), written.budget, ['budget'], file);
  const sinks = await parseSinks(written.sinks, file);
  const keys = await parsePart(PARTS, written, [], file);
  const parts = [version, source, streams, window, state, budget, sinks, keys];
  const mistakes = parts.flatMap((part) => part.mistakes);
  return { source, sourceType: type, streams, window, state, budget, sinks: sinks.sinks, mistakes };
}

const NAMES = ['version', 'source', 'streams', 'window', 'state', 'budget', 'sinks'];
const PARTS = z.strictObject(Object.fromEntries(NAMES.map((name) => [name, z.unknown().optional()])));

async function parseStreams(
  written: unknown,
  file: ConfigFile,
  type: SourceType | undefined,
): Promise<Part<readonly Stream[]>> {
  if (type === undefined) return { value: undefined, mistakes: [], isCertain: false };
  const choice = await parsePart(type.streams.prefault({}), written, ['streams'], file);
  return { ...choice, value: choice.value === undefined ? undefined : type.selectStreams(choice.value) };
}
