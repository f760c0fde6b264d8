import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prometheusFiles } from './files.ts';

/** `npm run prometheus:update`: writes the alerts and the dashboard of deploy/prometheus/. A test compares them. */
for (const [name, content] of Object.entries(prometheusFiles())) {
  writeFileSync(join(import.meta.dirname, '../../deploy/prometheus', name), content);
}
