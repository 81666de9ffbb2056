import { hash } from 'node:crypto';
import type { Source } from '../../src/catalogue/source.js';
import type { SourceContext } from '../../src/catalogue/source-type.js';
import { Findings } from '../../src/deliver/tally/findings.js';
import { ExportError } from '../../src/errors/export-error.js';
import type { LimitMember } from '../../src/http/pacing/shared-limit.js';
import { createHttpClient } from '../../src/http/undici-client.js';
import { chooseProjects } from '../../src/streams/choose-projects.js';
import type { Project } from '../../src/streams/partition.js';
import { addDays, type Day, dayAt } from '../../src/time/day.js';
import { checkAccess } from './account/check-access.js';
import { distinctValues } from './account/distinct-values.js';
import { FieldCalls } from './account/field-calls.js';
import { projectDirectory } from './account/project-directory.js';
import { projectIdentity } from './account/project-identity.js';
import { projectMemory } from './account/project-memory.js';
import { unnamedKeysWarning } from './account/unnamed-keys.js';
import { listIn } from './api/answer-list.js';
import { doubtOnBaseUrl } from './api/base-url.js';
import { DeepgramApi, explainRefusal } from './api/deepgram-api.js';
import { FieldReader } from './api/field-reader.js';
import { objectOf, textOf } from './api/tolerant-json.js';
import { DailyCalls } from './daily/daily-calls.js';
import { projectTotals } from './daily/project-totals.js';
import { FactsUnderWay } from './facts-under-way.js';
import { divideDays, readTask } from './read-task.js';
import type { ReadingContext } from './reading-context.js';
import { Reconciled } from './reconciliation/reconciled.js';
import { checkPrices } from './requests/check-prices.js';
import { PageLength } from './requests/page-length.js';
import { ProjectPrices } from './requests/project-prices.js';
import { ReadAhead } from './requests/read-ahead.js';
import { UsageDifferences } from './requests/usage-differences.js';
import type { DeepgramSettings } from './settings.js';
import { RETENTION_DAYS } from './streams/requests.js';

/** While some are being delivered, others use their places for calls. More of them take memory, each with a page. */
const READINGS_A_CALL = 1.25;

