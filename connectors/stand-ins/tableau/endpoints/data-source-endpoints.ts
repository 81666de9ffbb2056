import { randomUUID } from 'node:crypto';
import type { StoredDataSource } from '../account/site.js';
import { actionsIn, afterActions } from '../rules/actions.js';
import { partsOf } from '../rules/multipart.js';
import { type ReadTable, readParquet } from '../rules/parquet-table.js';
import { Refused } from '../rules/refused.js';
import { attributeIn, attributes, type Call, type Endpoint, ok, page } from './call.js';
import { jobXml, startJob } from './job-endpoints.js';
import { takeUpload } from './upload-endpoints.js';

const TYPES = ['parquet', 'hyper', 'tdsx', 'tds'];

/**
 * Publishing, and the data of what was published.
 *
 * @param updateBytes the most that an update may bring
 */
export function dataSourceEndpoints(updateBytes: number): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      pattern: /^\/datasources$/,
      answer: (call) =>
        page(call, [...call.site.dataSources.values()], 'datasources', ({ id, name, projectId, type }) => {
          const project = call.site.projects.find((one) => one.id === projectId);
          const place = attributes({ id: projectId, name: project?.name ?? '' });
          return `<datasource${attributes({ id, name, type })}><project${place}/></datasource>`;
        }),
    },
    { method: 'POST', pattern: /^\/datasources$/, answer: publish },
    {
      method: 'PATCH',
      pattern: /^\/datasources\/([^/]+)\/data$/,
      answer: (call) => update(call, updateBytes),
    },
  ];
}

async function publish({ query, headers, body, site, userId }: Call) {
  const parts = partsOf(String(headers['content-type']), body);
  const xml = parts.get('request_payload')?.body.toString('utf8') ?? '';
  const name = attributeIn(xml, 'datasource', 'name') ?? '';
  const projectId = attributeIn(xml, 'project', 'id') ?? '';
  const project = site.projects.find(({ id }) => id === projectId);
  if (project === undefined) throw new Refused('404005', 'Resource Not Found', 'Project could not be found');
  if (project.publishers[userId] === 'Deny')
    throw new Refused('403004', 'Forbidden', 'The user may not publish to this project');
  const type = query.get('datasourceType') ?? '';
  if (!TYPES.includes(type) || name === '')
    throw new Refused('400011', 'Bad Request', 'There was a problem publishing the file');
  const upload = query.get('uploadSessionId');
  const bytes = upload === null ? parts.get('tableau_datasource')?.body : takeUpload(site, upload);
  if (bytes === undefined)
    throw new Refused('400011', 'Bad Request', 'There was a problem publishing the file');
  const before = [...site.dataSources.values()].find(
    (one) => one.name === name && one.projectId === projectId,
  );
  if (before !== undefined && query.get('overwrite') !== 'true')
    throw new Refused('409004', 'Resource Conflict', 'A data source of this name is there');
  const job = await startJob(site, 'PublishDatasource', async () => {
    const table: ReadTable = type === 'parquet' ? await readParquet(bytes) : { columns: [], rows: [] };
    const id = before?.id ?? randomUUID();
    site.dataSources.set(id, {
      ...table,
      id,
      name,
      projectId,
      type,
      bytes: Buffer.from(bytes),
      calculatedFields: [],
    });
  });
  return ok(jobXml(job, true), 202);
}

async function update({ captured, query, headers, body, site }: Call, updateBytes: number) {
  const source = site.dataSources.get(captured[0] ?? '');
  if (source === undefined)
    throw new Refused('404004', 'Resource Not Found', 'Data source could not be found');
  const requestId = headers.requestid;
  if (typeof requestId !== 'string' || requestId === '')
    throw new Refused('400000', 'Bad Request', 'The RequestID is missing');
  const known = site.updates.get(requestId);
  if (known !== undefined) return ok(jobXml(known, true), 202);
  if (source.type !== 'parquet' && source.type !== 'hyper')
    throw new Refused('409000', 'Resource Conflict', 'It has no live-to-Hyper connection');
  const actions = actionsIn(body);
  const upload = query.get('uploadSessionId');
  const payload = upload === null ? undefined : takeUpload(site, upload);
  if (payload !== undefined && payload.length > updateBytes)
    throw new Refused('413000', 'Payload Too Large', 'The payload is too large');
  const job = await startJob(site, 'UpdateUploadedFile', async () => {
    const table = payload === undefined ? undefined : await readParquet(payload);
    const changed: StoredDataSource = { ...source, rows: afterActions(actions, source, table) };
    site.dataSources.set(source.id, changed);
  });
  site.updates.set(requestId, job);
  return ok(jobXml(job, true), 202);
}
