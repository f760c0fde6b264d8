import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

const samples = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).readonly(),
  Values: z.array(z.number()).readonly(),
  Counts: z.array(z.number()).readonly(),
});
const alarmSchema = z.object({
  name: z.string(),
  state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
  /** The minute of the schedule in which it got this state. */
  changed: z.int(),
});
const incidentSchema = z.object({
  name: z.string(),
  /** Bodies of the requests to the webhook of Slack, in order. */
  slack: z.array(z.unknown()),
  mails: z.array(z.object({ from: z.string(), subject: z.string(), message: z.string() })),
  template: z.unknown(),
  /** Each alarm by the logical id of its resource. */
  states: z.record(z.string(), alarmSchema),
  /** What was published in each minute of the schedule. */
  minutes: z.array(z.array(samples).readonly()).readonly(),
});

/** Everything that a deployment showed to people until a moment. */
export type ShownAlarm = z.infer<typeof alarmSchema>;
export type Incident = z.infer<typeof incidentSchema>;

export function writeIncident(file: string, incident: Incident): void {
  writeFileSync(file, JSON.stringify(incident));
}

export function readIncident(file: string): Incident {
  return incidentSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
