import { Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { type AlarmBase, AlarmMuteRule, ScheduleExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { alarmsAreTogether } from '../../shared/contract/alarms.ts';
import { TidemarkError } from '../../shared/domain/model/errors.ts';
import type { MaintenanceWindow } from '../settings.ts';
import type { AuditAlarms } from './audit-alarms.ts';

export interface MaintenanceWindowsProps {
  readonly windows: readonly MaintenanceWindow[];
  readonly alarms: Pick<AuditAlarms, 'alarms' | 'ofFlows' | 'deadMan'>;
}

/** The most alarms of one mute rule (API reference, `MuteTargets`). */
const ALARMS_PER_RULE = 100;

/**
 * Times in which alarms notify nobody. They still change their state, which the dashboard shows, and audits, events and pages
 * of findings go on.
 */
export class MaintenanceWindows extends Construct {
  /** @throws TidemarkError if a window names a flow that has no alarms of its own */
  constructor(scope: Construct, id: string, { windows, alarms }: MaintenanceWindowsProps) {
    super(scope, id);
    for (const window of windows) {
      const { name, schedule, duration, timezone, flows } = window;
      const muted = flows === undefined ? alarms.alarms : mutedWith(window, flows, alarms);
      for (let from = 0; from < muted.length; from += ALARMS_PER_RULE) {
        const part = from === 0 ? '' : `-${from / ALARMS_PER_RULE + 1}`;
        new AlarmMuteRule(this, `${name}${part}`, {
          alarmMuteRuleName: `${Stack.of(this).stackName}-${name}${part}`,
          description: `Maintenance of ${flows?.join(', ') ?? 'all flows'}: their alarms notify nobody`,
          schedule: ScheduleExpression.expression(schedule, TimeZone.of(timezone)),
          duration: Duration.parse(duration),
          alarms: muted.slice(from, from + ALARMS_PER_RULE),
        });
      }
    }
  }
}

/**
 * The alarms of these flows, and the dead-man alarm of the whole audit, which needs every flow. If audits end while others are
 * muted, the dead-man alarms of the other flows notify.
 */
function mutedWith(
  { name }: MaintenanceWindow,
  flows: readonly string[],
  { ofFlows, deadMan }: MaintenanceWindowsProps['alarms'],
): readonly AlarmBase[] {
  if (alarmsAreTogether(ofFlows.size)) {
    throw windowError(name, `${ofFlows.size} flows have their alarms together, so it cannot be about some of them`);
  }
  const unknown = flows.filter((flow) => !ofFlows.has(flow));
  if (unknown.length > 0) throw windowError(name, `there is no flow ${unknown.join(', ')}`);
  return [...flows.flatMap((flow) => ofFlows.get(flow) ?? []), deadMan];
}

function windowError(name: string, why: string): TidemarkError {
  return new TidemarkError('SETTINGS_INVALID', `maintenance window ${name}: ${why}`, {
    remedy: 'Correct `flows` in the settings, or leave it out: the window is then about all alarms of the deployment.',
  });
}
