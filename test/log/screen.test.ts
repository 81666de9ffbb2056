import { describe, expect, it } from 'vitest';
import { Screen } from '../../src/log/screen.js';
import { maskFor } from '../../src/secrets/mask.js';
import { Secret } from '../../src/secrets/secret.js';

const CLEAR = '\r\u001B[2K';

function screenOn(
  options: { readonly isTTY: boolean; readonly columns?: number },
  env: Readonly<Record<string, string>> = {},
) {
  const written = { stdout: '', stderr: '' };
  const stdout = { ...options, write: (text: string) => (written.stdout += text) };
  const stderr = { ...options, write: (text: string) => (written.stderr += text) };
  return { written, screen: new Screen(stdout, stderr, env) };
}

describe('the live line', () => {
  it('makes room for a line of the log and comes back below it', () => {
    const { screen, written } = screenOn({ isTTY: true });

    screen.live('10 records');
    screen.line('a warning');

    expect(written.stderr).toBe(`${CLEAR}10 records${CLEAR}a warning\n${CLEAR}10 records`);
  });

  it('is gone before a result', () => {
    const { screen, written } = screenOn({ isTTY: true });

    screen.live('10 records');
    screen.result('done\n');

    expect(written).toEqual({ stdout: 'done\n', stderr: `${CLEAR}10 records${CLEAR}` });
  });

  it('is cut to the width of the terminal, so that it stays one line', () => {
    const { screen, written } = screenOn({ isTTY: true, columns: 10 });

    screen.live('123456789012345');

    expect(written.stderr).toBe(`${CLEAR}123456789`);
  });

  it('is cut as on 80 columns where the terminal does not say how many it has', () => {
    const { screen, written } = screenOn({ isTTY: true, columns: 0 });

    screen.live('1234567890'.repeat(9));

    expect(written.stderr).toBe(`${CLEAR}${'1234567890'.repeat(9).slice(0, 79)}`);
  });

  it('does not exist on a terminal that cannot draw it again', () => {
    const { screen, written } = screenOn({ isTTY: true }, { TERM: 'dumb' });

    screen.live('10 records');
    screen.line('a warning');

    expect(written.stderr).toBe('a warning\n');
  });

  it('is not drawn again when it says the same', () => {
    const { screen, written } = screenOn({ isTTY: true });

    screen.live('10 records');
    screen.live('10 records');

    expect(written.stderr).toBe(`${CLEAR}10 records`);
  });

  it('does not exist where there is no terminal', () => {
    const { screen, written } = screenOn({ isTTY: false });

    screen.live('10 records');
    screen.line('a warning');

    expect(written.stderr).toBe('a warning\n');
  });
});

describe('what is said to people', () => {
  const said = '  ! one two three four five https://example.com/a/long/address sixteen ::error::seven';

  it('breaks between words on a terminal, and goes on further in; what is longer than a line stays whole', () => {
    const { screen, written } = screenOn({ isTTY: true, columns: 24 });

    screen.text(`${said}\n`);
    screen.line(said);

    const shown =
      '  ! one two three four\n    five\n    https://example.com/a/long/address\n    sixteen\n    : :error::seven\n';
    expect([written.stdout, written.stderr]).toEqual([shown, shown]);
  });

  it('stays a line elsewhere, and where it is said to programs', () => {
    const [piped, terminal] = [screenOn({ isTTY: false }), screenOn({ isTTY: true, columns: 24 })];

    piped.screen.text(said);
    piped.screen.line(said);
    terminal.screen.result(said);
    terminal.screen.record(said);

    expect([piped.written, terminal.written]).toEqual([
      { stdout: said, stderr: `${said}\n` },
      { stdout: said, stderr: `${said}\n` },
    ]);
  });
});

it('masks whatever is written', () => {
  const { screen, written } = screenOn({ isTTY: true });
  screen.maskWith(maskFor([new Secret('k-0123456789')]));

  screen.result('k-0123456789');
  screen.text('k-0123456789');
  screen.record('k-0123456789');
  screen.line('k-0123456789');
  screen.live('k-0123456789');

  expect(written.stdout + written.stderr).not.toContain('0123456789');
  expect(screen.masked('k-0123456789')).toBe('[REDACTED]');
});
