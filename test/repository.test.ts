import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { markdownLinks } from './markdown.ts';

const root = join(import.meta.dirname, '..');
const folders = '{.github,bench,bin,build,cli,deploy,docs,functions,infra,lab,shared,test}';
const markdown = globSync(['*.md', `${folders}/**/*.md`], { cwd: root });
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const links = new Map(markdown.map((file) => [file, markdownLinks(text(file))]));

function parsedYaml(file: string): unknown {
  const document = parseDocument(text(file));
  expect(document.errors).toEqual([]);
  return document.toJS();
}

test('every link in every Markdown file leads to a file that is there, and to a heading that it has', () => {
  const broken: string[] = [];
  for (const [file, { targets }] of links) {
    for (const target of targets) {
      const [path = '', anchor] = decodeURI(target).split('#');
      const there = path === '' ? file : normalize(join(dirname(file), path));
      const anchors = links.get(there)?.anchors;
      if (!existsSync(join(root, there)) || (anchor !== undefined && anchors?.has(anchor) !== true))
        broken.push(`${file}: ${target}`);
    }
  }
  expect(broken).toEqual([]);
  expect([...links.values()].flatMap(({ targets }) => targets).length).toBeGreaterThan(30);
});

test('every file or folder that Markdown names by its path from the root is there', () => {
  const named = /`((?:\.ci|\.github|bench|bin|build|cli|deploy|docs|functions|infra|lab|shared|test)\/[\w./-]+)`/g;
  const gone = [...links.keys()].flatMap((file) =>
    [...text(file).matchAll(named)]
      .map(([, path = '']) => path)
      .filter((path) => !existsSync(join(root, path)))
      .map((path) => `${file}: ${path}`),
  );
  expect(gone).toEqual([]);
});

test('the changelog begins with the version of package.json', () => {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(text('package.json')));
  const [newest] = [...text('CHANGELOG.md').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  expect(newest).toMatch(new RegExp(`^\\[${version.replaceAll('.', '\\.')}\\] - (?:unreleased|\\d{4}-\\d\\d-\\d\\d)$`));
});

describe('.github', () => {
  const step = z.object({ uses: z.string().optional(), run: z.string().optional() });
  const workflow = z.object({
    permissions: z.record(z.string(), z.literal('read')),
    concurrency: z.object({ group: z.string() }),
    jobs: z.record(z.string(), z.object({ 'timeout-minutes': z.number(), steps: z.array(step) })),
  });

  test('the workflow runs .ci/run and nothing else, may only read, and pins the majors of its actions', () => {
    const { jobs } = workflow.parse(parsedYaml('.github/workflows/ci.yml'));
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    expect(steps.flatMap(({ run }) => run ?? [])).toEqual(['.ci/run']);
    for (const { uses } of steps) expect(uses ?? 'actions/none@v1').toMatch(/^actions\/[\w-]+@v\d+$/);
    // Whoever runs it may execute it.
    expect(statSync(join(root, '.ci/run')).mode & 0o111).toBe(0o111);
  });

  test.each(['bug', 'wrong-number', 'feature'])('the issue form %s is one', (name) => {
    const field = z.object({
      type: z.string(),
      id: z.string().optional(),
      attributes: z.record(z.string(), z.unknown()),
    });
    const form = z.object({ name: z.string(), description: z.string(), body: z.array(field) });
    const { body } = form.parse(parsedYaml(`.github/ISSUE_TEMPLATE/${name}.yml`));
    const ids = body.flatMap(({ type, id }) => (type === 'markdown' ? [] : (id ?? 'no id')));
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain('no id');
  });
});
