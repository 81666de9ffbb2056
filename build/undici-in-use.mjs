/**
 * What the program uses of undici, in place of undici's index: that loads `fetch`, WebSocket, cookies, caches and mocks as
 * well, which is half of what it is.
 */
import api from 'undici/lib/api/index.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';

Object.assign(Dispatcher.prototype, api); // as the index does

export { EnvHttpProxyAgent };
