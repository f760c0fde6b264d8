type Json = Record<string, unknown>;

/** What the schema has to refuse: the same dashboard with one fault. */
export function brokenDashboards(dashboard: object): ReadonlyMap<string, object> {
  const changes: Readonly<Record<string, (copy: Json) => unknown>> = {
    'no-schema-version': (copy) => delete copy.schemaVersion,
    'unknown-field': (copy) => Object.assign(copy, { tittle: 'x' }),
    'unknown-variable-type': (copy) => Object.assign(at(copy, 'templating', 'list', 0), { type: 'querry' }),
    'panel-without-type': (copy) => delete at(copy, 'panels', 0).type,
    'size-as-text': (copy) => Object.assign(at(copy, 'panels', 0, 'gridPos'), { w: '12' }),
    'unknown-legend-mode': (copy) => Object.assign(at(copy, 'panels', 0, 'options', 'legend'), { displayMode: 'rows' }),
    'unknown-option': (copy) => Object.assign(at(copy, 'panels', 0, 'options'), { tooltips: {} }),
    'unknown-threshold-mode': (copy) =>
      Object.assign(at(copy, 'panels', 0, 'fieldConfig', 'defaults', 'thresholds'), { mode: 'relative' }),
    'unknown-stacking': (copy) =>
      Object.assign(at(copy, 'panels', 0, 'fieldConfig', 'defaults', 'custom', 'stacking'), { mode: 'all' }),
    'query-without-expression': (copy) => delete at(copy, 'panels', 0, 'targets', 0).expr,
  };
  return new Map(
    Object.entries(changes).map(([name, change]) => {
      const copy = structuredClone(dashboard) as Json;
      change(copy);
      return [name, copy];
    }),
  );
}

function at(value: Json, ...path: readonly (string | number)[]): Json {
  return path.reduce<Json>((inner, key) => {
    const next = inner[key];
    if (typeof next !== 'object' || next === null) throw new Error(`the dashboard has no ${path.join('.')}`);
    return next as Json;
  }, value);
}
