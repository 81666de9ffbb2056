import type { SourceSettings } from '../../connectors/deepgram/settings.js';
import type { Window } from '../plan/window.js';
import type { Log } from '../report/log.js';
import type { Clock } from '../time/clock.js';
import type { Source } from './source.js';

/** What the core hands to a source. */
export interface SourceContext {
  readonly window: Window;
  readonly clock: Clock;
  readonly log: Log;
  /** For proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How the program names itself to servers. */
  readonly userAgent: string;
}

/** A kind of source, as the registry knows it: cheap to import, since `validate` does. */
export interface SourceType {
  /** Imports the implementation, so that only what is needed is loaded. */
  open(settings: SourceSettings, context: SourceContext): Promise<Source>;
}
