import { hash } from 'node:crypto';
import { includesAll } from '../../../src/text/includes-all.js';
import { isJsonObject, type Json, type JsonObject } from '../../../src/text/json-object.js';
import type { AlertRuleBody } from '../assets/alert-rules.js';
import { FOLDER_UID, RULE_GROUP } from '../assets/identity.js';
import type { GrafanaClient } from './grafana-client.js';
import type { AssetPlace } from './installed-asset.js';

const PATH = '/api/v1/provisioning/alert-rules';
/** With it, people may edit the rule in Grafana. */
const EDITABLE = { 'X-Disable-Provenance': 'true' };
/** An annotation with a digest of the rule as we wrote it: one that somebody has edited has another. */
const MARK = 'deepgram_export';

/**
 * @param wanted undefined for a rule that is to go
 * @see https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning/
 */
export function rulePlace(
  client: GrafanaClient,
  { uid, title, wanted }: { readonly uid: string; readonly title: string; readonly wanted?: AlertRuleBody },
): AssetPlace {
  const path = `${PATH}/${uid}`;
  const bodyIn = (folderUID: Json) => {
    // Safe: it holds nothing that JSON could not.
    const body = { ...wanted } as unknown as JsonObject;
    const annotations = {
      ...(isJsonObject(body.annotations) ? body.annotations : {}),
      [MARK]: digestOf(body),
    };
    return { ...body, annotations, folderUID, ruleGroup: RULE_GROUP, orgID: 1 };
  };
  return {
    kind: 'alert rule',
    title,
    url: `${client.url}/alerting/grafana/${uid}/view`,
    async look() {
      const current = await client.find({ path, what: `read the alert rule "${title}"` });
      if (current === undefined) return undefined;
      const { annotations, folderUID = FOLDER_UID } = current;
      const mark = isJsonObject(annotations) ? annotations[MARK] : undefined;
      return {
        isAsWanted: wanted !== undefined && includesAll(current, bodyIn(folderUID)),
        isEdited: mark !== digestOf(current),
        update: () =>
          client.call({
            method: 'PUT',
            path,
            headers: EDITABLE,
            body: { ...current, ...bodyIn(folderUID) },
            what: `update the alert rule "${title}"`,
          }),
        remove: () =>
          client.remove({
            path,
            headers: EDITABLE,
            what: `remove the alert rule "${title}"`,
          }),
      };
    },
    create: () =>
      client.call({
        method: 'POST',
        path: PATH,
        headers: EDITABLE,
        body: bodyIn(FOLDER_UID),
        what: `create the alert rule "${title}"`,
      }),
  };
}

/** Of what people may edit; not of what Grafana adds, nor of how it writes it. */
function digestOf(rule: JsonObject): string {
  const { title, noDataState, execErrState, isPaused, labels, annotations, notification_settings, data } =
    rule;
  const { [MARK]: _, ...notes } = isJsonObject(annotations) ? annotations : {};
  const receiver = isJsonObject(notification_settings) ? notification_settings.receiver : undefined;
  const queries = (Array.isArray(data) ? data : []).map((one) => {
    const { datasourceUid, model } = isJsonObject(one) ? one : {};
    const { rawSql, expression, reducer, conditions } = isJsonObject(model) ? model : {};
    return [datasourceUid, rawSql, expression, reducer, limitsIn(conditions)];
  });
  const essence = [
    title,
    noDataState,
    execErrState,
    isPaused,
    inOrder(labels),
    inOrder(notes),
    receiver,
    queries,
  ];
  return hash('sha256', JSON.stringify([...essence, rule.for])).slice(0, 12);
}

function limitsIn(conditions: Json | undefined): Json {
  return (Array.isArray(conditions) ? conditions : []).map((one) => {
    const { evaluator } = isJsonObject(one) ? one : {};
    const { type = null, params = null } = isJsonObject(evaluator) ? evaluator : {};
    return [type, params];
  });
}

function inOrder(texts: Json | undefined): Json {
  return Object.entries(isJsonObject(texts) ? texts : {}).sort(([a], [b]) => (a < b ? -1 : 1));
}
