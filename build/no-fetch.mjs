/**
 * In place of the HTTP that Datadog's client brings, and with it cross-fetch, whatwg-url and pako: it is always given ours.
 * It is not here for its time, of which nothing was measured at the start: Node 22 and 24 warn of `punycode`, which
 * whatwg-url loads, in every run with a Datadog sink. Without them the bundle is also a fifth smaller.
 */
export class IsomorphicFetchHttpLibrary {
  constructor() {
    throw new Error('the client has no HTTP of its own here: its configuration needs `httpApi`');
  }
}
