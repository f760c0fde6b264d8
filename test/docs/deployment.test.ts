import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { settingsSchema } from '../../infra/settings.ts';

function shown(value: unknown): string {
  const none = value === undefined || (typeof value === 'object' && Object.keys(Object(value)).length === 0);
  return none ? 'none' : String(value);
}

test('docs/deployment.md has every key of the settings, in order, and its default', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/deployment.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([\w.]+)` \| `?([^|`]+)`? \|/gm)].map(([, key, value]) => [key, value?.trim()]);
  const given = { deployment: { name: 'required' }, configFolder: 'required' };
  const defaults = settingsSchema.parse(given);
  const { failover = {} } = settingsSchema.parse({ ...given, failover: {} });
  const wanted = Object.keys(settingsSchema.shape).flatMap((key) => {
    if (key === 'deployment') return [['deployment.name', defaults.deployment.name]];
    const within = key === 'failover' ? Object.keys(settingsSchema.shape.failover.unwrap().shape) : [];
    return [
      [key, shown(Reflect.get(defaults, key))],
      ...within.map((name) => [`failover.${name}`, shown(Reflect.get(failover, name))]),
    ];
  });
  expect(rows).toEqual(wanted);
});
