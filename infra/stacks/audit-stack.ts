import { Annotations, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { counted } from '../../shared/domain/model/figures.ts';
import { auditFunctionsCount } from '../audit-functions-count.ts';
import type { NameSwitches } from '../configuration.ts';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { AuditAlarms } from '../constructs/audit-alarms.ts';
import { AuditDashboard } from '../constructs/audit-dashboard.ts';
import { AuditFunctions } from '../constructs/audit-functions.ts';
import { AuditSchedule } from '../constructs/audit-schedule.ts';
import { ClientNames } from '../constructs/client-names.ts';
import { Failover } from '../constructs/failover.ts';
import { FailureQueue } from '../constructs/failure-queue.ts';
import { HistoryTable } from '../constructs/history-table.ts';
import { MaintenanceWindows } from '../constructs/maintenance-windows.ts';
import { Network } from '../constructs/network.ts';
import { NotifyFunction } from '../constructs/notify-function.ts';
import { configuredServices, isolatedServices } from '../endpoint-services.ts';
import { defaultGroupMetricsLimit } from '../group-metrics-limit.ts';
import type { Settings } from '../settings.ts';

export interface AuditStackProps extends StackProps {
  readonly settings: Settings;
  /** Names of the flows that the configuration audits: `A->B`. */
  readonly flows: readonly string[];
  readonly switches: NameSwitches;
}

/**
 * Scheduler → audit function → history, metrics → alarms → topic, findings → events → pages; and, if it is switched on, the
 * state machine that fails over. Deploy it in the Region of the replication's target.
 * The stack has the name of its deployment, so two deployments never share one.
 */
export class AuditStack extends Stack {
  constructor(scope: Construct, props: AuditStackProps) {
    const { settings, flows, switches } = props;
    const { names } = switches;
    const deployment = settings.deployment.name;
    super(scope, `Tidemark-${deployment}`, {
      description: 'Tidemark: audits MirrorMaker 2 disaster recovery',
      ...props,
    });
    const { queue } = new FailureQueue(this, 'Failures');
    const history = new HistoryTable(this, 'History', settings.historyTable);
    const groupMetricsLimit = settings.groupMetricsLimit ?? defaultGroupMetricsLimit(flows.length);
    const count = auditFunctionsCount(settings, flows.length);
    const placement = this.#network(settings, switches)?.placement;
    const audit = new AuditFunctions(this, 'Audit', {
      ...settings,
      groupMetricsLimit,
      count,
      failures: queue,
      history,
      names,
      placement,
    });
    new AuditSchedule(this, 'EveryMinute', { targets: audit.functions, undelivered: queue });
    if (count > 1) {
      const says = `${counted(flows.length, 'flow is', 'flows are')} audited by ${counted(count, 'function')}, at most ${counted(Math.ceil(flows.length / count), 'flow')} each`;
      Annotations.of(this).addInfoV2('tidemark:auditFunctions', says);
    }
    const onCall = new AlarmTopic(this, 'OnCall', {
      emails: settings.alarmEmails,
      displayName: 'Tidemark alarms',
      failures: queue,
    });
    const tickets = new AlarmTopic(this, 'Tickets', {
      emails: settings.ticketEmails,
      displayName: 'Tidemark tickets',
      key: onCall.key,
      failures: queue,
    });
    const alarms = new AuditAlarms(this, 'Alarms', {
      ...settings,
      deployment,
      flows,
      functionNames: audit.functions.map(({ functionName }) => functionName),
      queueName: queue.queueName,
      actions: { page: onCall.actions, ticket: tickets.actions },
    });
    new AuditDashboard(this, 'Overview', { ...settings, deployment, alarms: alarms.alarms });
    new MaintenanceWindows(this, 'Maintenance', { windows: settings.maintenance, alarms });
    if (settings.pages !== undefined) {
      new NotifyFunction(this, 'Notify', { ...settings, pages: settings.pages, history, onCall, failures: queue });
    }
    if (settings.failover !== undefined) {
      const { configuration } = audit;
      const { failover } = settings;
      new Failover(this, 'Failover', { ...settings, failover, history, configuration, onCall, switches, placement });
      new ClientNames(this, 'Names', { ...settings, deployment, names, ticket: tickets.actions.raised });
    }
    const kept = {
      description: 'Stores the history; remains when the stack is deleted',
      value: history.table.tableName,
    };
    new CfnOutput(this, 'HistoryTableName', kept);
    new CfnOutput(this, 'AlarmTopicArn', { description: 'Subscribe the on-call here', value: onCall.topic.topicArn });
    const waiting = { description: 'Subscribe here who looks at tickets', value: tickets.topic.topicArn };
    new CfnOutput(this, 'TicketTopicArn', waiting);
  }

  #network(settings: Settings, switches: NameSwitches): Network | undefined {
    const { vpc, isolatedVpc } = settings;
    if (isolatedVpc !== undefined) {
      const services = isolatedServices(settings, switches);
      return new Network(this, 'Network', { of: { kind: 'isolated', vpc: isolatedVpc }, services });
    }
    if (vpc === undefined) return undefined;
    const services = vpc.endpoints === undefined ? [] : configuredServices(settings);
    return new Network(this, 'Network', { of: { kind: 'given', vpc }, services });
  }
}
