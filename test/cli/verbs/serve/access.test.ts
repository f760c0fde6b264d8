import { describe, expect, test } from '@jest/globals';
import { Access } from '../../../../cli/verbs/serve/access.ts';
import { hostAndPort, isLoopback, listenAddress } from '../../../../cli/verbs/serve/listen-address.ts';
import { serveToken } from '../../../../cli/verbs/serve/serve-token.ts';
import { Secret } from '../../../../shared/config/connection/secret.ts';

const TOKEN = '0123456789abcdef-token';

describe('--listen', () => {
  test.each([
    ['127.0.0.1:8080', '127.0.0.1:8080', true],
    ['8080', '127.0.0.1:8080', true],
    ['localhost:0', '127.0.0.1:0', true],
    ['127.9.9.9:1', '127.9.9.9:1', true],
    ['[::1]:8080', '[::1]:8080', true],
    ['0.0.0.0:8080', '0.0.0.0:8080', false],
    ['[::]:8080', '[::]:8080', false],
    ['[::ffff:10.0.0.1]:80', '[::ffff:10.0.0.1]:80', false],
    ['192.168.1.7:65535', '192.168.1.7:65535', false],
  ])('%s', (text, written, loopback) => {
    const address = listenAddress(text);
    expect([hostAndPort(address), isLoopback(address.host)]).toEqual([written, loopback]);
  });

  test.each([
    '',
    'localhost',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '::1:8080',
    '[127.0.0.1]:80',
    'example.com:80',
    '1.2.3:80',
  ])('"%s" is refused', (text) => {
    expect(() => listenAddress(text)).toThrow('Write an IP address and a port');
  });
});

describe('the token', () => {
  const everyone = listenAddress('0.0.0.0:8080');
  const own = listenAddress('127.0.0.1:8080');

  test('a loopback address needs none, any other does', () => {
    expect(serveToken(undefined, {}, own)).toBeNull();
    expect(() => serveToken(undefined, {}, everyone)).toThrow('--listen 0.0.0.0:8080 is open to other machines');
    expect(() => serveToken(undefined, { TIDEMARK_SERVE_TOKEN: '' }, everyone)).toThrow('needs a token');
    expect(serveToken(undefined, { TIDEMARK_SERVE_TOKEN: TOKEN }, everyone)?.reveal()).toBe(TOKEN);
  });

  test.each([['short'], ['with a blank in the token'], ['not-ascii-äöü-äöü-äöü']])(
    '%s is refused, and not shown',
    (token) => {
      const refused = () => serveToken(undefined, { TIDEMARK_SERVE_TOKEN: token }, everyone);
      expect(refused).toThrow('the token of TIDEMARK_SERVE_TOKEN has');
      expect(refused).not.toThrow(token);
    },
  );

  test('a file that is not there is an error that names it', () => {
    expect(() => serveToken('/no/such/file', {}, own)).toThrow('--token-file /no/such/file cannot be read: ENOENT');
  });
});

describe('who may read', () => {
  test('without a token: names of this machine alone, because a page elsewhere can make its name lead here', () => {
    const access = new Access(null);
    for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080', '127.0.0.2'])
      expect([host, access.refusalOf({ host })]).toEqual([host, null]);
    for (const host of ['', 'evil.example:8080', 'localhost.evil.example', '10.0.0.1:8080', '127.0.0.1.evil.example'])
      expect([host, access.refusalOf({ host })]).toEqual([host, 'host']);
    expect(access.login('')).toBeNull();
  });

  test('with a token: who has it, or a session that began with it, until it ends', () => {
    let now = 0;
    const access = new Access(new Secret(TOKEN), () => now);
    expect(access.refusalOf({ host: 'anything', authorization: `Bearer ${TOKEN}` })).toBeNull();
    for (const authorization of [`Bearer ${TOKEN}0`, 'Bearer x', `Basic ${TOKEN}`, TOKEN])
      expect(access.refusalOf({ host: 'localhost', authorization })).toBe('token');
    expect(access.login(`${TOKEN}0`)).toBeNull();
    const cookie = access.login(TOKEN) ?? '';
    expect(cookie).toMatch(/^tidemark-session=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=43200$/);
    expect(cookie).not.toContain(TOKEN);
    const [session = ''] = cookie.split(';');
    expect(access.refusalOf({ cookie: `other=1; ${session}` })).toBeNull();
    expect(access.refusalOf({ cookie: `${session}x` })).toBe('token');
    // A wrong token is refused in spite of a session.
    expect(access.refusalOf({ cookie: session, authorization: 'Bearer wrong' })).toBe('token');
    now = 12 * 3_600_000;
    expect(access.refusalOf({ cookie: session })).toBe('token');
  });

  test('sessions are bounded: the oldest ends', () => {
    const access = new Access(new Secret(TOKEN));
    const sessions = Array.from({ length: 101 }, () => access.login(TOKEN)?.split(';')[0] ?? '');
    expect(sessions.map((cookie) => access.refusalOf({ cookie }))).toEqual(['token', ...new Array(100).fill(null)]);
  });
});
