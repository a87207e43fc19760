import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSummaryFiles, withSummaries } from '../../../client/cli/summary-files';
import { RefusedError } from '../../../client/errors/refused-error';
import type { JobSummary, SummaryMaker } from '../../../client/summary/job-summary';
import { NOT_OVER, standingOf } from '../../../client/summary/job-summary';
import { junitXml } from '../../../client/summary/junit-xml';
import { summaryMarkdown } from '../../../client/summary/markdown';
import { secretRedactor } from '../../../client/summary/redact-secrets';
import { SummaryOfDeployment } from '../../../client/summary/summary-of-deployment';
import { VERDICTS } from '../../../decision/verdict';
import type { Verdict } from '../../../decision/verdict';
import { deployment, progress, result, START } from '../support/samples';
import { parseXml } from './parse-xml';

const HOSTILE = `a</testcase>]]><b a="1" 'x'> & | \`code\` *b* _i_ [l](javascript:x) <script> @all https://evil.example #1 \u0000\u001b[31m\u202e\uffff`;
const plain = (text: string): string => text;

const SUMMARY: JobSummary = {
  what: 'release',
  title: `r1 ${HOSTILE}`,
  verdict: 'rolled-back',
  reason: HOSTILE,
  nextStep: HOSTILE,
  startedAt: START,
  endedAt: START + 12_500,
  facts: [
    ['Asked by', HOSTILE],
    ['In Temporal', 'https://temporal.example/namespaces/default/workflows/release%2Fr1'],
    ['In Rancher', `https://x/](y) ${HOSTILE}`],
  ],
  parts: [
    { name: `qa s/web ${HOSTILE}`, standing: 'failed', state: 'rolled-back', change: 'a:1 → a:2', reason: HOSTILE },
    { name: 'qa s/api', standing: 'skipped', state: 'left-alone', change: '', reason: '' },
    { name: 'qa s/db', standing: 'passed', state: 'succeeded', change: '', reason: '' },
    { name: 'qa s/mq', standing: 'error', state: 'upgrading', change: '', reason: '' },
  ],
  log: [{ at: START, level: 'error', text: HOSTILE }],
};

describe('JUnit XML', () => {
  it('is well formed whatever is in it, and says how many of what there are', () => {
    const root = parseXml(junitXml(SUMMARY, plain));
    expect([root.name, root.attributes]).toMatchObject([
      'testsuites',
      { tests: '5', failures: '2', errors: '1', skipped: '1', time: '12.500' },
    ]);
    const suite = root.children[0];
    const cases = suite?.children.filter(({ name }) => name === 'testcase') ?? [];
    expect(cases.map(({ children }) => children[0]?.name)).toEqual([
      ...['failure', 'failure', 'skipped', undefined, 'error'],
    ]);
    expect(cases[0]?.children[0]?.attributes['message']).toContain(`rolled-back: a</testcase>]]><b a="1" 'x'> & |`);
    expect(suite?.attributes['timestamp']).toBe('2026-11-23T19:00:00');
  });

  test.each(Object.keys(VERDICTS) as Verdict[])('%s looks no better than its exit code', (verdict) => {
    const root = parseXml(junitXml({ ...SUMMARY, verdict, parts: [] }, plain));
    const [failures, errors] = [root.attributes['failures'], root.attributes['errors']].map(Number);
    expect((failures ?? 0) + (errors ?? 0)).toBe(VERDICTS[verdict].exitCode === 0 ? 0 : 1);
    expect(standingOf(verdict) === 'passed').toBe(VERDICTS[verdict].exitCode === 0);
  });
});

