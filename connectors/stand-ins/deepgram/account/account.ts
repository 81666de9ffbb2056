import { hashText, mix } from '../random/random.js';
import { uuidFor } from '../random/uuid.js';

/** An API key of a project, as far as the account shows it. */
export interface AccountKey {
  readonly id: string;
  readonly comment: string;
  readonly scopes: readonly string[];
  readonly created: string;
  /** Tags that every request with this key carries. */
  readonly tags: readonly string[];
  /** Tags of those requests that belong to a campaign as well. */
  readonly tagsOfCampaign: readonly string[];
  /** When it expires; undefined where it does not. */
  readonly expires: string | undefined;
  readonly member: AccountMember;
  /** True for a key that made requests once and is not listed any more. */
  readonly revoked: boolean;
}

/** Who has made keys. */
export interface AccountMember {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly scopes: readonly string[];
}

/** A project of the account and what its numbers are drawn from. */
export interface AccountProject {
  readonly id: string;
  readonly name: string;
  readonly seed: number;
  /** True where nothing of its requests is kept for training. */
  readonly mipOptOut: boolean;
  readonly keys: readonly [AccountKey, ...AccountKey[]];
}

/** Names with what breaks careless files in them: a comma, quotes, letters beyond ASCII. */
export const defaultProjects: readonly { readonly id: string; readonly name: string }[] = [
  { id: '1f6c0d5e-8f0b-4f5c-9a53-0c1d7f3b2a61', name: 'Support line' },
  { id: '5b0e3a94-6d27-4d10-b7f4-92c8e15a40d3', name: 'Voice "Beta", Zürich – 音声' },
  { id: 'c27d9e18-04ab-4c6e-8d92-6a5fb3e7f015', name: 'Meeting notes' },
];

const KEYS = [
  { comment: 'production', scopes: ['usage:write'], tags: ['prod'], revoked: false },
  { comment: 'staging, EU', scopes: ['usage:write', 'usage:read'], tags: ['staging', 'eu'], revoked: false },
  { comment: 'mobile “app”', scopes: ['member'], tags: [], revoked: false },
  { comment: 'export', scopes: ['usage:read', 'billing:read', 'keys:read'], tags: [], revoked: false },
  { comment: 'old integration', scopes: ['member'], tags: ['legacy'], revoked: true },
] as const;

export function accountProject(seed: number, { id, name }: { id: string; name: string }): AccountProject {
  const projectSeed = mix(hashText(id), seed);
  const [first, ...others] = KEYS;
  const keys = others.map((key, at) => accountKey(projectSeed, key, at + 1));
  const mipOptOut = projectSeed % 2 === 0;
  return { id, name, seed: projectSeed, mipOptOut, keys: [accountKey(projectSeed, first, 0), ...keys] };
}

function accountKey(projectSeed: number, key: (typeof KEYS)[number], at: number): AccountKey {
  return {
    ...key,
    tagsOfCampaign: [...key.tags, 'discovery-page'],
    id: uuidFor(projectSeed, 100 + at),
    created: `2024-0${at + 1}-1${at}T0${at + 5}:15:42.${(projectSeed % 900_000) + 100_000}Z`,
    expires: at === 2 ? '2027-06-30T00:00:00Z' : undefined,
    member: { id: uuidFor(projectSeed, 200 + (at % 2)), ...(at % 2 === 0 ? OWNER : ADMIN) },
  };
}

const OWNER = { email: 'owner@example.com', firstName: 'Odile', lastName: 'Ørsted', scopes: ['owner'] };
const ADMIN = { email: 'ops@example.com', firstName: 'Adam', lastName: 'Ng', scopes: ['admin'] };
