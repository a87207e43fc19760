import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../support/root';
import type { Stage } from './dockerfile';
import { parseDockerfile, said } from './dockerfile';

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const { args, stages } = parseDockerfile(read('Dockerfile'));
const stage = (name: string | null): Stage => {
  const found = stages.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the Dockerfile has no stage ${name ?? 'without a name'}`);
  return found;
};
const image = stage(null);
const labels = Object.fromEntries(
  [
    ...said(image, 'LABEL')
      .join(' ')
      .matchAll(/([\w.]+)="([^"]*)"/g),
  ].map(([, key = '', value = '']) => [key, value]),
);

test('every stage is of one slim Debian with a Node that will do, which can be given by its digest', () => {
  const [, major = ''] = /^node:(\d+)-bookworm-slim$/.exec(args.NODE_IMAGE ?? '') ?? [];
  const { engines } = z.object({ engines: z.object({ node: z.string() }) }).parse(JSON.parse(read('package.json')));
  expect(Number(major)).toBeGreaterThanOrEqual(Number(/^>=(\d+)/.exec(engines.node)?.[1]));
  expect(stages.map(({ base }) => base)).toEqual(['${NODE_IMAGE}', '${NODE_IMAGE}', '${NODE_IMAGE}']);
  expect(stages.at(-1)).toBe(image);
});

test('nothing of the build goes along but what runs', () => {
  expect(said(image, 'COPY')).toEqual([
    'package.json package-lock.json LICENSE ./',
    '--from=packages /app/node_modules ./node_modules',
    '--from=build /app/dist ./dist',
  ]);
  expect(said(stage('packages'), 'RUN')[0]).toBe('npm ci --omit=dev --no-audit --no-fund');
});

test('it does not run as root, and its user has a number', () => {
  expect(said(image, 'USER')).toEqual(['1000:1000']);
  const last = image.instructions.findLastIndex(({ name }) => name === 'RUN');
  expect(image.instructions.findIndex(({ name }) => name === 'USER')).toBeGreaterThan(last);
});

test('it says what it is by the names of the Open Container Initiative', () => {
  const { description, license } = z
    .object({ description: z.string(), license: z.string() })
    .parse(JSON.parse(read('package.json')));
  expect(labels).toMatchObject({
    'org.opencontainers.image.title': 'drover',
    'org.opencontainers.image.licenses': license,
    'org.opencontainers.image.version': '${VERSION}',
    'org.opencontainers.image.revision': '${REVISION}',
  });
  expect(description).toContain(labels['org.opencontainers.image.description']?.split(',')[0]);
  const given = said(image, 'ARG').map((text) => text.split('=')[0]);
  for (const [, name] of said(image, 'LABEL')
    .join()
    .matchAll(/\$\{(\w+)\}/g))
    expect(given).toContain(name);
});

test('the build finds all that it is made from, and nothing else gets near it', () => {
  const lines = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const [first, ...admitted] = lines;
  expect(first).toBe('*');
  const { include } = z.object({ include: z.array(z.string()) }).parse(JSON.parse(read('tsconfig.build.json')));
  const needed = [...include, 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'LICENSE'];
  expect(admitted.sort()).toEqual(needed.map((name) => `!${name}`).sort());
});