describe('Markdown', () => {
  const text = summaryMarkdown(SUMMARY, plain);

  it('has nothing of Markdown or HTML in it that came from elsewhere', () => {
    const ours = /<(?:details|\/details|pre|\/pre)>|<summary>[^<]*<\/summary>|<https:\/\/temporal\.example[^>]*>/g;
    expect(text.replaceAll(ours, '')).not.toMatch(/[<>]/);
    const [before = ''] = text.split('<pre>');
    // Outside of the logbook each such sign is escaped, but for those of ours.
    expect(before).not.toMatch(/[^\\]`|[^\\]\[|https:\/\/(evil|x)|[^\\]@|\u202e|\u001b/);
    // A table keeps its cells.
    const rows = before.split('\n').filter((line) => /^\| (❌|⏭️|✅|⚠️)/u.test(line));
    expect(rows.map((line) => line.match(/(?<!\\)\|/g)?.length)).toEqual([6, 6, 6, 6]);
  });

  it('folds the logbook away as text', () => {
    const [, log = ''] = text.split('<pre>\n');
    expect(log).toMatch(/^2026-11-23T19:00:00Z ERROR a&lt;\/testcase&gt;/);
    expect(log.split('</pre>')[0]).not.toMatch(/\n\n/);
  });
});

describe('secrets', () => {
  it('of variables that are named like one, and in URLs, are in neither form', () => {
    const redact = secretRedactor({
      DEPLOY_TOKEN: 'canary-one<&>',
      RANCHER_SECRET_KEY: 'canary-two',
      DB_PASSWORD: 'short',
      bamboo_planKey: 'SHOP-WEB',
    });
    const reason = 'canary-one<&> and canary-two at http://jane:canary-three@h/x for SHOP-WEB, in short';
    const summary: JobSummary = {
      ...SUMMARY,
      reason,
      facts: [['Url', reason]],
      log: [{ ...SUMMARY.log[0], at: 1, level: 'info', text: reason }],
    };
    for (const text of [junitXml(summary, redact), summaryMarkdown(summary, redact)]) {
      expect(text).not.toMatch(/canary/);
      expect(text.replaceAll('\\', '')).toContain('[secret] and [secret] at http');
      expect(text.replaceAll('\\', '')).toContain('for SHOP-WEB, in short');
    }
  });
});

describe('the summary of a deployment', () => {
  it('is what was told of it', () => {
    const made = new SummaryOfDeployment('prod storefront/web', START);
    expect(made.summary(START + 1)).toMatchObject({ ...NOT_OVER, title: 'prod storefront/web' });
    made.render({ type: 'deployment', deployment });
    made.render({ type: 'progress', progress: progress({ rancherUrl: 'http://rancher/s' }) });
    made.render({ type: 'event', event: { at: START, level: 'info', phase: 'waiting', text: 'two of three' } });
    // Killed now, it says so.
    expect(made.summary(START + 1)).toMatchObject({ verdict: 'detached', log: [{ text: 'waiting: two of three' }] });
    made.render({ type: 'result', outcome: { verdict: 'succeeded', reason: 'ok', nextStep: '', result: result() } });
    const summary = made.summary(START + 99);
    expect(summary).toMatchObject({ verdict: 'succeeded', startedAt: START, endedAt: START + 13_000 });
    expect(Object.fromEntries(summary.facts)).toMatchObject({
      Image: 'example/web:1 → example/web:2',
      'Asked by': 'jane@host',
      'In Rancher': 'http://rancher/env/1a5/apps/stacks/1st2/services/1s7',
    });
  });
});

describe('the files', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'drover-summary-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const args = (...paths: string[]): Parameters<typeof readSummaryFiles>[0] => ({
    ...{ positionals: [], flags: new Set<string>() },
    values: new Map(paths.length === 0 ? [] : [['summary', paths]]),
  });
  const refusal = (...paths: string[]): string => {
    try {
      readSummaryFiles(args(...paths), {});
    } catch (error) {
      return String(error);
    }
    return 'taken';
  };

  it('that cannot be written, or have no form, are told before anything starts', () => {
    expect(refusal(join(folder, 'a.xml'), join(folder, 'b.MD'))).toBe('taken');
    expect(refusal(join(folder, 'a.html'))).toMatch(/neither \.xml \(JUnit\) nor \.md/);
    expect(refusal(join(folder, 'no', 'a.xml'))).toMatch(/there is no folder/);
    expect(refusal(join(folder, 'a.xml'), join(folder, '.', 'a.xml'))).toMatch(/named twice/);
    expect(refusal('')).toMatch(/neither/);
  });

  const maker = (): SummaryMaker & { verdict: Verdict } => ({
    verdict: 'detached',
    failed({ verdict }) {
      this.verdict = verdict;
    },
    summary() {
      return { ...SUMMARY, verdict: this.verdict };
    },
  });
  const err = { write: () => true } as unknown as NodeJS.WriteStream;

  it('are there from the beginning, as of something that is not over, in the place of an older build', async () => {
    const path = join(folder, 'a.xml');
    writeFileSync(path, 'green, from yesterday');
    const seen: string[] = [];
    await withSummaries(readSummaryFiles(args(path), {}), maker(), { env: {}, err }, () => {
      seen.push(readFileSync(path, 'utf8'));
      return Promise.resolve(5);
    });
    expect(seen[0]).toMatch(/<error type="detached"/);
  });

  it('are written where it fails, and the failure goes on', async () => {
    const path = join(folder, 'a.md');
    const work = withSummaries(readSummaryFiles(args(path), {}), maker(), { env: {}, err }, () =>
      Promise.reject(new RefusedError('busy', 'wait')),
    );
    await expect(work).rejects.toThrow('busy');
    expect(readFileSync(path, 'utf8')).toMatch(/: refused\n/);
  });

  it("are added to GitHub's, once, whatever it is called, and named by the variable too", async () => {
    const path = join(folder, 'step_summary_1');
    writeFileSync(path, '# of an earlier command\n');
    const env = { GITHUB_STEP_SUMMARY: path, DROVER_SUMMARY: `${path}, ${join(folder, 'b.xml')}` };
    const files = readSummaryFiles(args(), env);
    expect(await withSummaries(files, maker(), { env, err }, () => Promise.resolve(0))).toBe(0);
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(/^# of an earlier command\n### /);
    expect(text.match(/^### /gm)).toHaveLength(1);
    expect(readFileSync(join(folder, 'b.xml'), 'utf8')).toMatch(/^<\?xml/);
  });

  it('that went away meanwhile are a warning: the exit code is the verdict', async () => {
    const within = mkdtempSync(join(folder, 'in-'));
    const said: string[] = [];
    const stream = { write: (text: string) => said.push(text) > 0 } as unknown as NodeJS.WriteStream;
    const files = readSummaryFiles(args(join(within, 'a.xml')), {});
    const code = await withSummaries(files, maker(), { env: {}, err: stream }, () => {
      rmSync(within, { recursive: true });
      return Promise.resolve(3);
    });
    expect(code).toBe(3);
    expect(said.join('')).toMatch(/^drover: warning: --summary .*a\.xml could not be written/);
  });
});
