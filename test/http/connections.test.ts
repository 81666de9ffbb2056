import { createServer } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { json, serve } from './loopback-server.js';
import { failureOf, testClient } from './test-client.js';

describe('connections', () => {
  it('are used again', async () => {
    const server = await serve((_request, response) => json(response, 200, {}));
    const { get } = testClient({ maxConcurrency: 2 });

    await Promise.all(Array.from({ length: 20 }, () => get(server.url)));

    expect(server.requests).toHaveLength(20);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('are used again after a refusal', async () => {
    const server = await serve((_request, response, count) => json(response, count < 4 ? 500 : 200, {}));
    const { get } = testClient();

    await get(server.url);

    expect(server.connections).toBe(1);
  });

  it('are gone after close, and nothing is sent any more', async () => {
    const server = await serve((_request, response) => json(response, 200, {}));
    const { get, client } = testClient();
    await get(server.url);

    await client.close();
    await client.close();
    const failure = await failureOf(get(server.url));

    expect(failure).toMatchObject({ code: 'ABORTED', kind: 'interrupted' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('the proxy of the environment', () => {
  it.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'])('is used for https: %s', async (name) => {
    const proxy = await serveProxy();
    const { get } = testClient({ env: { [name]: proxy.url }, retries: { attempts: 1 } });
    const target = await serve((_request, response) => json(response, 200, {}));

    await failureOf(get(`https://${target.host}/`)); // the target speaks no TLS

    expect(proxy.tunnels).toEqual([target.host]);
  });

  it('is not used for plain http, which only goes to this machine', async () => {
    const server = await serve((_request, response) => json(response, 200, 'done'));
    const proxy = await serveProxy();
    const { get } = testClient({ env: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url } });

    const result = await get(server.url);

    expect(result).toBe('done');
    expect(proxy.tunnels).toEqual([]);
  });

  it('is not used for the hosts of NO_PROXY', async () => {
    const target = await serve((_request, response) => json(response, 200, {}));
    const proxy = await serveProxy();
    const env = { HTTPS_PROXY: proxy.url, NO_PROXY: 'example.com,127.0.0.1' };
    const { get } = testClient({ env, retries: { attempts: 1 } });

    await failureOf(get(`https://${target.host}/`));

    expect(proxy.tunnels).toEqual([]);
  });

  it('is only that of the given environment', async () => {
    const target = await serve((_request, response) => json(response, 200, {}));
    const proxy = await serveProxy();
    process.env.HTTPS_PROXY = proxy.url;
    onTestFinished(() => {
      delete process.env.HTTPS_PROXY;
    });
    const { get } = testClient({ env: {}, retries: { attempts: 1 } });

    await failureOf(get(`https://${target.host}/`));

    expect(proxy.tunnels).toEqual([]);
  });

  it.each(['HTTPS_PROXY', 'https_proxy'])('is that of %s, though there is one for all', async (name) => {
    const [proxy, other] = [await serveProxy(407), await serveProxy(407)];
    const env = { [name]: proxy.url, ALL_PROXY: other.url, all_proxy: other.url };
    const { get } = testClient({ env, retries: { attempts: 1 } });

    await failureOf(get('https://api.example.com/v1'));

    expect([proxy.tunnels.length, other.tunnels.length]).toEqual([1, 0]);
  });

  it('that is a SOCKS proxy is refused by its name', () => {
    const create = () => testClient({ env: { ALL_PROXY: 'socks5://127.0.0.1:1080' } });

    expect(create).toThrow('The environment’s ALL_PROXY is a SOCKS proxy');
  });

  it('is named when it refuses', async () => {
    const proxy = await serveProxy(407);
    const { get } = testClient({ env: { HTTPS_PROXY: proxy.url }, retries: { attempts: 1 } });

    const failure = await failureOf(get('https://api.example.com/v1'));

    expect(failure).toMatchObject({ code: 'HTTP_NETWORK', kind: 'permanent' });
    expect(failure.message).toContain(
      'api.example.com/v1 could not be reached: the proxy wants to know who asks (407).',
    );
    expect(failure.hint).toContain('HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT');
  });

  it('is refused when it is no URL, without showing it', () => {
    const create = () => testClient({ env: { HTTPS_PROXY: 'user:hunter22@proxy:3128' } });

    expect(create).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', kind: 'config' }));
    expect(create).not.toThrow(/hunter22/);
  });
});

async function serveProxy(status = 200): Promise<{ url: string; tunnels: string[] }> {
  const tunnels: string[] = [];
  const server = createServer();
  server.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    const target = new URL(`http://${request.url}`);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const upstream = connect(Number(target.port), target.hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [upstream, socket])
      end.on('error', () => undefined).on('close', () => upstream.destroy());
    onTestFinished(() => void upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, tunnels };
}
