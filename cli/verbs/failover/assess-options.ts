import { type Command, InvalidArgumentError } from 'commander';
import { GATE_CODES, type GateCode } from '../../../shared/domain/failover/gates.ts';
import { addConfigOptions, type ConfigOptions } from '../../options/config-options.ts';
import { addHistoryOption, type HistoryOptions } from '../../options/history-options.ts';
import { collect, seconds } from '../../options/option-values.ts';
import { addFormatOption, type FormatOption } from './print-run.ts';

/** How long a run can be approved. */
const DEFAULT_VALID_SECONDS = 3_600;

/** Options of every assessment of a run. */
export interface AssessmentOptions extends ConfigOptions, HistoryOptions, FormatOption {
  readonly flow?: string;
  readonly group?: readonly string[];
  readonly accept?: readonly GateCode[];
  readonly validFor: number;
  readonly by?: string;
}

export function addAssessmentOptions(command: Command, whatFlow: string): Command {
  return addFormatOption(addHistoryOption(addConfigOptions(command)))
    .option('-f, --flow <A->B>', whatFlow)
    .option('-g, --group <name>', "only this consumer group, or a glob (default: '*'); several times", collect)
    .option('--accept <code>', 'go ahead although this gate refuses; several times', gates)
    .option('--valid-for <seconds>', 'how long it may be approved', seconds, DEFAULT_VALID_SECONDS)
    .option('--by <name>', 'who assesses it, for the evidence (default: your user name)');
}

function gates(value: string, before: readonly GateCode[] = []): readonly GateCode[] {
  const code = GATE_CODES.find((one) => one === value);
  if (code === undefined) throw new InvalidArgumentError(`Known gates are: ${GATE_CODES.join(', ')}.`);
  return [...before, code];
}
