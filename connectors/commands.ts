import type { ConnectorCommands } from '../src/catalogue/vendor-command.js';
import { datadogCommands } from './datadog/install/commands.js';

/** The commands of vendors, by the word that comes before them. */
export const connectorCommands: readonly ConnectorCommands[] = [datadogCommands];
