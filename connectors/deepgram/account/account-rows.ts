import type { Findings } from '../../../src/deliver/tally/findings.js';
import type { Project } from '../../../src/streams/partition.js';
import { dayAt } from '../../../src/time/day.js';
import { timestampAt } from '../../../src/time/timestamp.js';
import { listIn, refuseUnknownForm } from '../api/answer-list.js';
import { type Json, numberOf, objectOf, textOf, textsOf, timestampOf } from '../api/tolerant-json.js';
import type { ApiKeyRow, BalanceRow, ModelRow, PurchaseRow } from '../streams/account.js';

/** Rows of an answer about the account; records without an id go to the findings. */
export interface AccountContext {
  readonly project: Project;
  readonly findings: Findings;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function balanceRows(answer: Json, { project, findings, now }: AccountContext): BalanceRow[] {
  return identified(listIn(answer, 'balances', 'balances'), 'balances', 'balance_id', findings).map(
    ([id, balance]) => ({
      project_id: project.id,
      project_name: project.name,
      date: dayAt(now),
      observed_at: timestampAt(now),
      balance_id: id,
      amount: numberOf(balance.amount),
      units: textOf(balance.units),
      purchase_order_id: textOf(balance.purchase_order_id),
    }),
  );
}

export function purchaseRows(answer: Json, { project, findings }: AccountContext): PurchaseRow[] {
  return identified(listIn(answer, 'orders', 'purchases'), 'purchases', 'order_id', findings).map(
    ([id, order]) => ({
      project_id: project.id,
      order_id: id,
      created_at: timestampOf(order.created),
      expires_at: timestampOf(order.expiration),
      amount: numberOf(order.amount),
      units: textOf(order.units),
      order_type: textOf(order.order_type),
    }),
  );
}

export function apiKeyRows(
  answer: Json,
  { project, findings }: AccountContext,
  includeEmails: boolean,
): ApiKeyRow[] {
  const members = new Map<unknown, Json | undefined>();
  const keys = listIn(answer, 'api_keys', 'api_keys').map((entry) => {
    const key = objectOf(objectOf(entry)?.api_key);
    members.set(key, objectOf(objectOf(entry)?.member));
    return key;
  });
  return identified(keys, 'api_keys', 'api_key_id', findings).map(([id, key]) => ({
    project_id: project.id,
    api_key_id: id,
    name: textOf(key.comment),
    scopes: textsOf(key.scopes),
    created_at: timestampOf(key.created),
    member_id: textOf(members.get(key)?.member_id),
    ...(includeEmails ? { member_email: textOf(members.get(key)?.email) } : {}),
  }));
}

const MODEL_KINDS = ['stt', 'tts'] as const;

export function modelRows(answer: Json, { project, findings }: AccountContext): ModelRow[] {
  // A deployment that only hears, or only speaks, has one of the lists.
  const given = MODEL_KINDS.filter((kind) => answer[kind] !== undefined);
  return (given.length > 0 ? given : MODEL_KINDS).flatMap((kind) =>
    identified(listIn(answer, kind, 'models'), 'models', 'uuid', findings).map(([id, model]) => ({
      project_id: project.id,
      model_id: id,
      name: textOf(model.name),
      canonical_name: textOf(model.canonical_name),
      kind,
      languages: textsOf(model.languages),
      version: textOf(model.version),
    })),
  );
}

/** The objects of a list with their ids, in the order of the ids, so that a snapshot only changes when its content does. */
function identified(
  list: readonly unknown[],
  stream: string,
  idField: string,
  findings: Findings,
): [string, Json][] {
  const found = new Map<string, Json>();
  for (const raw of list) {
    const object = objectOf(raw);
    const id = textOf(object?.[idField]);
    if (object && id) found.set(id, object);
    else findings.reject(stream, `it has no ${idField}`, raw);
  }
  refuseUnknownForm(stream, list.length, found.size);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}
