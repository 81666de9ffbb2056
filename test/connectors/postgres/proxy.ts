import { connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server, and breaks what goes through it. */
export interface BreakableProxy {
  readonly port: number;
  /** What becomes of connections, and of those that are open. Default: they are passed on. */
  mode: 'pass' | 'cut' | 'hang';
  /** Breaks what is open now, once. */
  cutOpen(): void;
  close(): Promise<void>;
}

export async function startProxy(target: number): Promise<BreakableProxy> {
  const open = new Set<Socket>();
  const cutOpen = () => {
    for (const socket of open) socket.destroy();
  };
  const server = createServer((near) => {
    if (mode === 'cut') return near.destroy();
    open.add(near.on('error', () => {}).on('close', () => open.delete(near)));
    if (mode === 'hang') return near.resume();
    const far = connect(target, '127.0.0.1');
    open.add(far.on('error', () => near.destroy()).on('close', () => open.delete(far)));
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    return near;
  });
  let mode: BreakableProxy['mode'] = 'pass';
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = Object(server.address()) as { readonly port: number };
  return {
    port,
    get mode() {
      return mode;
    },
    set mode(next) {
      mode = next;
      if (next !== 'pass') cutOpen();
    },
    cutOpen,
    close: async () => {
      cutOpen();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
