import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LabNameServer } from '../../../../lab/name-server.ts';
import { createNameLookup } from '../../../../shared/adapters/dns/name-lookup.ts';
import type { NameRecord } from '../../../../shared/config/failover/failover-config.ts';

const NAME = 'kafka.lab.test';

describe('looking a name up at given resolvers', () => {
  let server: LabNameServer;
  beforeEach(async () => {
    server = await LabNameServer.start();
  });
  afterEach(() => server.stop());

  const ask = async (type: NameRecord['type'], leadsTo: readonly string[]) =>
    (await createNameLookup({ record: { name: NAME, type, leadsTo }, resolvers: [server.address] }).ask())[0];

  test('the target is all of its addresses, in any order', async () => {
    server.set(NAME, { ttlSeconds: 5, leadsTo: ['10.0.0.2', '10.0.0.1'] });
    const resolver = server.address;
    expect(await ask('A', ['10.0.0.1', '10.0.0.2'])).toEqual({ kind: 'target', resolver });
    expect(await ask('A', ['10.0.0.1'])).toEqual({ kind: 'elsewhere', resolver, leadsTo: ['10.0.0.1', '10.0.0.2'] });
    expect(await ask('A', ['10.0.0.1', '10.0.0.2', '10.0.0.3'])).toMatchObject({ kind: 'elsewhere' });
  });

  test('a host name is compared without case and without the dot of the root', async () => {
    server.set(NAME, { ttlSeconds: 5, leadsTo: ['B.lab.test'] });
    server.set('b.lab.test', { ttlSeconds: 5, leadsTo: ['10.0.0.2'] });
    expect(await ask('CNAME', ['b.lab.test.'])).toMatchObject({ kind: 'target' });
    expect(await ask('CNAME', ['a.lab.test'])).toMatchObject({ kind: 'elsewhere', leadsTo: ['b.lab.test'] });
    // Addresses are followed through the CNAME, as a client does.
    expect(await ask('A', ['10.0.0.2'])).toMatchObject({ kind: 'target' });
  });

  test('a name or type that does not exist leads nowhere', async () => {
    expect(await ask('A', ['10.0.0.1'])).toMatchObject({ kind: 'elsewhere', leadsTo: [] });
    server.set(NAME, { ttlSeconds: 5, leadsTo: ['10.0.0.2'] });
    expect(await ask('AAAA', ['fd00::1'])).toMatchObject({ kind: 'elsewhere', leadsTo: [] });
  });

  test('a resolver that does not answer is unread, beside one that does', async () => {
    const silent = await LabNameServer.start();
    silent.silence(true);
    try {
      server.set(NAME, { ttlSeconds: 5, leadsTo: ['10.0.0.2'] });
      const record = { name: NAME, type: 'A', leadsTo: ['10.0.0.2'] } as const;
      const lookup = createNameLookup({ record, resolvers: [silent.address, server.address] });
      expect(lookup.describe()).toBe(
        `asks ${silent.address} and ${server.address} whether kafka.lab.test leads to 10.0.0.2`,
      );
      expect(await lookup.ask()).toEqual([
        { kind: 'unread', resolver: silent.address, reason: 'ETIMEOUT' },
        { kind: 'target', resolver: server.address },
      ]);
    } finally {
      silent.stop();
    }
  });

  test('every question asks the server, past all caches', async () => {
    server.set(NAME, { ttlSeconds: 3_600, leadsTo: ['10.0.0.1'] });
    expect(await ask('A', ['10.0.0.2'])).toMatchObject({ kind: 'elsewhere' });
    server.set(NAME, { ttlSeconds: 3_600, leadsTo: ['10.0.0.2'] });
    expect(await ask('A', ['10.0.0.2'])).toMatchObject({ kind: 'target' });
    expect(server.questions).toHaveLength(2);
  });
});
