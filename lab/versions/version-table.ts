import type { PairResult } from './play-pair.ts';
import { REQUESTS, type RequestVersions } from './request-versions.ts';

/** What was tried, as a table in Markdown: one row for each pair. */
export function pairTable(results: readonly PairResult[]): string {
  return markdown([
    [
      'source',
      'target',
      'MirrorMaker',
      'verdict',
      'positions right',
      'exact',
      'restored',
      'the doctor warns',
      'faults',
    ],
    ...results.map(({ pair, verdict, positions, restored, warned, faults }) => [
      pair.source,
      pair.target,
      pair.mm2,
      verdict,
      `${positions.compared - positions.wrong} of ${positions.compared}`,
      `${positions.exact} of ${positions.all}`,
      String(restored),
      warned.join(', ') || '–',
      String(faults.length),
    ]),
  ]);
}

/** The version of each request that Tidemark sends to brokers of each release. */
export function requestTable(results: readonly PairResult[]): string {
  const releases = new Map<string, RequestVersions>();
  for (const { pair, requests } of results)
    releases.set(pair.source, requests.source).set(pair.target, requests.target);
  const sorted = [...releases].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  return markdown([
    ['request', ...sorted.map(([release]) => release)],
    ...REQUESTS.map((name) => [name, ...sorted.map(([, versions]) => String(versions.get(name) ?? '–'))]),
  ]);
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
