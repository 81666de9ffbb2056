import { type CheckResult, failedCheck } from '../../../src/catalogue/check-result.js';
import type { HttpAnswer } from '../../../src/http/http-client.js';
import { isJsonObject } from '../../../src/text/json-object.js';
import { type DatadogClient, jsonIn } from './datadog-client.js';
import { official } from './official-client.js';

/**
 * Asks Datadog whether it knows the API key; leaves nothing there.
 * @see https://docs.datadoghq.com/api/latest/authentication/#validate-api-key
 */
export async function checkKey(client: DatadogClient, signal: AbortSignal): Promise<CheckResult> {
  const what = `validate the API key at ${client.site}`;
  const call = { what: 'validate the Datadog API key', signal, read: validation };
  try {
    await client.call(official.authentication, call, (api) => api.validate());
    return { what, ok: true, detail: `the key is valid (${client.baseUrl})` };
  } catch (error) {
    return failedCheck(what, error);
  }
}

function validation(answer: HttpAnswer): null {
  const body = jsonIn(answer);
  if (isJsonObject(body) && body.valid === true) return null;
  throw new SyntaxError('The answer does not say that the key is valid.');
}
