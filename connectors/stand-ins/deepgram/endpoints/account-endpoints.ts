import { dayAt, startOfDay } from '../../../../src/time/day.js';
import { catalogue, type Model } from '../account/model-catalogue.js';
import { mix } from '../random/random.js';
import { uuidFor } from '../random/uuid.js';
import type { AccountEndpoint, ProjectEndpoint } from './endpoint.js';
import { oneOf, wholeNumber } from './query-parameters.js';

const DAY_MS = 86_400_000;
/** More than one page of the default length, which is ten. */
const PURCHASES = 13;

/** `/v1/projects`. */
export const listProjects: AccountEndpoint = ({ projects }) => ({
  projects: projects.map(({ id, name }) => ({ project_id: id, name })),
});

/** `/v1/projects/{id}`. */
export const getProject: ProjectEndpoint = (_account, { id, name, mipOptOut }) => ({
  project_id: id,
  mip_opt_out: mipOptOut,
  name,
});

/** `/members`: everybody who has made a key. */
export const listMembers: ProjectEndpoint = (_account, project) => {
  const members = new Map(project.keys.map(({ member }) => [member.id, member]));
  return {
    members: [...members.values()].map(({ id, email, firstName, lastName, scopes }) => ({
      member_id: id,
      scopes,
      email,
      first_name: firstName,
      last_name: lastName,
    })),
  };
};

/** `/keys/{key_id}`: one key, with what the list leaves out. */
export const getKey: ProjectEndpoint = (_account, project, _query, keyId) => {
  const key = project.keys.find(({ id, revoked }) => id === keyId && !revoked);
  if (key === undefined) return undefined;
  const { id, comment, scopes, created, tags, expires, member } = key;
  const listed = { api_key_id: id, comment, scopes, tags, created };
  return {
    item: {
      member: {
        member_id: member.id,
        email: member.email,
        first_name: member.firstName,
        last_name: member.lastName,
        api_key: expires === undefined ? listed : { ...listed, expiration_date: expires },
      },
    },
  };
};

/** `/keys`: those that were not revoked; the log knows the revoked ones too. Only an owner's key lists those of others. */
export const listKeys: ProjectEndpoint = ({ role }, project) => ({
  api_keys: project.keys
    .filter((key) => !key.revoked && (role === 'owner' || key.member.id === project.keys[0]?.member.id))
    .map(({ id, comment, scopes, created, member }) => ({
      member: { member_id: member.id, email: member.email },
      api_key: { api_key_id: id, comment, scopes, created },
    })),
});

/** `/models`, of a project or of all: outdated versions only with `include_outdated=true`. */
export const listModels: AccountEndpoint = (_account, query) => {
  const outdatedToo = oneOf(query, 'include_outdated', ['true', 'false']) === 'true';
  const models = catalogue.filter((model) => outdatedToo || !model.outdated);
  return {
    stt: models.filter(({ kind }) => kind === 'stt').map(sttModel),
    tts: models.filter(({ kind }) => kind === 'tts').map(ttsModel),
  };
};

/** `/balances`: what is left falls through each month, and is filled up on the first. */
export const listBalances: ProjectEndpoint = (account, project) => {
  const now = account.clock.now();
  const monthStart = startOfDay(`${dayAt(now).slice(0, 7)}-01`);
  const left = 5_000 - ((now - monthStart) / DAY_MS) * 140.25;
  return {
    balances: [
      {
        balance_id: uuidFor(project.seed, 300),
        amount: Math.round(left * 1e4) / 1e4,
        units: 'USD',
        purchase_order_id: uuidFor(project.seed, 400),
      },
      { balance_id: uuidFor(project.seed, 301), amount: 0, units: 'hour', purchase_order_id: '' },
    ],
  };
};

/** `/purchases`: newest first; ten a page unless `limit` says otherwise, pages from 0. */
export const listPurchases: ProjectEndpoint = (_account, project, query) => {
  const limit = wholeNumber(query, 'limit', 10, 1, 1_000);
  const page = wholeNumber(query, 'page', 0, 0, Number.MAX_SAFE_INTEGER);
  const orders = Array.from({ length: PURCHASES }, (_, at) => {
    const month = String(12 - (at % 12)).padStart(2, '0');
    const year = 2025 - Math.floor(at / 12);
    return {
      order_id: uuidFor(project.seed, 400 + at),
      expiration: `${year + 1}-${month}-02T00:00:00Z`,
      created: `${year}-${month}-02T09:30:0${at % 10}.${String(mix(project.seed, at) % 1e6).padStart(6, '0')}Z`,
      amount: at === PURCHASES - 1 ? 200 : 5_000,
      units: 'USD',
      order_type: at === PURCHASES - 1 ? 'promotional' : 'prepaid',
    };
  });
  return { orders: orders.slice(page * limit, (page + 1) * limit) };
};

function listed({ name, canonicalName, architecture, languages, version, uuid }: Model) {
  return { name, canonical_name: canonicalName, architecture, languages, version, uuid };
}

function sttModel(model: Model): object {
  const { architecture } = model;
  return {
    ...listed(model),
    batch: architecture !== 'flux',
    streaming: true,
    formatted_output: architecture !== 'enhanced',
  };
}

function ttsModel(model: Model): object {
  const { name, languages } = model;
  return {
    ...listed(model),
    metadata: {
      accent: languages.includes('es-CO') ? 'Colombian' : 'American',
      age: 'Adult',
      color: '#7800ED',
      image: `https://static.example.com/${name}.jpg`,
      sample: `https://static.example.com/${name}.wav`,
      tags: ['feminine'],
      use_cases: ['Customer service'],
    },
  };
}
