import type { Findings } from '../../../src/deliver/tally/findings.js';
import type { Project } from '../../../src/streams/partition.js';
import { dayAt } from '../../../src/time/day.js';
import { timestampAt } from '../../../src/time/timestamp.js';
import { listIn, refuseUnknownForm } from '../api/answer-list.js';
import { FieldReader } from '../api/field-reader.js';
import { type Json, objectOf, textOf } from '../api/tolerant-json.js';
import type { ApiKeyRow, BalanceRow, MemberRow, ModelRow, PurchaseRow } from '../streams/account.js';

/** Rows of an answer about the account; records without an id go to the findings. */
export interface AccountContext {
  readonly project: Project;
  readonly findings: Findings;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Told of each record that is left out. */
  readonly onUnreadable: () => void;
}

const BALANCE = new Set(['balance_id', 'amount', 'units', 'purchase_order_id']);

export function balanceRows(answer: Json, context: AccountContext): BalanceRow[] {
  const { project, findings, now } = context;
  return identified(listIn(answer, 'balances', 'balances'), 'balances', 'balance_id', context).map(
    ([id, balance]) => {
      const read = new FieldReader('balances', findings, balance);
      findings.noteUnknownFields('balances', '', balance, BALANCE);
      return {
        project_id: project.id,
        project_name: project.name,
        date: dayAt(now),
        observed_at: timestampAt(now),
        balance_id: id,
        amount: read.number(balance.amount, 'amount'),
        units: read.text(balance.units, 'units'),
        purchase_order_id: read.text(balance.purchase_order_id, 'purchase_order_id'),
      };
    },
  );
}

const ORDER = new Set(['order_id', 'expiration', 'created', 'amount', 'units', 'order_type']);

export function purchaseRows(answer: Json, context: AccountContext): PurchaseRow[] {
  const { project, findings } = context;
  return identified(listIn(answer, 'orders', 'purchases'), 'purchases', 'order_id', context).map(
    ([id, order]) => {
      const read = new FieldReader('purchases', findings, order);
      findings.noteUnknownFields('purchases', '', order, ORDER);
      return {
        project_id: project.id,
        order_id: id,
        created_at: read.timestampOrDay(order.created, 'created'),
        expires_at: read.timestampOrDay(order.expiration, 'expiration'),
        amount: read.number(order.amount, 'amount'),
        units: read.text(order.units, 'units'),
        order_type: read.text(order.order_type, 'order_type'),
      };
    },
  );
}

const KEY_ENTRY = new Set(['member', 'api_key']);
const KEY = new Set(['api_key_id', 'comment', 'scopes', 'created', 'tags', 'expiration_date']);
const MEMBER = new Set(['member_id', 'email', 'first_name', 'last_name']);

/** A key as the list has it. */
export type ListedKey = Omit<ApiKeyRow, 'expires_at' | 'tags' | 'last_seen'> & {
  readonly member_email: string | null;
};

export function listedKeys(answer: Json, context: AccountContext): ListedKey[] {
  const { project, findings } = context;
  const reader = (record: unknown) => new FieldReader('api_keys', findings, record);
  const note = (prefix: string, object: Json | undefined, known: ReadonlySet<string>) => {
    if (object) findings.noteUnknownFields('api_keys', prefix, object, known);
  };
  const members = new Map<unknown, Json | undefined>();
  const keys = listIn(answer, 'api_keys', 'api_keys').map((raw) => {
    const entry = objectOf(raw);
    const key = objectOf(entry?.api_key);
    const member = reader(raw).object(entry?.member, 'member');
    note('', entry, KEY_ENTRY);
    note('api_key.', key, KEY);
    note('member.', member, MEMBER);
    members.set(key, member);
    return key;
  });
  return identified(keys, 'api_keys', 'api_key_id', context).map(([id, key]) => {
    const member = members.get(key);
    const read = reader({ key, member });
    return {
      project_id: project.id,
      api_key_id: id,
      name: read.text(key.comment, 'api_key.comment'),
      scopes: read.texts(key.scopes, 'api_key.scopes'),
      created_at: read.timestampOrDay(key.created, 'api_key.created'),
      member_id: read.text(member?.member_id, 'member.member_id'),
      member_email: read.text(member?.email, 'member.email'),
    };
  });
}

const MEMBER_ENTRY = new Set(['member_id', 'email', 'first_name', 'last_name', 'scopes']);

export function memberRows(answer: Json, context: AccountContext): MemberRow[] {
  const { project, findings } = context;
  return identified(listIn(answer, 'members', 'members'), 'members', 'member_id', context).map(
    ([id, member]) => {
      const read = new FieldReader('members', findings, member);
      findings.noteUnknownFields('members', '', member, MEMBER_ENTRY);
      return {
        project_id: project.id,
        member_id: id,
        email: read.text(member.email, 'email'),
        first_name: read.text(member.first_name, 'first_name'),
        last_name: read.text(member.last_name, 'last_name'),
        scopes: read.texts(member.scopes, 'scopes'),
      };
    },
  );
}

const MODEL_KINDS = ['stt', 'tts'] as const;
const MODEL = new Set(
  'name canonical_name architecture languages version uuid batch streaming formatted_output metadata'.split(
    ' ',
  ),
);

/** A model as the list has it. */
export type ListedModel = Omit<ModelRow, 'last_seen'>;

export function listedModels(answer: Json, context: AccountContext): ListedModel[] {
  const { project, findings } = context;
  // A deployment that only hears, or only speaks, has one of the lists.
  const given = MODEL_KINDS.filter((kind) => answer[kind] !== undefined);
  return (given.length > 0 ? given : MODEL_KINDS).flatMap((kind) =>
    identified(listIn(answer, kind, 'models'), 'models', 'uuid', context).map(([id, model]) => {
      const read = new FieldReader('models', findings, model);
      findings.noteUnknownFields('models', '', model, MODEL);
      return {
        project_id: project.id,
        model_id: id,
        name: read.text(model.name, 'name'),
        canonical_name: read.text(model.canonical_name, 'canonical_name'),
        kind,
        languages: read.texts(model.languages, 'languages'),
        version: read.text(model.version, 'version'),
      };
    }),
  );
}

/** The objects of a list with their ids, in the order of the ids, so that a snapshot only changes when its content does. */
function identified(
  list: readonly unknown[],
  stream: string,
  idField: string,
  { findings, onUnreadable }: AccountContext,
): [string, Json][] {
  const found = new Map<string, Json>();
  for (const raw of list) {
    const object = objectOf(raw);
    const id = textOf(object?.[idField]);
    if (object && id) found.set(id, object);
    else {
      findings.reject(stream, `it has no ${idField}`, raw);
      onUnreadable();
    }
  }
  refuseUnknownForm(stream, list.length, found.size);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}
