import { type Html, html, verbatim } from '../../shared/text/html.ts';
import { MetricStore } from '../alarms/metric-store.ts';
import { type AlarmWidget, dashboardOfTemplate, type MetricWidget } from './dashboard-body.ts';
import { isFound, labelOf, parseSearch } from './dashboard-search.ts';
import type { Incident, ShownAlarm } from './incident.ts';
import { type GraphLine, lineGraph } from './line-graph.ts';

/** A dashboard has 24 columns. */
const COLUMN = 50;
const ROW = 50;
/** What the frame, the title and the legend of a graph take. */
const AROUND = { width: 26, height: 84 } as const;
const STATES = ['ALARM', 'INSUFFICIENT_DATA', 'OK'];
/** CloudWatch's own, for lines that have none. */
const COLORS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f', '#bcbd22'];

const STYLE = verbatim(`
body { margin: 0; background: #f2f3f3; font: 13px Amazon Ember, Open Sans, Helvetica Neue, Arial, sans-serif; color: #16191f; }
main { display: grid; grid-template-columns: repeat(24, ${COLUMN}px); grid-auto-rows: ${ROW}px; width: ${24 * COLUMN}px; padding: 8px; }
section { margin: 4px; padding: 8px; background: #fff; border: 1px solid #d5dbdb; overflow: hidden; }
section.text { background: none; border: none; }
h1 { font-size: 20px; margin: 0 0 6px; } h2 { font-size: 14px; margin: 0 0 4px; }
.alarms { display: grid; grid-template-columns: repeat(4, 1fr); gap: 6px; }
.alarms div { border-style: solid; border-width: 0 0 0 5px; padding: 5px 7px; background: #fafafa; overflow-wrap: anywhere; font-size: 12px; }
.alarms .ALARM { border-color: #d13212; background: #fdf0ed; } .alarms .OK { border-color: #1d8102; } .alarms .INSUFFICIENT_DATA { border-color: #879596; }
.grid { stroke: #eaeded; } .tick { font-size: 11px; fill: #545b64; } .limit { font-size: 11px; }
.legend { height: 34px; overflow: hidden; font-size: 11px; } .legend span { margin-right: 12px; overflow-wrap: anywhere; }
.legend i { display: inline-block; width: 10px; height: 10px; margin-right: 4px; }
`);

/**
 * The dashboard of a template with the metrics and the states of alarms of an incident, as CloudWatch's console lays it out.
 * It finds its metrics by the template's own search expressions.
 */
export function dashboardPage({ template, states, minutes }: Incident): Html {
  const store = new MetricStore();
  for (const [minute, data] of minutes.entries()) store.add(minute, data);
  const listed = [...new Map(minutes.flat().map((metric) => [keyOf(metric), metric])).values()];

  function linesOf({ properties }: MetricWidget): readonly GraphLine[] {
    const lines = properties.metrics.flatMap(({ expression, label, color }) => {
      const search = parseSearch(expression);
      const found = listed.filter((metric) => isFound(search, metric));
      const valuesOf = (metric: (typeof listed)[number]) =>
        minutes.map((_, minute) => store.datapoint(minute, { ...metric, Statistic: search.statistic }));
      if (!search.isSum) return found.map((one) => ({ label: labelOf(label, one), color, values: valuesOf(one) }));
      const all = found.map(valuesOf);
      const values = minutes.map((_, minute) => {
        const known = all.flatMap((one) => one[minute] ?? []);
        return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
      });
      return [{ label, color, values }];
    });
    return lines.map((line, index) => ({ ...line, color: line.color ?? COLORS[index % COLORS.length] ?? '#000' }));
  }

  function graph(widget: MetricWidget): Html {
    const { title, stacked, annotations, yAxis } = widget.properties;
    const lines = linesOf(widget);
    const limits = annotations?.horizontal ?? [];
    const size = { width: widget.width * COLUMN - AROUND.width, height: widget.height * ROW - AROUND.height };
    const legend = [...lines, ...limits].map(
      ({ label, color }) => html`<span><i style="background:${color}"></i>${label}</span>`,
    );
    return html`<h2>${title}</h2>${lineGraph({ lines, stacked, limits, unit: yAxis.left.label, ...size })}
      <div class="legend">${legend}</div>`;
  }

  function alarms({ properties }: AlarmWidget): Html {
    const known = properties.alarms.map(
      (id): ShownAlarm => states[id] ?? { name: id, state: 'INSUFFICIENT_DATA', changed: 0 },
    );
    const shown = known.toSorted(worstAndNewestFirst).map(({ name, state }) => {
      return html`<div class="${state}"><b>${state.replace('_', ' ')}</b><br>${name}</div>`;
    });
    return html`<h2>${properties.title}</h2><div class="alarms">${shown}</div>`;
  }

  const widgets = dashboardOfTemplate(template).widgets.map((widget) => {
    const { type, x, y, width, height } = widget;
    const place = `grid-area: ${y + 1} / ${x + 1} / span ${height} / span ${width}`;
    const content =
      type === 'text' ? markdown(widget.properties.markdown) : type === 'alarm' ? alarms(widget) : graph(widget);
    return html`<section class="${type}" style="${place}">${content}</section>`;
  });
  return html`<!doctype html><html lang="en"><meta charset="utf-8"><title>Dashboard</title><style>${STYLE}</style>
    <main>${widgets}</main></html>`;
}

/** As CloudWatch sorts by `stateUpdatedTimestamp`. */
function worstAndNewestFirst(a: ShownAlarm, b: ShownAlarm): number {
  return STATES.indexOf(a.state) - STATES.indexOf(b.state) || b.changed - a.changed;
}

/** As much of Markdown as the dashboard's text has. */
function markdown(text: string): Html {
  const lines = text.split('\n').map((line) => {
    if (line.startsWith('# ')) return html`<h1>${line.slice(2)}</h1>`;
    const parts = line.split(/(\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map((part) => {
      const [, bold] = /^\*\*(.+)\*\*$/.exec(part) ?? [];
      const [, label, link] = /^\[(.+)\]\((.+)\)$/.exec(part) ?? [];
      if (bold !== undefined) return html`<b>${bold}</b>`;
      return label === undefined ? html`${part}` : html`<a href="${link ?? ''}">${label}</a>`;
    });
    return html`<div>${parts}</div>`;
  });
  return html`${lines}`;
}

function keyOf({ Namespace, MetricName, Dimensions }: Incident['minutes'][number][number]): string {
  return JSON.stringify([Namespace, MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).toSorted()]);
}
