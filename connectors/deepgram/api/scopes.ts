import type { Scope } from './deepgram-api.js';

/**
 * Whose keys have a scope, by the roles that people choose from in Deepgram's console; they never see a scope.
 *
 * @see https://developers.deepgram.com/docs/working-with-roles
 */
const ROLES: Readonly<Record<Scope, string>> = {
  'project:read': 'a Member, an Admin or an Owner',
  'usage:read': 'a Member, an Admin or an Owner',
  'keys:read': 'a Member or an Admin, for the keys that they made, or an Owner, for all',
  'billing:read': 'an Admin or an Owner',
  'members:read': 'an Admin or an Owner',
};

/** What to do where the key lacks a scope. */
export function hintOnScope(scope: Scope): string {
  return (
    `The scope ${scope} comes with a key of ${ROLES[scope]} (roles in Deepgram’s console): give such a key to ` +
    'source.api_key, or set what needs it to false under `streams`; with source.unavailable: skip it is no failure.'
  );
}
