import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ZoneRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly values: readonly string[];
  /** Of a record that follows a routing policy. */
  readonly setIdentifier?: string;
}

export interface Route53Endpoint {
  readonly url: string;
  /** What the zone holds. */
  records: readonly ZoneRecord[];
  /** Method and path of each request, in order, and the body of changes. */
  readonly requests: { readonly method: string; readonly path: string; readonly body: string }[];
  /** How often GetChange says PENDING before it says INSYNC. */
  pending: number;
  /** From now on: an error for each request, or null to answer. */
  fail(error: { readonly status: number; readonly code: string } | null): void;
  close(): Promise<void>;
}

const NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/';

/**
 * Serves one hosted zone as Route 53 does (REST and XML, API 2013-04-01) on the loopback: ListResourceRecordSets,
 * ChangeResourceRecordSets with its refusals, GetChange.
 */
export async function startRoute53Endpoint(zone: string): Promise<Route53Endpoint> {
  let failing: { readonly status: number; readonly code: string } | null = null;
  const requests: Route53Endpoint['requests'] = [];
  const state = { records: [] as readonly ZoneRecord[], pending: 0 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const { pathname } = new URL(request.url ?? '', 'http://route53');
      const method = request.method ?? '';
      requests.push({ method, path: pathname, body });
      const answer = (status: number, xml: string) =>
        response.writeHead(status, { 'content-type': 'text/xml' }).end(`<?xml version="1.0"?>${xml}`);
      const refuse = (status: number, code: string, message: string) =>
        answer(
          status,
          `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
        );
      if (failing !== null) return refuse(failing.status, failing.code, 'on demand');
      const path = `/2013-04-01/hostedzone/${zone}/rrset`;
      if (method === 'GET' && pathname === path) {
        const sets = state.records.map(recordXml).join('');
        return answer(
          200,
          `<ListResourceRecordSetsResponse xmlns="${NAMESPACE}"><ResourceRecordSets>${sets}</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListResourceRecordSetsResponse>`,
        );
      }
      if (method === 'POST' && pathname.replace(/\/$/, '') === path) {
        const changed = changedBy(state.records, body);
        if (typeof changed === 'string') return refuse(400, 'InvalidChangeBatch', changed);
        state.records = changed;
        return answer(
          200,
          `<ChangeResourceRecordSetsResponse xmlns="${NAMESPACE}">${changeInfo('PENDING')}</ChangeResourceRecordSetsResponse>`,
        );
      }
      if (method === 'GET' && pathname === '/2013-04-01/change/C1') {
        const status = state.pending-- > 0 ? 'PENDING' : 'INSYNC';
        return answer(200, `<GetChangeResponse xmlns="${NAMESPACE}">${changeInfo(status)}</GetChangeResponse>`);
      }
      return refuse(404, 'NoSuchHostedZone', `no hosted zone for ${pathname}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fail(error: typeof failing) {
      failing = error;
    },
    close(): Promise<void> {
      server.closeAllConnections();
      return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    },
  });
}

/** The records after a batch; the reason if Route 53 refuses it. Names are with the dot of the root, as it stores them. */
function changedBy(records: readonly ZoneRecord[], body: string): readonly ZoneRecord[] | string {
  let now = [...records];
  for (const [, change = ''] of body.matchAll(/<Change>(.*?)<\/Change>/gs)) {
    const field = (tag: string): string => new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(change)?.[1] ?? '';
    const values = [...change.matchAll(/<Value>(.*?)<\/Value>/gs)].map(([, value = '']) => value);
    const name = `${field('Name').toLowerCase().replace(/\.$/, '')}.`;
    const record: ZoneRecord = { name, type: field('Type'), ttl: Number(field('TTL')), values };
    const isSame = (one: ZoneRecord) => one.name === name && one.type === record.type;
    if (field('Action') === 'DELETE') {
      const old = now.find(isSame);
      if (old === undefined || old.values.join() !== values.join() || old.ttl !== record.ttl)
        return `Tried to delete resource record set ${name} ${record.type} but it was not found`;
      now = now.filter((one) => one !== old);
      continue;
    }
    if (now.some((one) => isSame(one) && one.setIdentifier !== undefined))
      return `RRSet ${name} ${record.type} conflicts with one that has a set identifier`;
    now = [...now.filter((one) => !isSame(one)), record];
    const types = now.filter((one) => one.name === name).map(({ type }) => type);
    if (types.includes('CNAME') && types.length > 1)
      return `RRSet of type CNAME with DNS name ${name} is not permitted beside other records`;
  }
  return now;
}

function recordXml({ name, type, ttl, values, setIdentifier }: ZoneRecord): string {
  const resource = values.map((value) => `<ResourceRecord><Value>${value}</Value></ResourceRecord>`).join('');
  const routed =
    setIdentifier === undefined ? '' : `<SetIdentifier>${setIdentifier}</SetIdentifier><Failover>PRIMARY</Failover>`;
  return `<ResourceRecordSet><Name>${name}</Name><Type>${type}</Type>${routed}<TTL>${ttl}</TTL><ResourceRecords>${resource}</ResourceRecords></ResourceRecordSet>`;
}

function changeInfo(status: string): string {
  return `<ChangeInfo><Id>/change/C1</Id><Status>${status}</Status><SubmittedAt>2026-11-23T00:00:00Z</SubmittedAt></ChangeInfo>`;
}
