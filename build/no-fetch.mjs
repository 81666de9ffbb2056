/**
 * In place of the HTTP that Datadog's client brings, and with it cross-fetch, whatwg-url and pako: it is always given ours.
 * Node 22 also warns of one of them.
 */
export class IsomorphicFetchHttpLibrary {
  constructor() {
    throw new Error('the client has no HTTP of its own here: its configuration needs `httpApi`');
  }
}
