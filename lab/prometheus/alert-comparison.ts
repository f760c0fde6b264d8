import { alertName } from '../../infra/prometheus/alert-rules.ts';
import { ALARMS, type AlarmDefinition, type AlarmKey, COMPOSITE_ALARMS } from '../../shared/contract/alarms.ts';

/** What Prometheus has no alert for: the queue of failed invocations, which only AWS has. */
const ONLY_AWS: readonly string[] = [ALARMS.failures.path];

/** What fired during one fault, on both sides. */
export interface Fired {
  /** The alarms that the runbook names, `A->B/lag-unknown`, or `audit-not-completed` of the whole deployment. */
  readonly named: readonly string[];
  /** The alarms on metrics that were in ALARM, or without data where that notifies; also while they notify nobody. */
  readonly alarms: ReadonlySet<string>;
  /** The alerts that fired, written as the alarms are. */
  readonly alerts: ReadonlySet<string>;
  /** Whether MM2 was stopped to inflict or to heal the fault: no minute of the deployment saw that, while serve audited. */
  readonly mirrorWasStopped?: boolean;
}

/** What a Prometheus says otherwise than CloudWatch did. */
export interface AlertDifference {
  /** Named by the runbook, and did not fire. */
  readonly missing: readonly string[];
  /** Fired without its alarm in CloudWatch, and does not follow from MM2 that does not run. */
  readonly extra: readonly string[];
}

export function compareAlerts({ named, alarms, alerts, mirrorWasStopped = false }: Fired): AlertDifference {
  const missing = named
    .filter((name) => !ONLY_AWS.includes(pathOf(name)))
    .filter((name) => !anyOf(name).some((one) => alerts.has(one)));
  const stopped = (name: string) => mirrorWasStopped && name === sibling(name, 'notRunning');
  const extra = [...alerts].filter((name) => !alarms.has(name) && !stopped(name) && !followsFromStopped(name, alerts));
  return { missing, extra };
}

/** `TidemarkLagUnknown` of the flow `A->B` → `A->B/lag-unknown`. */
export function alarmOfAlert(alert: string, flow: string | undefined): string {
  const found = Object.values<AlarmDefinition>(ALARMS).find((one) => alertName(one) === alert);
  if (found === undefined) throw new Error(`there is no alarm for ${alert}`);
  return flow === undefined ? found.path : `${flow}/${found.path}`;
}

/** Prometheus has no composite alarms: one of those that it is about has to fire. */
function anyOf(name: string): readonly string[] {
  const composite = Object.values(COMPOSITE_ALARMS).find(({ path }) => path === pathOf(name));
  return composite === undefined ? [name] : composite.anyOf.map((key) => sibling(name, key));
}

/** What the rule for Alertmanager in docs/metrics.md keeps quiet: whether it comes in time depends on some seconds. */
function followsFromStopped(name: string, alerts: ReadonlySet<string>): boolean {
  const follows = Object.values(COMPOSITE_ALARMS).some(({ anyOf: keys }) =>
    keys.some((key) => sibling(name, key) === name),
  );
  return follows && alerts.has(sibling(name, 'notRunning'));
}

function pathOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Another alarm of the same flow. */
function sibling(name: string, key: AlarmKey): string {
  return `${name.slice(0, name.lastIndexOf('/') + 1)}${ALARMS[key].path}`;
}
