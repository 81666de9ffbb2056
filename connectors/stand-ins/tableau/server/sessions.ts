import { randomUUID } from 'node:crypto';
import { Refused } from '../rules/refused.js';

export interface AccessToken {
  readonly secret: string;
  readonly userId: string;
}

/** Minutes that a session lasts on Tableau Cloud. */
const LIFETIME_MS = 120 * 60_000;

/** A personal access token has one session: who signs in with it ends the one before. */
export function sessions(tokens: Readonly<Record<string, AccessToken>>, now: () => number) {
  const open = new Map<
    string,
    { readonly tokenName: string; readonly userId: string; readonly until: number }
  >();
  const endOf = (tokenName: string) => {
    for (const [id, session] of open) if (session.tokenName === tokenName) open.delete(id);
  };
  return {
    signIn: (tokenName: string, secret: string): { readonly id: string; readonly userId: string } => {
      const token = Object.hasOwn(tokens, tokenName) ? tokens[tokenName] : undefined;
      if (token === undefined || token.secret !== secret)
        throw new Refused('401001', 'Signin Error', 'Error signing in to Tableau Server');
      endOf(tokenName);
      const id = randomUUID();
      open.set(id, { tokenName, userId: token.userId, until: now() + LIFETIME_MS });
      return { id, userId: token.userId };
    },
    userOf: (id: unknown): string => {
      const session = open.get(String(id));
      if (session === undefined || session.until <= now())
        throw new Refused(
          '401002',
          'Unauthorized Access',
          'Invalid authentication credentials were provided',
        );
      return session.userId;
    },
    end: (id: unknown): void => void open.delete(String(id)),
    /** As if their time were over. */
    expireAll: (): void => open.clear(),
    count: (): number => open.size,
  };
}
