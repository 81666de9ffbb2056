import type { Organization, StoredRule } from '../account/organization.js';
import { type Answer, type Call, type Endpoint, objectOf, refused } from './answers.js';

/**
 * `/api/v1/provisioning/alert-rules` and one of them by its uid.
 * @see https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning/
 */
export function alertRules(organization: Organization): Endpoint {
  const { rules } = organization;
  const provenanceOf = ({ headers }: Call) => (headers['x-disable-provenance'] === undefined ? 'api' : '');
  const shown = ({ uid, body, provenance }: StoredRule, status: number): Answer => ({
    status,
    body: {
      ...body,
      id: [...rules.keys()].indexOf(uid) + 1,
      uid,
      updated: '2026-01-01T00:00:00Z',
      ...(provenance === '' ? {} : { provenance }),
    },
  });
  const save = (call: Call, uid: string, status: number): Answer => {
    const fault = faultOf(call.body, uid, organization);
    if (fault !== undefined) return fault;
    const { folderUID } = call.body;
    const rule = {
      uid,
      folderUid: String(folderUID),
      provenance: provenanceOf(call),
      body: normal(call.body),
    };
    rules.set(uid, rule);
    return shown(rule, status);
  };
  return {
    pattern: /^\/api\/v1\/provisioning\/alert-rules(?:\/([^/]+))?$/,
    needs: (method) => ['Admin', `alert.provisioning:${method === 'GET' ? 'read' : 'write'}`],
    answer(call) {
      const [uid = ''] = call.captured;
      if (uid === '' && call.method === 'GET') {
        return { status: 200, body: [...rules.values()].map((rule) => shown(rule, 200).body) };
      }
      if (uid === '') {
        const sent = String(call.body.uid ?? `rule-${rules.size}`);
        return rules.has(sent)
          ? refused(
              409,
              'a conflicting alert rule is found: rule UID under the same organisation should be unique',
            )
          : save(call, sent, 201);
      }
      const rule = rules.get(uid);
      if (call.method === 'DELETE') {
        rules.delete(uid);
        return { status: 204 };
      }
      if (rule === undefined) return { status: 404, body: {} };
      if (call.method === 'GET') return shown(rule, 200);
      const provenance = provenanceOf(call);
      if (rule.provenance !== provenance)
        return refused(409, `cannot change provenance: '${rule.provenance}' to '${provenance}'`);
      return save(call, uid, 200);
    },
  };
}

const REQUIRED = [
  'title',
  'ruleGroup',
  'folderUID',
  'condition',
  'data',
  'noDataState',
  'execErrState',
  'for',
];

function faultOf(body: Call['body'], uid: string, organization: Organization): Answer | undefined {
  const { rules, folders, contactPoints } = organization;
  const lacking = REQUIRED.find((name) => body[name] === undefined || body[name] === '');
  if (lacking !== undefined) return refused(400, `invalid alert rule: ${lacking} is required`);
  const data = Array.isArray(body.data) ? body.data.map(objectOf) : [];
  if (!data.some(({ refId }) => refId === body.condition))
    return refused(400, `invalid alert rule: condition ${body.condition} does not exist`);
  if (!folders.has(String(body.folderUID))) return refused(400, 'invalid alert rule: folder does not exist');
  const { receiver } = objectOf(body.notification_settings);
  if (receiver !== undefined && !contactPoints.has(String(receiver)))
    return refused(400, `invalid alert rule: receiver '${receiver}' does not exist`);
  const sameTitle = [...rules.values()].some(
    (one) => one.uid !== uid && one.folderUid === body.folderUID && one.body.title === body.title,
  );
  return sameTitle
    ? refused(
        409,
        'a conflicting alert rule is found: rule title under the same organisation and folder should be unique',
      )
    : undefined;
}

/** Grafana adds what it asks a data source with where that is not said. */
function normal(body: Call['body']): Call['body'] {
  const data = (Array.isArray(body.data) ? body.data : []).map((one) => ({
    queryType: '',
    ...objectOf(one),
    model: { intervalMs: 1_000, maxDataPoints: 43_200, ...objectOf(objectOf(one).model) },
  }));
  return { ...body, data };
}
