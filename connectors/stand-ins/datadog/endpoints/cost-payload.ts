import { isJsonObject as isObject, type Json, type JsonObject } from '../../../../src/encode/json-object.js';
import { BadPayload } from '../server/encoded-body.js';

/** A file of costs that came in. */
export interface ReceivedCosts {
  readonly name: string;
  readonly lines: readonly JsonObject[];
}

const REQUIRED = [
  'ProviderName',
  'ChargeDescription',
  'ChargePeriodStart',
  'ChargePeriodEnd',
  'BilledCost',
  'BillingCurrency',
];
const MAX_CHARACTERS = 1_000;

/** Reads a file, or a bare list of lines, which is always called `data.json`. Throws {@link BadPayload}. */
export async function readCosts(
  body: Buffer,
  contentType: string | undefined,
  today: string,
): Promise<ReceivedCosts> {
  const { name, text } = await fileIn(body, contentType ?? '');
  const lines = listIn(text);
  const faults = lines.flatMap((line, index) =>
    faultsOf(line, today).map((fault) => `line ${index}: ${fault}`),
  );
  if (faults.length > 0) throw new BadPayload(400, faults.join('; '));
  return { name, lines };
}

async function fileIn(body: Buffer, contentType: string): Promise<{ name: string; text: string }> {
  if (contentType === 'application/json') return { name: 'data.json', text: body.toString('utf8') };
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } })
    .formData()
    .catch(() => undefined);
  const file = form?.get('file');
  if (!(file instanceof File)) throw new BadPayload(400, 'There is no file');
  return { name: file.name, text: await file.text() };
}

function listIn(text: string): readonly JsonObject[] {
  let json: Json;
  try {
    json = JSON.parse(text);
  } catch {
    throw new BadPayload(400, 'The file is not valid JSON');
  }
  if (!Array.isArray(json) || json.length === 0 || !json.every(isObject)) {
    throw new BadPayload(400, 'The file is no list of objects');
  }
  return json;
}

function faultsOf(line: JsonObject, today: string): readonly string[] {
  const { ChargePeriodStart: start, ChargePeriodEnd: end, Tags: tags = {} } = line;
  const texts = Object.entries({ ...line, ...(isObject(tags) ? tags : {}) });
  return [
    ...REQUIRED.filter((name) => line[name] === undefined).map((name) => `${name} is missing`),
    ...texts.filter(([, value]) => value === null || value === '').map(([name]) => `${name} is blank`),
    ...texts
      .filter(([, value]) => String(value).length > MAX_CHARACTERS)
      .map(([name]) => `${name} is too long`),
    ...(isDay(start) && isDay(end) && start <= end && end <= today ? [] : ['The charge period is wrong']),
    ...(typeof line.BilledCost === 'number' ? [] : ['BilledCost is no number']),
    ...(line.BillingCurrency === 'USD' ? [] : ['BillingCurrency is not USD']),
  ];
}

function isDay(value: Json | undefined): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
}
