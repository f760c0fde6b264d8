import type { ConnectConnection, MetricsConnection } from '../connection/connect-connection.ts';
import type { LoadContext } from '../setting.ts';
import type { ConnectYaml, FlowYaml, MetricsYaml } from './tidemark-yaml-schema.ts';
import { type FaultAt, secretAt, tlsFromYaml } from './yaml-connection.ts';
import type { YamlPath } from './yaml-document.ts';

/** `flows[].connect` by the name of its flow, with references resolved. Flows without it are absent. */
export function connectFromYaml(
  flows: readonly FlowYaml[],
  context: LoadContext,
  faultAt: FaultAt,
): ReadonlyMap<string, ConnectConnection> {
  const byFlow = new Map<string, ConnectConnection>();
  for (const [index, { flow, connect }] of flows.entries()) {
    if (connect === undefined) continue;
    const connection = connectionOf(connect, ['flows', index, 'connect'], context, faultAt);
    if (connection !== null) byFlow.set(trimmedName(flow), connection);
  }
  return byFlow;
}

/** `flows[].metrics` by the name of its flow. Flows without it are absent. */
export function metricsFromYaml(
  flows: readonly FlowYaml[],
  context: LoadContext,
  faultAt: FaultAt,
): ReadonlyMap<string, MetricsConnection> {
  const byFlow = new Map<string, MetricsConnection>();
  for (const [index, { flow, metrics }] of flows.entries()) {
    if (metrics === undefined) continue;
    const connection = metricsConnectionOf(metrics, ['flows', index, 'metrics'], context, faultAt);
    if (connection !== null) byFlow.set(trimmedName(flow), connection);
  }
  return byFlow;
}

function metricsConnectionOf(
  { url, connector, ...access }: MetricsYaml,
  path: YamlPath,
  context: LoadContext,
  faultAt: FaultAt,
): MetricsConnection | null {
  const all = (typeof url === 'string' ? [url] : url).map((one) =>
    connectionOf({ url: one, ...access }, path, context, faultAt, 'the page alone, such as http://mm2:9404/metrics'),
  );
  const [first] = all;
  if (first == null || all.includes(null)) return null;
  const { login, tls } = first;
  const urls = all.flatMap((one) => (one === null ? [] : [one.url]));
  return { urls, connector, login, tls };
}

/** As `flowName` has it: blanks around the arrow belong to no alias. */
export function trimmedName(flow: string): string {
  const arrow = flow.indexOf('->');
  return `${flow.slice(0, arrow).trim()}->${flow.slice(arrow + 2).trim()}`;
}

function connectionOf(
  { url, username, password, tls }: ConnectYaml,
  path: YamlPath,
  context: LoadContext,
  faultAt: FaultAt,
  address = 'the REST API alone, such as http://connect:8083',
): ConnectConnection | null {
  const parsed = new URL(url);
  if (parsed.username !== '' || parsed.password !== '') {
    return faultAt([...path, 'url'], {
      message: 'holds a login',
      remedy: 'write username: NAME and password: { env: NAME } beside it, to keep secrets out of this file',
    });
  }
  if (parsed.search !== '' || parsed.hash !== '') {
    return faultAt([...path, 'url'], {
      message: 'has a query or a fragment',
      remedy: `give the address of ${address}`,
    });
  }
  if ((username === undefined) !== (password === undefined)) {
    const absent = username === undefined ? 'username' : 'password';
    return faultAt([...path, absent], { message: 'is missing', remedy: 'a login needs both username and password' });
  }
  if (username?.includes(':') === true) {
    return faultAt([...path, 'username'], {
      message: 'has a colon, which basic authentication cannot send',
      remedy: 'use a user without a colon in its name',
    });
  }
  if (tls !== undefined && parsed.protocol !== 'https:') {
    return faultAt([...path, 'tls'], {
      message: 'has no meaning for an http: URL',
      remedy: 'write https:, or leave tls out',
    });
  }
  const secret = secretAt(password, [...path, 'password'], context, faultAt);
  const settings = tls === undefined ? null : tlsFromYaml(tls, [...path, 'tls'], context, faultAt);
  return {
    url: parsed.href.replace(/\/+$/, ''),
    ...(username === undefined || secret === undefined ? {} : { login: { username, password: secret } }),
    ...(settings === null ? {} : { tls: settings }),
  };
}
