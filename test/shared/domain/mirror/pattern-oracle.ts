import { compileOracle, type KafkaOracle } from '../../config/kafka-oracle.ts';
import type { PatternCase } from './pattern-grammar.ts';

export function compilePatternOracle(): Promise<KafkaOracle> {
  return compileOracle('PatternOracle.java');
}

/** For each case `rejected`, or `broken` where Java has a fault of its own, or 1 for each name that MM2's own `MirrorUtils.compilePatternList` selects and 0 for the others. */
export function askMirrorUtils(oracle: KafkaOracle, cases: readonly PatternCase[]): string[] {
  return oracle.ask(
    'org.apache.kafka.connect.mirror.PatternOracle',
    cases.map(({ setting, names }) => [setting, ...names].map(encoded).join(' ')),
  );
}

function encoded(text: string): string {
  return `b${Buffer.from(text, 'utf8').toString('base64')}`;
}
