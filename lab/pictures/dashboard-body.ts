import * as z from 'zod';
import { templateValue } from '../alarms/template-value.ts';

const searched = z.strictObject({ expression: z.string(), label: z.string(), color: z.string().optional() });
const place = { x: z.int(), y: z.int(), width: z.int(), height: z.int() };
const horizontal = z.strictObject({
  value: z.number(),
  label: z.string(),
  color: z.string(),
  yAxis: z.literal('left'),
});

/** What a dashboard of Tidemark is made of. Whatever a picture of it would not show is refused, and never left out. */
const bodySchema = z.strictObject({
  start: z.string(),
  widgets: z.array(
    z.discriminatedUnion('type', [
      z.strictObject({
        ...place,
        type: z.literal('text'),
        properties: z.strictObject({ markdown: z.string(), background: z.literal('transparent') }),
      }),
      z.strictObject({
        ...place,
        type: z.literal('alarm'),
        /** Alarms by the logical ids of their resources. */
        properties: z.strictObject({
          title: z.string(),
          alarms: z.array(z.string()),
          sortBy: z.literal('stateUpdatedTimestamp'),
        }),
      }),
      z.strictObject({
        ...place,
        type: z.literal('metric'),
        properties: z.strictObject({
          view: z.literal('timeSeries'),
          title: z.string(),
          region: z.string(),
          stacked: z.boolean(),
          metrics: z.array(z.tuple([searched]).transform(([one]) => one)),
          annotations: z.strictObject({ horizontal: z.array(horizontal) }).optional(),
          yAxis: z.strictObject({
            left: z.strictObject({ min: z.literal(0), label: z.string(), showUnits: z.literal(false) }),
          }),
        }),
      }),
    ]),
  ),
});

export type DashboardBody = z.infer<typeof bodySchema>;
type Widget = DashboardBody['widgets'][number];
export type AlarmWidget = Extract<Widget, { type: 'alarm' }>;
export type MetricWidget = Extract<Widget, { type: 'metric' }>;

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() })),
});

/**
 * The one dashboard of a synthesized template.
 * @param template parsed JSON
 */
export function dashboardOfTemplate(template: unknown): DashboardBody {
  const { Resources } = templateSchema.parse(template);
  const found = Object.values(Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
  const [dashboard, ...others] = found;
  if (dashboard === undefined || others.length > 0) throw new Error(`the template has ${found.length} dashboards`);
  const { DashboardBody } = z.object({ DashboardBody: z.string() }).parse(templateValue(dashboard.Properties));
  return bodySchema.parse(JSON.parse(DashboardBody));
}
