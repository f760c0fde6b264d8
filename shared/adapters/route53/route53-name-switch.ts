import {
  type Change,
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type Route53Client,
  waitUntilResourceRecordSetsChanged,
} from '@aws-sdk/client-route-53';
import type { Route53Record } from '../../config/failover/failover-config.ts';
import { TidemarkError } from '../../domain/model/errors.ts';
import type { NameSwitch } from '../../ports.ts';
import { nameError } from './name-error.ts';

/** How long all name servers of Route 53 may take to have a change, in seconds: mostly less than 60. */
const IN_SYNC_WITHIN_SECONDS = 120;
/** Types of which a name with a CNAME may not have a record, and that lead somewhere. */
const LEADING = ['A', 'AAAA', 'CNAME'];

/**
 * Replaces the record of the clients' name. It needs the control plane of Route 53, which is in us-east-1 alone: where
 * that may be lost with the source, switch by a health check instead.
 */
export function createRoute53NameSwitch(client: Route53Client, wanted: Route53Record): NameSwitch {
  const { name, type, zone, ttlSeconds } = wanted;
  const values = wanted.leadsTo.map((value) => ({ Value: value }));
  const ask = async <T>(what: string, request: () => Promise<T>): Promise<T> => {
    try {
      return await request();
    } catch (error) {
      throw nameError(what, wanted, error);
    }
  };
  const records = (): Promise<readonly ResourceRecordSet[]> =>
    ask('ListResourceRecordSets', async () => {
      // Records are in the order of their names, then of their types. A name has few: one answer has them all.
      const command = new ListResourceRecordSetsCommand({ HostedZoneId: zone, StartRecordName: name, MaxItems: 100 });
      const { ResourceRecordSets = [] } = await client.send(command);
      return ResourceRecordSets.filter((set) => isName(set, name) && LEADING.includes(set.Type ?? ''));
    });
  return {
    describe: () => [
      `changes the record ${name} ${type} in hosted zone ${zone} of Route 53 to ${wanted.leadsTo.join(', ')}, for ${ttlSeconds} s at resolvers`,
      'this is the last resort among ways to switch a name: it needs the control plane of Route 53 in us-east-1',
    ],

    async isInEffect() {
      const found = await records();
      return found.length > 0 && found.every((set) => isWanted(set, wanted));
    },

    async apply() {
      const old = await records();
      const routed = old.find((set) => set.SetIdentifier !== undefined);
      if (routed !== undefined) throw routedElsewhere(wanted, routed);
      // A name with a CNAME can have no other record. One batch: resolvers see the old records or the new one.
      const others = old.filter((set) => set.Type !== type && (set.Type === 'CNAME' || type === 'CNAME'));
      const changes: Change[] = [
        ...others.map((set) => ({ Action: 'DELETE' as const, ResourceRecordSet: set })),
        {
          Action: 'UPSERT',
          ResourceRecordSet: { Name: name, Type: type, TTL: ttlSeconds, ResourceRecords: values },
        },
      ];
      const { ChangeInfo } = await ask('ChangeResourceRecordSets', () =>
        client.send(
          new ChangeResourceRecordSetsCommand({
            HostedZoneId: zone,
            ChangeBatch: { Comment: 'tidemark failover', Changes: changes },
          }),
        ),
      );
      await ask('GetChange', () =>
        waitUntilResourceRecordSetsChanged(
          { client, maxWaitTime: IN_SYNC_WITHIN_SECONDS, minDelay: 1, maxDelay: 5 },
          { Id: ChangeInfo?.Id },
        ),
      );
    },

    putBack: null,
  };
}

function isName(set: ResourceRecordSet, name: string): boolean {
  return set.Name?.toLowerCase().replace(/\.$/, '') === name;
}

/** Another record of the name that leads elsewhere would take some of the clients there. */
function isWanted(set: ResourceRecordSet, { type, leadsTo }: Route53Record): boolean {
  const values = (set.ResourceRecords ?? []).map(({ Value = '' }) => Value.toLowerCase().replace(/\.$/, ''));
  const isSame = values.length === leadsTo.length && leadsTo.every((one) => values.includes(one.toLowerCase()));
  return set.Type === type && set.SetIdentifier === undefined && isSame;
}

function routedElsewhere({ name, zone }: Route53Record, { Type, SetIdentifier }: ResourceRecordSet): TidemarkError {
  const reason = `${name} ${Type} in hosted zone ${zone} follows a routing policy (record ${SetIdentifier})`;
  return new TidemarkError('DNS_RECORD_ROUTED', reason, {
    remedy:
      'Such a record cannot be replaced by a simple one. Let its health check or a hook lead the name to the target.',
  });
}
