/** True for a request that came to nothing. */
export const FAILED = "status in ('error', 'lost')";
