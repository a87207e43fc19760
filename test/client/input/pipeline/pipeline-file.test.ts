import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePipeline, readPipelineFile } from '../../../../client/input/pipeline/pipeline-file';
import type { PipelineInput } from '../../../../client/input/pipeline/pipeline-input';
import { problemsOf } from '../problems-of';
import { BAD_PIPELINES } from './bad-pipelines';

const NOW = Date.parse('2026-11-25T12:00Z');
const parse = (source: string): PipelineInput => parsePipeline(source, 'pipeline.yaml', NOW);

const FULL = `
name: storefront
stack: storefront
services: [web, api]
stages:
  - name: qa
    from: dev
    environments: [qa]
    approvals: { count: 2, people: [jane, joe@example.com], distinctFromRequester: false, within: 2d, signed: true }
    soak: 10m
    freeze:
      - { name: weekend, timeZone: Europe/Berlin, days: [sat, sun], from: '00:00', to: '00:00' }
      - { name: nights, timeZone: Europe/Berlin, from: 22:00, to: 06:00 }
      - { name: holidays, timeZone: Europe/Berlin, from: 2026-12-24T12:00, to: 2027-01-02T08:00 }
  - name: demo
    environments: demo
    approvals: {}
  - name: prod
    environments: [prod-dmz1, prod-dmz2, prod-dmz3]
    canary: true
  - name: mirrors
    from: qa
    environments: [mirror-a, mirror-b]
    parallel: true
`;

describe('a pipeline file', () => {
  test('with everything in it', () => {
    expect(parse(FULL)).toEqual({
      name: 'storefront',
      stack: 'storefront',
      services: ['web', 'api'],
      stages: [
        {
          name: 'qa',
          from: 'dev',
          environments: ['qa'],
          order: 'sequence',
          approvals: {
            count: 2,
            people: ['jane', 'joe@example.com'],
            distinctFromRequester: false,
            expiresMillis: 2 * 86_400_000,
            signed: true,
          },
          soakMillis: 600_000,
          freeze: [
            { name: 'weekend', timeZone: 'Europe/Berlin', days: ['sat', 'sun'], from: '00:00', to: '00:00' },
            { name: 'nights', timeZone: 'Europe/Berlin', from: '22:00', to: '06:00' },
            { name: 'holidays', timeZone: 'Europe/Berlin', from: '2026-12-24T12:00', to: '2027-01-02T08:00' },
          ],
        },
        {
          name: 'demo',
          from: 'qa',
          environments: ['demo'],
          order: 'sequence',
          approvals: { count: 1, distinctFromRequester: true, expiresMillis: 86_400_000, signed: false },
          soakMillis: 0,
          freeze: [],
        },
        {
          name: 'prod',
          from: 'demo',
          environments: ['prod-dmz1', 'prod-dmz2', 'prod-dmz3'],
          order: 'canary',
          approvals: null,
          soakMillis: 0,
          freeze: [],
        },
        {
          name: 'mirrors',
          from: 'qa',
          environments: ['mirror-a', 'mirror-b'],
          order: 'parallel',
          approvals: null,
          soakMillis: 0,
          freeze: [],
        },
      ],
    } satisfies PipelineInput);
  });

  test('with as little as possible', () => {
    const { services, stages } = parse(
      'name: shop\nstack: shop\nstages: [{ name: qa, from: dev, environments: [qa] }]\n',
    );
    expect(services).toBeNull();
    expect(stages).toEqual([
      { name: 'qa', from: 'dev', environments: ['qa'], order: 'sequence', approvals: null, soakMillis: 0, freeze: [] },
    ]);
  });

  test('a stage takes its images from the first environment of the one before', () => {
    expect(parse(FULL).stages.map(({ from }) => from)).toEqual(['dev', 'qa', 'demo', 'qa']);
    const two = 'stages: [{ name: a, from: dev, environments: [x, y] }, { name: b, environments: [z] }]';
    expect(parse(`name: shop\nstack: shop\n${two}`).stages.map(({ from }) => from)).toEqual(['dev', 'x']);
  });

  test('is read where it is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'drover-pipeline-'));
    try {
      const path = join(folder, 'pipeline.yaml');
      writeFileSync(path, FULL);
      expect(readPipelineFile(path, NOW)).toEqual(parse(FULL));
      expect(problemsOf(() => readPipelineFile(join(folder, 'other.yaml'), NOW))).toEqual([
        {
          where: expect.stringMatching(/other\.yaml"?$/),
          text: 'there is no such file',
          fix: 'name the file that describes the pipeline',
        },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a bad pipeline file is refused with its lines, what was expected and what to do:', () => {
  test('the table holds 30 kinds at least, each one different', () => {
    expect(new Set(BAD_PIPELINES.map(({ yaml }) => yaml)).size).toBe(BAD_PIPELINES.length);
    expect(BAD_PIPELINES.length).toBeGreaterThanOrEqual(30);
  });

  test.each(BAD_PIPELINES)('$what', ({ yaml, problems }) => {
    const found = problemsOf(() => parse(yaml));
    expect(found.map(({ where, text, fix }) => `${where} | ${text} | ${fix}`)).toEqual(
      problems.map((words): unknown => expect.stringContaining(`pipeline.yaml${words}`)),
    );
    for (const { text, fix } of found) expect([text, fix].filter((words) => words.trim() === '')).toEqual([]);
  });

  test('more stages than one pipeline may have', () => {
    const flow = Array.from({ length: 51 }, (_, index) => `{ name: s${index}, from: dev, environments: [e${index}] }`);
    const found = problemsOf(() => parse(`name: shop\nstack: shop\nstages: [${flow.join(', ')}]\n`));
    expect(found.map(({ text }) => text)).toEqual(['stages: 51 are more than one pipeline may have']);
  });

  test('more environments than one stage may have', () => {
    const names = Array.from({ length: 51 }, (_, index) => `e${index}`).join(', ');
    const found = problemsOf(() =>
      parse(`name: shop\nstack: shop\nstages: [{ name: a, from: dev, environments: [${names}] }]\n`),
    );
    expect(found.map(({ text }) => text)).toEqual(['stages.0.environments: 51 are more than one stage may have']);
  });
});
