import type { TidemarkConfig } from '../../../shared/config/tidemark-config.ts';
import type { DoctorReport } from '../../../shared/doctor/check.ts';
import { json } from '../../../shared/text/json.ts';
import { permissionCommands } from './permission-commands.ts';

/** The doctor's report as `tidemark.doctor/1`: checks, and by cluster the permissions with the commands that grant them. */
export function* renderDoctorJson(report: DoctorReport, config: TidemarkConfig): Generator<string> {
  const permissions = [...report.permissions].map(([cluster, needed]) => {
    const connection = config.clusters.get(cluster);
    return { cluster, needed, commands: connection === undefined ? [] : permissionCommands(connection, needed) };
  });
  const checks = report.checks.map(({ remedy, ...check }) => (remedy === null ? check : { ...check, remedy }));
  yield `${json({ schema: 'tidemark.doctor/1', checks, permissions }, 1)}\n`;
}
