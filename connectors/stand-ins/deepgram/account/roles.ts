/** Scopes that the calls of this API need. */
export type Scope = 'project:read' | 'usage:read' | 'billing:read' | 'keys:read' | 'members:read';
export const allScopes: readonly Scope[] = [
  'project:read',
  'usage:read',
  'billing:read',
  'keys:read',
  'members:read',
];

/** What people choose from in the console. */
export type Role = 'default' | 'member' | 'admin' | 'owner';

/**
 * What the keys of a role may do here. Members and admins see the keys that they made, and no others.
 *
 * @see https://developers.deepgram.com/docs/working-with-roles
 */
export const roleScopes: Readonly<Record<Role, readonly Scope[]>> = {
  default: [],
  member: ['project:read', 'usage:read', 'keys:read'],
  admin: allScopes,
  owner: allScopes,
};
