import { Duration, Stack } from 'aws-cdk-lib';
import {
  type AlarmBase,
  AlarmStatusWidget,
  AlarmStatusWidgetSortBy,
  Dashboard,
  GraphWidget,
  type IWidget,
  SearchExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { metricDimensions } from '../../shared/adapters/cloudwatch/metric-dimensions.ts';
import { ALARM_PERIOD_SECONDS, type AlarmLimit } from '../../shared/contract/alarms.ts';
import { DEPLOYMENT_DIMENSION, DIMENSIONS, METRIC_NAMESPACE } from '../../shared/contract/metrics.ts';
import { DASHBOARD_PANELS, type DashboardPanel, type PanelLines } from '../dashboard-panels.ts';
import type { Settings } from '../settings.ts';

export interface AuditDashboardProps extends Pick<Settings, AlarmLimit> {
  /** Name of the deployment, as its metrics carry it. */
  readonly deployment: string;
  readonly alarms: readonly AlarmBase[];
  readonly runbookUrl: string;
}

/** CloudWatch shows at most this many alarms in one widget. */
const ALARMS_IN_WIDGET = 100;
const WHOLE_WIDTH = 24;
const GRAPH = { width: 12, height: 6 } as const;

/**
 * The dashboard of a deployment: the state of its alarms, then one graph for each question. Graphs search for their
 * metrics, so a flow or a group that appears later has its line without a new deployment.
 */
export class AuditDashboard extends Construct {
  readonly #props: AuditDashboardProps;

  constructor(scope: Construct, id: string, props: AuditDashboardProps) {
    super(scope, id);
    this.#props = props;
    const graphs = DASHBOARD_PANELS.map((panel) => this.#graph(panel));
    new Dashboard(this, 'Dashboard', {
      dashboardName: Stack.of(this).stackName,
      defaultInterval: Duration.hours(3),
      widgets: [[this.#explanation()], ...this.#alarms(), ...pairs(graphs)],
    });
  }

  #explanation(): IWidget {
    const { deployment, runbookUrl } = this.#props;
    const markdown = [
      `# Tidemark ${deployment}`,
      `A gap in a line means **unknown**, never 0. Red lines are the limits of the alarms. What to do: [runbook](${runbookUrl}).`,
    ].join('\n');
    return new TextWidget({ markdown, width: WHOLE_WIDTH, height: 2 });
  }

  #alarms(): IWidget[][] {
    const { alarms } = this.#props;
    const widgets: IWidget[][] = [];
    // Those in ALARM come first.
    const sortBy = AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP;
    for (let from = 0; from < alarms.length; from += ALARMS_IN_WIDGET) {
      const some = alarms.slice(from, from + ALARMS_IN_WIDGET);
      // Four alarms side by side.
      const height = 1 + Math.ceil(some.length / 4);
      widgets.push([new AlarmStatusWidget({ title: 'Alarms', alarms: some, sortBy, width: WHOLE_WIDTH, height })]);
    }
    return widgets;
  }

  #graph({ title, lines, limit, stacked = false, unit }: DashboardPanel): IWidget {
    return new GraphWidget({
      ...GRAPH,
      title,
      stacked,
      left: lines.map((one) => this.#search(one)),
      leftYAxis: { min: 0, label: unit, showUnits: false },
      ...(limit !== undefined && {
        leftAnnotations: [{ value: this.#props[limit], label: limit, color: '#d62728' }],
      }),
    });
  }

  #search({ metric, statistic, dimensions, only = {}, isSum = false, label, color }: PanelLines): SearchExpression {
    const names = DIMENSIONS.filter((name) => dimensions.includes(name));
    const terms = [
      `MetricName="${metric}"`,
      ...metricDimensions(this.#props.deployment, only).map(({ Name, Value }) => `${Name}="${Value}"`),
    ];
    const schema = [METRIC_NAMESPACE, DEPLOYMENT_DIMENSION, ...names].join(',');
    const open = names.filter((name) => only[name] === undefined).map((name) => `\${PROP('Dim.${name}')}`);
    const search = `SEARCH('{${schema}} ${terms.join(' ')}', '${statistic}', ${ALARM_PERIOD_SECONDS})`;
    return new SearchExpression({
      expression: isSum ? `SUM(${search})` : search,
      label: [...(label === undefined ? [] : [label]), ...(isSum ? [] : open)].join(' '),
      ...(color !== undefined && { color }),
    });
  }
}

function pairs(widgets: readonly IWidget[]): IWidget[][] {
  return widgets.flatMap((widget, index) =>
    index % 2 === 0 ? [[widget, ...widgets.slice(index + 1, index + 2)]] : [],
  );
}
