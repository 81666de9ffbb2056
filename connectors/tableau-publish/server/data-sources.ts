import { readFile } from 'node:fs/promises';
import { ExportError } from '../../../src/errors/export-error.js';
import { elementsOf } from '../../../src/http/xml-answer.js';
import type { Clock } from '../../../src/time/clock.js';
import { jobIdIn, waitForJob } from './jobs.js';
import { multipartMixed, type RequestPart } from './multipart.js';
import { allPages } from './pages.js';
import type { TableauProject } from './projects.js';
import type { TableauSession } from './session.js';
import { CHUNK_BYTES, type LocalFile, uploadFile } from './uploads.js';
import { attributeOf, xmlElement, xmlRequest } from './xml.js';

export interface DataSourcesOptions {
  readonly clock: Clock;
  /** The most that one request brings; larger files go in pieces of it. Default {@link CHUNK_BYTES}. */
  readonly chunkBytes?: number | undefined;
}

/** One thing that an update does, as Tableau's documentation has it. */
export type UpdateAction = Readonly<Record<string, unknown>>;

/** An update of what a data source holds. */
export interface Update {
  readonly id: string;
  readonly name: string;
  /** Whoever sends the same again within a day has it done once. */
  readonly requestId: string;
  /** All of them are done, one after the other, or none. */
  readonly actions: readonly UpdateAction[];
  readonly payload?: LocalFile | undefined;
}

/** How a file is published. */
export interface Publish {
  readonly type: 'parquet' | 'tdsx';
  /** Told of the job when the server has taken the file. */
  readonly noteJob: (id: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** The data sources of one project. */
export type DataSources = ReturnType<typeof dataSources>;

export function dataSources(
  session: TableauSession,
  project: TableauProject,
  { clock, chunkBytes = CHUNK_BYTES }: DataSourcesOptions,
) {
  return {
    /** The id of the data source of this name; undefined where there is none. */
    find: async (name: string, signal: AbortSignal): Promise<string | undefined> => {
      // A comma would begin another filter.
      const filter = /[,:&]/.test(name) ? '' : `?filter=name:eq:${encodeURIComponent(name)}`;
      const what = `look for the data source ${name}`;
      const all = await allPages(
        session,
        { path: `/datasources${filter}`, name: 'datasource', what },
        signal,
      );
      const found = all.find(
        (one) =>
          one.getAttribute('name') === name &&
          elementsOf(one, 'project')[0]?.getAttribute('id') === project.id,
      );
      return found && attributeOf(found, 'id');
    },

    /** Publishes a file as a data source, in place of the one that has the name. Resolves when the server is done. */
    publish: async (name: string, file: LocalFile, { type, noteJob, signal }: Publish): Promise<void> => {
      const what = `publish ${name} in ${project.path}`;
      const place = xmlElement('project', { id: project.id });
      const payload: RequestPart = {
        name: 'request_payload',
        type: 'text/xml',
        filename: '',
        body: xmlRequest(xmlElement('datasource', { name }, place)),
      };
      const send = async (): Promise<string> => {
        const isSmall = file.bytes <= chunkBytes;
        const upload = isSmall ? undefined : await uploadFile(session, file, { what, chunkBytes, signal });
        const data: readonly RequestPart[] = isSmall
          ? [
              {
                name: 'tableau_datasource',
                type: 'application/octet-stream',
                filename: `data.${type}`,
                body: await readFile(file.path),
              },
            ]
          : [];
        const { contentType, body } = multipartMixed([payload, ...data]);
        const from = upload === undefined ? '' : `&uploadSessionId=${encodeURIComponent(upload)}`;
        return session.call({
          path: `/datasources?datasourceType=${type}&overwrite=true&asJob=true${from}`,
          method: 'POST',
          headers: { 'content-type': contentType },
          body,
          tries: 'once',
          what,
          signal,
          read: jobIdIn,
        });
      };
      // An upload is used up by what it is used for, also where the answer is lost.
      const id = await retried(send, clock, signal);
      await noteJob(id);
      await waitForJob(session, { id, what, clock, signal });
    },

    /** Resolves when the server is done with a publish that was begun before. */
    waitFor: (id: string, name: string, signal: AbortSignal): Promise<void> =>
      waitForJob(session, { id, what: `publish ${name} in ${project.path}`, clock, signal }),

    /** Resolves when the server is done. */
    update: async ({ id, name, requestId, actions, payload }: Update, signal: AbortSignal): Promise<void> => {
      const what = `update ${name} in ${project.path}`;
      const upload =
        payload &&
        (await retried(() => uploadFile(session, payload, { what, chunkBytes, signal }), clock, signal));
      const from = upload === undefined ? '' : `?uploadSessionId=${encodeURIComponent(upload)}`;
      const job = await session.call({
        path: `/datasources/${encodeURIComponent(id)}/data${from}`,
        method: 'PATCH',
        headers: { 'content-type': 'application/json', RequestID: requestId },
        body: Buffer.from(JSON.stringify({ actions })),
        what,
        signal,
        read: jobIdIn,
      });
      const hint =
        ' Where each update fails, `updates: replace` does without them; calculated fields are then lost with each change.';
      await waitForJob(session, { id: job, what, hint, clock, signal });
    },
  };
}

const TRIES = 4;
const FIRST_WAIT_MS = 1_000;

/** Does again what does no harm when it is done twice, and whose single calls must not be. */
async function retried<T>(work: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const mayPass = error instanceof ExportError && ['transient', 'rate-limited'].includes(error.kind);
      if (!mayPass || tries === TRIES) throw error;
      await clock.sleep(FIRST_WAIT_MS * 2 ** (tries - 1), signal);
    }
  }
}
