import { z } from 'zod';
import { suggestion } from '../../../src/config/mistakes/suggestion.js';
import { Secret } from '../../../src/secrets/secret.js';

/** How the certificate of a server is looked at: its chain and its name, its chain alone, or not at all. */
export type Verification = 'full' | 'chain' | 'none';

/** Where a database is, and as whom to connect. */
export interface DatabaseAddress {
  /** A host's name or address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Undefined: the user of the operating system, as `psql` does it. */
  readonly user: string | undefined;
  /** Undefined where none is given: a socket may need none, and `~/.pgpass` may have it. */
  readonly password: Secret | undefined;
  /** What `sslmode` says. Undefined: nothing, and then there is no TLS. */
  readonly tls: { readonly verify: Verification; readonly ca?: string } | 'off' | undefined;
  /** True where the login is to be bound to the TLS connection, if the server can do that. */
  readonly bindsChannel: boolean;
  /** The whole text and its password as it was written, which must not be said either. */
  readonly secrets: readonly Secret[];
}

/** A URL of a database, with the options that providers write into theirs; kept so that it cannot be printed by accident. */
export function databaseUrl() {
  return z
    .string()
    .min(1, 'must not be empty')
    .transform((value, context): DatabaseAddress => {
      const address = parseDatabaseUrl(value);
      if (typeof address !== 'string') return address;
      context.addIssue(address);
      return z.NEVER;
    });
}

/** `host:port/database`, as messages and the state have it: without the user, who may change. */
export function addressText({ host, port, database }: DatabaseAddress): string {
  return host.startsWith('/') ? `${host} (${port})/${database}` : `${host}:${port}/${database}`;
}

const OPTIONS = ['host', 'port', 'user', 'password', 'sslmode', 'sslrootcert', 'channel_binding'] as const;
const DEFAULT_PORT = 5432;

/** `disable`: without TLS. What would do without it silently is none of these. */
const SSL_MODES: Readonly<Record<string, Verification | 'off'>> = {
  disable: 'off',
  require: 'none',
  'verify-ca': 'chain',
  'verify-full': 'full',
};

/** The address, or in words what is wrong with the text; they repeat nothing of it but the names of options. */
function parseDatabaseUrl(text: string): DatabaseAddress | string {
  if (!/^postgres(ql)?:\/\//.test(text)) return 'must be a URL that starts with postgres://';
  // A user without a host is right for a socket, and no URL for the standard.
  const whole = text.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=[/?])/, '$1localhost');
  if (!URL.canParse(whole)) {
    return 'must be a URL as postgres://user:password@host:5432/database; write "/", "@", ":", "?" and "#" in a password as %2F, %40, %3A, %3F and %23';
  }
  const url = new URL(whole);
  if (url.hash !== '') return 'must not contain "#": in a password it is %23';
  const unknown = [...url.searchParams.keys()].find((name) => !(OPTIONS as readonly string[]).includes(name));
  // What is no name of an option may be the end of a password with a "?" in it.
  if (unknown !== undefined && !/^[a-z_]{1,30}$/.test(unknown)) {
    return 'has something behind "?" that is no option: in a password, "?" is written as %3F';
  }
  if (unknown !== undefined) {
    return `has the option "${unknown}", which is not known here: there are ${OPTIONS.join(', ')}${suggestion(unknown, OPTIONS)}`;
  }
  const option = (name: (typeof OPTIONS)[number]) => url.searchParams.get(name) ?? undefined;
  const decoded = [url.username, url.password, url.hostname, url.pathname.slice(1)].map(decode);
  const [user, password, hostname, database] = decoded;
  if (decoded.includes(undefined)) return 'has a "%" that no two hexadecimal digits follow: write it as %25';
  if (!database || database.includes('/')) return 'must name the database: postgres://…/database';
  const role = option('user') ?? (user || undefined);
  // SQL and hints have both, also in a comment, which a line break would end.
  if (/\p{Cc}/u.test(`${role}${database}`)) {
    return 'must have no line breaks and no other control characters in the user and the database';
  }
  const port = Number(option('port') ?? (url.port || DEFAULT_PORT));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return 'must have a port from 1 to 65535';
  const mode = option('sslmode');
  if (mode !== undefined && !Object.hasOwn(SSL_MODES, mode)) {
    return `has an sslmode that is not known here: write one of ${Object.keys(SSL_MODES).join(', ')}`;
  }
  const ca = option('sslrootcert');
  const verify = mode === undefined ? undefined : SSL_MODES[mode];
  if (ca !== undefined && (verify === undefined || verify === 'off')) {
    return 'has sslrootcert without TLS: add sslmode=verify-full';
  }
  const secret = option('password') ?? password;
  return {
    host: option('host') ?? (hostname || 'localhost').replace(/^\[(.+)\]$/, '$1'),
    port,
    database,
    user: role,
    password: secret ? new Secret(secret) : undefined,
    tls:
      verify === undefined || verify === 'off'
        ? verify
        : // With a certificate to hold it against, `require` looks at the chain: libpq does.
          { verify: verify === 'none' && ca ? 'chain' : verify, ...(ca && { ca }) },
    bindsChannel: /^(prefer|require)$/.test(option('channel_binding') ?? ''),
    secrets: [text, url.password].filter((one) => one !== '').map((one) => new Secret(one)),
  };
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
