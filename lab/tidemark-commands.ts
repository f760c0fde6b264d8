import { shellWord } from '../shared/domain/model/shell-word.ts';

/** One command of every verb, to try on the lab's flow. `FILE` is its mm2.properties. */
const COMMANDS: readonly (readonly [words: readonly string[], does: string])[] = [
  [['audit', '--mm2', 'FILE'], 'how far behind is B, and where would each group land?'],
  [['doctor', '--mm2', 'FILE'], 'connections, permissions, assumptions'],
  [['watch', '--mm2', 'FILE', '--interval', '10'], 'audits again and again; try it while you break something'],
  [['serve', '--mm2', 'FILE', '--interval', '10'], 'the same as a page, for a browser and for Prometheus'],
  [['translate', '--mm2', 'FILE', '--topic', 'orders', '--offset', '1500'], 'where one offset lies on B'],
  [['verify', '--mm2', 'FILE'], 'compares records around the positions'],
  [['snapshots', 'list', '--mm2', 'FILE'], 'what the history has'],
  [
    ['restore', 'plan', '--mm2', 'FILE', '--as-of', '1m', '--onto', 'source', '--group', '*'],
    'groups back to a minute ago',
  ],
  [['acknowledge', '--list', '--mm2', 'FILE'], 'which findings are known'],
  [
    ['failover', 'assess', '--planned', '--mm2', 'FILE'],
    'what a failover would do; refused here, for nothing says how to stop MM2',
  ],
  [
    ['failback', 'assess', '--mm2', 'FILE'],
    'what leading clients back would do; refused here, for no failover has led them away',
  ],
  [['reconcile', 'list', '--mm2', 'FILE'], 'which source records never reached B'],
  [['report', '--mm2', 'FILE', '--output', 'report.html'], 'one HTML file for managers and auditors'],
  [['tune', '--mm2', 'FILE'], 'what to change in MirrorMaker, by what is measured'],
  [['plan-capacity', '--mm2', 'FILE', '--outage', '8'], 'what an outage leaves, and how long catching up takes'],
  [['init', 'FILE'], 'a commented tidemark.yaml'],
  [['completion', 'bash'], 'a script that completes these commands in a shell'],
];

/** Lines to paste, one for each verb, with what it does. */
export function tidemarkCommands(mm2File: string): string {
  return COMMANDS.map(([words, does]) => {
    const command = words.map((word) => shellWord(word === 'FILE' ? mm2File : word)).join(' ');
    return `  npx tidemark ${command}   # ${does}`;
  }).join('\n');
}
