import { readFileSync } from 'node:fs';
import TestSequencer from '@jest/test-sequencer';

/** What starts Java or Lambda processes, and so takes longer than any other test. */
const STARTS_PROCESSES = /\b(?:startLab|play|LambdaFunction\.start|DynamoDbLocal\.start)\(/;

/**
 * Runs the test files that start clusters first, and otherwise keeps jest's order. In a fresh checkout jest knows no
 * durations and orders by the size of the files: a short file with long scenarios would be the last one, alone.
 */
export default class LabsFirstSequencer extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const startsProcesses = ({ path }) => STARTS_PROCESSES.test(readFileSync(path, 'utf8'));
    const groups = Map.groupBy(sorted, startsProcesses);
    return [...(groups.get(true) ?? []), ...(groups.get(false) ?? [])];
  }
}
