import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { loadConfig } from '../../shared/config/load-config.ts';
import { serving } from '../cli/serving.ts';
import { tidemark } from '../cli/tidemark.ts';

const DEPLOY = join(import.meta.dirname, '../../deploy');

const metadata = z.strictObject({ name: z.string(), labels: z.record(z.string(), z.string()) });
const secretKey = z.strictObject({ name: z.string(), key: z.string() });
const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string(), port: z.literal('http') }),
  periodSeconds: z.number(),
  timeoutSeconds: z.number(),
  failureThreshold: z.number().optional(),
});
const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()),
  env: z.array(z.strictObject({ name: z.string(), valueFrom: z.strictObject({ secretKeyRef: secretKey }) })),
  ports: z.tuple([z.strictObject({ name: z.literal('http'), containerPort: z.number() })]).optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  resources: z.strictObject({
    requests: z.strictObject({ cpu: z.string(), memory: z.string() }),
    limits: z.strictObject({ memory: z.string() }),
  }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(
    z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.literal(true).optional() }),
  ),
});
const volume = z.union([
  z.strictObject({ name: z.string(), configMap: z.strictObject({ name: z.string() }) }),
  z.strictObject({ name: z.string(), persistentVolumeClaim: z.strictObject({ claimName: z.string() }) }),
]);
const podSpec = z.strictObject({
  restartPolicy: z.literal('Never').optional(),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.number(),
    runAsGroup: z.number(),
    fsGroup: z.number(),
    seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
  }),
  automountServiceAccountToken: z.literal(false),
  containers: z.tuple([container]),
  volumes: z.array(volume),
});
const template = z.strictObject({
  metadata: metadata.pick({ labels: true }),
  spec: podSpec,
});
const configMap = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('ConfigMap'),
  metadata,
  data: z.strictObject({ 'tidemark.yaml': z.string() }),
});
const claim = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('PersistentVolumeClaim'),
  metadata,
  spec: z.strictObject({
    accessModes: z.tuple([z.literal('ReadWriteOnce')]),
    resources: z.strictObject({ requests: z.strictObject({ storage: z.string() }) }),
  }),
});
const cronJob = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('CronJob'),
  metadata,
  spec: z.strictObject({
    schedule: z.string().regex(/^(\S+ ){4}\S+$/),
    // Two audits at once would take turns with the history.
    concurrencyPolicy: z.literal('Forbid'),
    startingDeadlineSeconds: z.number(),
    successfulJobsHistoryLimit: z.number(),
    failedJobsHistoryLimit: z.number(),
    jobTemplate: z.strictObject({
      spec: z.strictObject({ backoffLimit: z.literal(0), activeDeadlineSeconds: z.number().max(60), template }),
    }),
  }),
});
const deployment = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata,
  spec: z.strictObject({
    replicas: z.literal(1),
    strategy: z.strictObject({ type: z.literal('Recreate') }),
    selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
    template,
  }),
});

const service = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata,
  spec: z.strictObject({
    selector: z.record(z.string(), z.string()),
    ports: z.tuple([z.strictObject({ name: z.literal('http'), port: z.number(), targetPort: z.literal('http') })]),
  }),
});

function manifests(name: string): unknown[] {
  const documents = parseAllDocuments(readFileSync(join(DEPLOY, 'kubernetes', name), 'utf8'), { strict: true });
  return documents.map((document) => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    return document.toJS();
  });
}

const [map, pvc] = z.tuple([configMap, claim]).parse(manifests('configuration.yaml'));
const [cron] = z.tuple([cronJob]).parse(manifests('cronjob.yaml'));
const [watching] = z.tuple([deployment]).parse(manifests('deployment.yaml'));
const [server, served] = z.tuple([deployment, service]).parse(manifests('server.yaml'));
const auditing = { cronjob: cron.spec.jobTemplate.spec.template, deployment: watching.spec.template };
const pods = { ...auditing, server: server.spec.template };
const recipe = readFileSync(join(DEPLOY, 'Containerfile'), 'utf8');

