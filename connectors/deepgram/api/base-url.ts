/** Where Deepgram serves its management API, for the customers of every region and deployment. */
export const MANAGEMENT_URL = 'https://api.deepgram.com';

/**
 * What is wrong with a base URL that serves transcription and speech only, as those of regions and dedicated deployments
 * do, or that has the version in it, as the reference writes it. Undefined where nothing is known against it, such as a
 * proxy.
 *
 * @see https://developers.deepgram.com/reference/custom-endpoints
 */
export function doubtOnBaseUrl(baseUrl: string): string | undefined {
  const { hostname, pathname } = new URL(baseUrl);
  if (/^\/v1\/?$/.test(pathname))
    return 'source.base_url ends with /v1, which this program adds itself: leave that out.';
  if (!/^api\.(eu|au|in)\.deepgram\.com\.?$|\.api\.deepgram\.com\.?$/.test(hostname)) return undefined;
  return (
    `source.base_url is ${hostname}, which has no management API: projects, usage, requests and billing of every region ` +
    `and deployment are read from ${MANAGEMENT_URL}. Leave source.base_url out.`
  );
}