/** Reads a Deepgram account through its management API. */
export function deepgramSource(settings: DeepgramSettings, context: SourceContext): Source {
  const { states } = settings;
  const maxConcurrency = Math.max(1, Math.floor(settings.max_concurrency / (context.processes ?? 1)));
  const skipsUnavailable = settings.unavailable === 'skip';
  const { clock, log, env, userAgent } = context;
  const { limit } = context;
  const share = limit && ((member: LimitMember) => limit.join(accountName(settings), member));
  const http = createHttpClient({
    ...{ clock, log, env, userAgent, maxConcurrency, share },
    explain: explainRefusal,
  });
  const api = new DeepgramApi(http, { baseUrl: settings.base_url, apiKey: settings.api_key });
  const ages = {
    unknownAfterMs: states.unknown_after,
    lostAfterMs: states.lost_after,
    pricedWithinMs: states.priced_within,
  };
  const findings = new Findings(log);
  const doubt = doubtOnBaseUrl(settings.base_url);
  if (doubt !== undefined) findings.warn(doubt);
  const ahead = new ReadAhead(maxConcurrency);
  const daily = new DailyCalls(api);
  const fields = new FieldCalls(api);
  const pages = new PageLength();
  const differences = new UsageDifferences();
  const reconciled = new Reconciled();
  const contexts = new Map<string, ReadingContext>();

  // Days before the window may be read too, where some sink lacks them.
  const { since, until, now } = context.window;
  const [start = since] = [since, oldestWholeDay(now)].sort();
  const range = { start, end: until };
  const [, logged = since] = [since, oldestWholeDay(now)].sort();
  const contextOf = (project: Project): ReadingContext => {
    const known = contexts.get(project.id);
    if (known) return known;
    const memory = projectMemory(context.memory, project.id);
    const identity = projectIdentity({ api, project, memory, findings, now });
    const directory = projectDirectory({ api, fields, project, identity, memory, findings, now });
    const facts = new FactsUnderWay();
    const totals = projectTotals(daily, project, { start: since, end: until }, now, findings);
    const prices = new ProjectPrices({ api, project, memory, findings, ages, now, since: logged });
    const own = { api, project, identity, directory, facts, memory, daily, totals, prices };
    const made = { ...own, findings, ahead, pages, differences, reconciled, ages, now };
    contexts.set(project.id, made);
    return made;
  };
  const formerNames = ({ id }: Project) =>
    projectMemory(context.memory, id)
      .get('project')
      ?.names.map(([, name]) => name) ?? [];
  const projects = (signal: AbortSignal) =>
    listProjects(api, context.projects, formerNames, findings, signal);

  return {
    name: 'Deepgram',
    skipsUnavailable,
    derives: true,
    parallel: Math.ceil(READINGS_A_CALL * maxConcurrency),
    traffic: http.stats,
    projects,
    oldestDay: ({ kind }) => (kind === 'requests' ? oldestWholeDay(now) : undefined),
    divide: (stream, _project, days) => divideDays(stream, days, dayAt(now)),
    dayVersions: async (asked, signal) => {
      const versionsOf = async (project: Project) =>
        [project.id, await contextOf(project).totals.versions(signal)] as const;
      return new Map(await Promise.all(asked.map(versionsOf)));
    },
    dailyCosts: async (project, signal) => {
      const { totals, identity } = contextOf(project);
      return { project: identity.projectOn(dayAt(now)), days: await totals.costs(signal) };
    },
    read: (request, signal) => readTask(request, contextOf(request.project), signal),
    check: async (streams, signal) => {
      const found = await projects(signal);
      const access = await checkAccess(api, found, streams, dayAt(now), skipsUnavailable, signal);
      if (!streams.some(({ kind }) => kind === 'requests')) return access;
      return [
        ...access,
        ...(await checkPrices(
          found.map((project) => contextOf(project).prices),
          signal,
        )),
      ];
    },
    distinctValues: async (asked, signal) => {
      const valuesOf = async (project: Project) =>
        [project.id, await distinctValues(contextOf(project).directory, range, signal)] as const;
      return new Map(await Promise.all(asked.map(valuesOf)));
    },
    findings: () => {
      const unnamed = [...contexts.values()].flatMap(({ directory }) => directory.unnamedKeysToTell() ?? []);
      const warning = unnamedKeysWarning(unnamed);
      if (warning !== undefined) findings.warn(warning);
      differences.tell(findings, reconciled);
      return findings.result();
    },
    close: () => http.close(),
  };
}

/** What Deepgram counts calls by, as others may see it. */
function accountName({ base_url: baseUrl, api_key: apiKey }: DeepgramSettings): string {
  return hash('sha256', JSON.stringify([baseUrl, apiKey.reveal()]), 'hex').slice(0, 32);
}

/** Of a project in the list; whose company it is was in old answers. */
const KNOWN_PROJECT = new Set(['project_id', 'name', 'company', 'mip_opt_out']);

async function listProjects(
  api: DeepgramApi,
  wanted: 'all' | readonly string[],
  formerNames: (project: Project) => readonly string[],
  findings: Findings,
  signal: AbortSignal,
): Promise<readonly Project[]> {
  const answer = await api.get(
    { path: ['v1', 'projects'], what: 'list the projects', scope: 'project:read' },
    signal,
  );
  const found = new Map<string, Project>();
  for (const raw of listIn(answer, 'projects', 'projects')) {
    const project = objectOf(raw) ?? {};
    const id = textOf(project.project_id);
    const read = new FieldReader('projects', findings, project);
    findings.noteUnknownFields('projects', '', project, KNOWN_PROJECT);
    if (id) found.set(id, { id, name: read.text(project.name, 'name') });
    else findings.reject('projects', 'it has no project_id', raw);
  }
  const all = [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  if (wanted === 'all' && all.length === 0) {
    throw new ExportError('SOURCE_ANSWER', 'The API key in source.api_key sees no project.', {
      kind: 'permanent',
      hint: 'Use a key of the project, or of a member of it.',
    });
  }
  return chooseProjects(all, wanted, { who: 'The API key sees', it: 'It sees' }, formerNames);
}

/**
 * The oldest day that the request log still has whole. The day that is being deleted is left out: reading half of
 * it would replace what an earlier run exported in full.
 */
function oldestWholeDay(now: number): Day {
  return addDays(dayAt(now), 1 - RETENTION_DAYS);
}