describe('Kubernetes', () => {
  let folder: string;
  let config: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-deploy-'));
    config = join(folder, 'tidemark.yaml');
    // The same configuration, of clusters that refuse.
    writeFileSync(config, map.data['tidemark.yaml'].replaceAll(/kafka\.\w+\.example\.com:9094/g, '127.0.0.1:1'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('every manifest is looked at here', () => {
    const names = readdirSync(join(DEPLOY, 'kubernetes')).sort();
    expect(names).toEqual(['configuration.yaml', 'cronjob.yaml', 'deployment.yaml', 'server.yaml']);
  });

  test('the Deployments and the Service select their own pods, and no others', () => {
    const selecting = [
      [watching.spec.selector.matchLabels, pods.deployment],
      [server.spec.selector.matchLabels, pods.server],
      [served.spec.selector, pods.server],
    ] as const;
    for (const [labels, own] of selecting) {
      const selected = Object.values(pods).filter((pod) =>
        Object.entries(labels).every(([name, value]) => pod.metadata.labels[name] === value),
      );
      expect(selected).toEqual([own]);
    }
  });

  test.each(Object.entries(pods))('the pod of the %s has what it mounts, as the user of the image', (_, { spec }) => {
    const [{ volumeMounts }] = spec.containers;
    expect(volumeMounts.map(({ name }) => name).sort()).toEqual(spec.volumes.map(({ name }) => name).sort());
    const wanted = spec.volumes.map((one) =>
      'configMap' in one ? one.configMap.name : one.persistentVolumeClaim.claimName,
    );
    expect(wanted.sort()).toEqual([map.metadata.name, pvc.metadata.name].sort());
    const { runAsUser, runAsGroup, fsGroup } = spec.securityContext;
    expect(recipe).toContain(`\nUSER ${runAsUser}:${runAsGroup}\n`);
    expect(fsGroup).toBe(runAsGroup);
    const [, history = ''] = /TIDEMARK_HISTORY=(\S+)/.exec(recipe) ?? [];
    expect(volumeMounts.map(({ mountPath }) => mountPath)).toContain(history.slice(0, history.lastIndexOf('/')));
  });

  test.each(Object.entries(auditing))('the %s runs a command that accepts its configuration', async (_, { spec }) => {
    const [{ args, env }] = spec.containers;
    const passwords = Object.fromEntries(env.map(({ name }) => [name, 'secret']));
    // Every secret that the configuration names, and no other.
    await expect(loadedWith(passwords)).resolves.toBeDefined();
    for (const name of Object.keys(passwords)) await expect(loadedWith({ ...passwords, [name]: '' })).rejects.toThrow();
    const words = args.map((word) => word.replace('/etc/tidemark/tidemark.yaml', config));
    expect(words).not.toEqual(args);
    const once = args[0] === 'watch' ? ['--count', '1'] : [];
    const ran = await tidemark([...words, ...once], { environment: passwords });
    expect({ code: ran.code, refused: (ran.stdout + ran.stderr).includes('nothing listens') }).toEqual({
      code: 3,
      refused: true,
    });
  });

  test('the server asks for its token, answers its probes without it, and listens where they ask', async () => {
    const [{ args, env, ports, readinessProbe, livenessProbe }] = pods.server.spec.containers;
    expect(args).toEqual([
      'serve',
      '--config',
      '/etc/tidemark/tidemark.yaml',
      '--listen',
      `0.0.0.0:${ports?.[0].containerPort}`,
    ]);
    const token = 'a-token-of-the-Secret';
    const environment = Object.fromEntries(
      env.map(({ name }) => [name, name === 'TIDEMARK_SERVE_TOKEN' ? token : 'secret']),
    );
    const { url, stop } = await serving(['--config', config], { environment });
    try {
      for (const one of [readinessProbe, livenessProbe]) {
        expect((await fetch(`${url}${one?.httpGet.path}`)).status).toBe(200);
      }
      expect((await fetch(`${url}/metrics`)).status).toBe(401);
      expect((await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).status).not.toBe(401);
    } finally {
      await stop();
    }
    // The environment has the token, and the passwords of the other manifests.
    const passwords = env.filter(({ name }) => name !== 'TIDEMARK_SERVE_TOKEN');
    expect(passwords).toEqual(pods.deployment.spec.containers[0].env);
    expect(env.length).toBe(passwords.length + 1);
  });

  const loadedWith = async (environment: Readonly<Record<string, string>>) =>
    loadConfig({ kind: 'tidemark-yaml', file: config }, environment);
});

describe('the image recipe', () => {
  const steps = recipe
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .trim()
    .split('\n')
    .map((line) => /^([A-Z]+) (.*)$/.exec(line)?.slice(1) ?? ['?', line]);
  const value = (name: string) => steps.filter(([step]) => step === name).map(([, text]) => text);

  test('installs the package that npm pack makes, without network, and runs it as a user without rights', () => {
    expect(steps.map(([step]) => step)).toEqual([
      'FROM',
      'COPY',
      'RUN',
      'ENV',
      'VOLUME',
      'USER',
      'WORKDIR',
      'ENTRYPOINT',
      'CMD',
    ]);
    expect(value('COPY')).toEqual(['tidemark-*.tgz /tmp/tidemark.tgz']);
    expect(value('RUN')[0]).toMatch(/^npm install --global --offline .*\/tmp\/tidemark\.tgz &&/);
    expect(value('ENTRYPOINT')).toEqual(['["tidemark"]']);
  });

  test('has a Node that runs the package', () => {
    expect(value('FROM')).toEqual([expect.stringMatching(/^node:24-[a-z]+-slim$/)]);
  });
});
