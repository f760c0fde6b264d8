import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { renderAuditJson } from '../../cli/output/audit-json.ts';
import { readRecording } from '../truth/recording.ts';
import { auditSnapshot, configOf } from '../truth/replay.ts';

const RECORDINGS = 'test/recordings';
const GOLDENS = 'test/shared/domain/judge/golden';

/** A recording of MM2, and the file with the audit of each of its moments. */
export interface Golden {
  readonly recording: string;
  readonly file: string;
}

export function goldens(): Golden[] {
  return readdirSync(RECORDINGS)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ recording: join(RECORDINGS, name), file: join(GOLDENS, basename(name)) }));
}

interface PrintedFlow {
  readonly findings: readonly { readonly message: string; readonly runbook: string }[];
  readonly partitions: readonly object[];
  readonly groups: readonly object[];
  readonly unread: readonly object[];
  /** Empty: the configuration of a recording has no rules. */
  readonly suppressed: readonly object[];
}

/**
 * Audits every moment of a recording. The text has the form of `tidemark.audit/1` without the wording of findings, and one
 * line for each partition, group and finding, so that a difference shows what changed.
 */
export async function goldenOf(path: string): Promise<string> {
  const recording = readRecording(path);
  const config = configOf(recording);
  const lines: string[] = [];
  for (const snapshot of recording.snapshots) {
    const printed = [...renderAuditJson(await auditSnapshot(config, snapshot))].join('');
    const { at, flows } = JSON.parse(printed) as { at: string; flows: readonly PrintedFlow[] };
    for (const { findings, partitions, groups, unread, suppressed: _, ...head } of flows) {
      const told = findings.map(({ message: _, runbook: __, ...rest }) => rest);
      lines.push(
        `{"at":${JSON.stringify(at)},${JSON.stringify(head).slice(1, -1)},`,
        `${listed('partitions', partitions)},`,
        `${listed('groups', groups)},`,
        `${listed('findings', told)},`,
        `${listed('unread', unread)}},`,
      );
    }
  }
  const last = lines.pop()?.slice(0, -1) ?? '';
  return `[\n${[...lines, last].join('\n')}\n]\n`;
}

function listed(name: string, all: readonly object[]): string {
  if (all.length === 0) return ` "${name}":[]`;
  return ` "${name}":[\n${all.map((one) => `  ${JSON.stringify(one)}`).join(',\n')}]`;
}
