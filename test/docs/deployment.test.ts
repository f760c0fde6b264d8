import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { settingsSchema } from '../../infra/settings.ts';

test('docs/deployment.md has every key of the settings, in order, and its default', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/deployment.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([\w.]+)` \| `?([^|`]+)`? \|/gm)].map(([, key, value]) => [key, value?.trim()]);
  const defaults = settingsSchema.parse({ deployment: { name: 'required' }, configFolder: 'required' });
  const wanted = Object.keys(settingsSchema.shape).map((key) => {
    if (key === 'deployment') return ['deployment.name', defaults.deployment.name];
    const value: unknown = Reflect.get(defaults, key);
    const none = value === undefined || (typeof value === 'object' && Object.keys(Object(value)).length === 0);
    return [key, none ? 'none' : String(value)];
  });
  expect(rows).toEqual(wanted);
});
