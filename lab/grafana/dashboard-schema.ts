import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const NPM_FLAGS = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock', '--legacy-peer-deps'];

/**
 * Grafana's types leave open what belongs to the plugin of a panel and to its data source. A panel here is a graph over time
 * with queries to Prometheus, so an unknown field of those is an error too. `Written`: a file has the values of enums.
 */
const typesOf = (dashboard: string, graph: string) => `import type * as dashboard from '${dashboard}';
import type * as graph from '${graph}';

type Written<T> = T extends string ? \`\${T}\` : T extends object ? { [K in keyof T]: Written<T[K]> } : T;
interface Target { refId: string; datasource?: dashboard.DataSourceRef; expr: string; legendFormat?: string }
interface Panel extends Omit<dashboard.Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> {
  type: 'timeseries';
  options: graph.Options;
  fieldConfig: Omit<dashboard.FieldConfigSource, 'defaults'> & {
    defaults: Omit<dashboard.FieldConfig, 'custom'> & { custom: graph.FieldConfig };
  };
  targets: Target[];
}
export type Dashboard = Written<Omit<dashboard.Dashboard, 'panels'> & { panels: Panel[] }>;
`;

/** Where the package has the types of dashboards and of graphs, since 12 and before. */
const PLACES = [
  ['dist/types/raw/dashboard/x/types.gen', 'dist/types/raw/composable/timeseries/panelcfg/x/types.gen'],
  [
    'dist/esm/raw/dashboard/x/dashboard_types.gen',
    'dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen',
  ],
] as const;

const OPTIONS = {
  compilerOptions: { module: 'esnext', moduleResolution: 'bundler', strict: true, noEmit: true, types: [] },
  include: ['*.ts'],
};

/** The schema of dashboards that Grafana publishes for its own code, of one of its releases, as types. */
export class DashboardSchema {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Installs it in a folder of its own. */
  static async install(version: string, parent: string): Promise<DashboardSchema> {
    const folder = join(parent, version);
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    await run('npm', ['install', ...NPM_FLAGS, `@grafana/schema@${version}`], { cwd: folder });
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(OPTIONS));
    const inPackage = (path: string) => `./node_modules/@grafana/schema/${path}`;
    const place = PLACES.find((paths) => paths.every((path) => existsSync(join(folder, `${inPackage(path)}.d.ts`))));
    if (place === undefined) throw new Error(`@grafana/schema ${version} has its types elsewhere: add where to PLACES`);
    writeFileSync(join(folder, 'types.ts'), typesOf(inPackage(place[0]), inPackage(place[1])));
    return new DashboardSchema(folder);
  }

  /** What is wrong with each of the dashboards, by name; nothing of those that are right. */
  async faults(dashboards: ReadonlyMap<string, object>): Promise<ReadonlyMap<string, readonly string[]>> {
    for (const [name, content] of dashboards) {
      const text = `import type { Dashboard } from './types.ts';\nexport const one: Dashboard = ${JSON.stringify(content, null, 1)};\n`;
      writeFileSync(join(this.#folder, `${name}.ts`), text);
    }
    const output = await run(process.execPath, [TSC, '--pretty', 'false', '--allowImportingTsExtensions'], {
      cwd: this.#folder,
    }).then(
      () => '',
      (error: { readonly stdout?: string; readonly message: string }) => error.stdout || error.message,
    );
    const found = new Map<string, string[]>([...dashboards.keys()].map((name) => [name, []]));
    for (const line of output.split('\n').filter((one) => /\S/.test(one) && !one.startsWith(' '))) {
      const [, name = '', fault = ''] = /^([\w-]+)\.ts(.*)$/.exec(line) ?? [];
      const faults = found.get(name);
      // What is wrong in the schema itself, or with the compiler, is no answer.
      if (faults === undefined) throw new Error(`the schema cannot be used: ${line}`);
      faults.push(fault);
    }
    return found;
  }
}
