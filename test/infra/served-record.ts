import type { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { AlarmBoard } from '../../lab/alarms/alarm-board.ts';
import type { MetricAlarm } from '../../lab/alarms/alarm-definition.ts';
import { type MetricSamples, MetricStore } from '../../lab/alarms/metric-store.ts';
import { alarmOf } from './alarm-evaluation.ts';

const text = z.union([z.string(), z.object({ Ref: z.string() }).transform(({ Ref }) => Ref)]);
const checkSchema = z.object({
  HealthCheckConfig: z.strictObject({
    Type: z.literal('CLOUDWATCH_METRIC'),
    AlarmIdentifier: z.strictObject({ Name: text, Region: text }),
    InsufficientDataHealthStatus: z.enum(['Healthy', 'Unhealthy', 'LastKnownStatus']),
  }),
});
const recordSchema = z.object({
  Failover: z.enum(['PRIMARY', 'SECONDARY']),
  HealthCheckId: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('HealthCheckId')]) }).optional(),
  ResourceRecords: z.array(z.string()),
});

/**
 * What Route 53 answers by the failover record pair of a template, minute by minute, as its Developer Guide says: a health check
 * that follows an alarm's data is healthy at the beginning, and a secondary record without one is served while the primary is not.
 */
export class ServedRecord {
  readonly #metrics = new MetricStore();
  readonly #board: AlarmBoard;
  readonly #alarm: MetricAlarm;
  readonly #insufficient: 'Healthy' | 'Unhealthy' | 'LastKnownStatus';
  readonly #values: Readonly<Record<'PRIMARY' | 'SECONDARY', readonly string[]>>;
  #isHealthy = true;
  #minute = 0;

  constructor(template: Template) {
    const alarm = alarmOf(template, 'leads-to-secondary');
    this.#board = new AlarmBoard([alarm]);
    this.#alarm = alarm;
    const [id, check] = Object.entries(template.findResources('AWS::Route53::HealthCheck'))[0] ?? [];
    const { HealthCheckConfig } = checkSchema.parse(check?.Properties);
    const watched = template.toJSON().Resources[HealthCheckConfig.AlarmIdentifier.Name]?.Properties.AlarmName;
    if (watched !== alarm.AlarmName) throw new Error('the health check follows another alarm');
    this.#insufficient = HealthCheckConfig.InsufficientDataHealthStatus;
    const records = Object.values(template.findResources('AWS::Route53::RecordSet')).map(({ Properties }) =>
      recordSchema.parse(Properties),
    );
    const valuesOf = (side: 'PRIMARY' | 'SECONDARY') => {
      const [one, ...others] = records.filter(({ Failover }) => Failover === side);
      const follows = one?.HealthCheckId?.['Fn::GetAtt'][0];
      if (one === undefined || others.length > 0 || follows !== (side === 'PRIMARY' ? id : undefined))
        throw new Error(`the pair's ${side} record is not one that follows the health check as it should`);
      return one.ResourceRecords;
    };
    this.#values = { PRIMARY: valuesOf('PRIMARY'), SECONDARY: valuesOf('SECONDARY') };
  }

  publish(data: readonly MetricSamples[]): void {
    this.#metrics.add(this.#minute, data);
  }

  /** What is answered at the end of this minute. */
  endMinute(): readonly string[] {
    this.#board.evaluate(this.#minute++, this.#metrics);
    const state = this.#board.stateOf(this.#alarm);
    if (state !== 'INSUFFICIENT_DATA') this.#isHealthy = state === 'OK';
    else if (this.#insufficient !== 'LastKnownStatus') this.#isHealthy = this.#insufficient === 'Healthy';
    return this.#values[this.#isHealthy ? 'PRIMARY' : 'SECONDARY'];
  }
}
