import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { ROOT } from '../support/root';
import type { SceneName } from './scenes';
import { Scenes, SERVICES, STACK } from './scenes';
import { smallPng } from './small-png';
import { openBrowser, WorkflowPage } from './temporal-web';
import { terminalPage } from './terminal-page';

// `npm run screenshots`: the pictures in `docs/images/`, of the same deployments that `npm run browser` looks at.

const FOLDER = join(ROOT, 'docs', 'images');
const MOST_BYTES = 150_000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Picture {
  readonly file: string;
  readonly take: (scenes: Scenes, browser: Browser) => Promise<Buffer>;
}

/** The page as it is, and no longer. */
async function closing(page: Page, clip?: { x: number; y: number; width: number; height: number }): Promise<Buffer> {
  const png = await page.screenshot(clip === undefined ? { fullPage: false } : { clip, fullPage: true });
  await page.close();
  return png;
}

const metadata =
  (scene: SceneName, height: number): Picture['take'] =>
  async (scenes, browser) => {
    const one = await WorkflowPage.open(browser, await scenes.pageOf(scene), { width: 1280, height });
    await one.openMetadata();
    await one.shows(new RegExp(`${STACK}/${SERVICES[scene]} → `));
    await one.shows(/asked for/);
    return closing(one.page);
  };

const terminal =
  (...args: readonly string[]): Picture['take'] =>
  async (scenes, browser) => {
    const { stdout, stderr } = await scenes.drover(...args);
    const page = await browser.newPage({ viewport: { width: 1400, height: 400 } });
    await page.setContent(terminalPage(`drover ${args.join(' ')}`, `${stdout}${stderr}`.trimEnd()));
    const { width = 0, height = 0 } = (await page.locator('pre').boundingBox()) ?? {};
    return closing(page, { x: 0, y: 0, width, height });
  };

const PICTURES: readonly Picture[] = [
  { file: 'web-running.png', take: metadata('running', 900) },
  { file: 'web-held.png', take: metadata('held', 900) },
  { file: 'web-failed.png', take: metadata('failed', 1000) },
  {
    file: 'web-history.png',
    take: async (scenes, browser) => {
      const one = await WorkflowPage.open(browser, await scenes.pageOf('failed'), { width: 1280, height: 1090 });
      await one.shows(/postUpgrade •/);
      return closing(one.page);
    },
  },
  { file: 'terminal-list.png', take: terminal('list') },
  { file: 'terminal-status.png', take: terminal('status', 'prod', `${STACK}/${SERVICES.parked}`) },
  { file: 'terminal-timeline.png', take: terminal('timeline', 'qa', `${STACK}/${SERVICES.failed}`) },
  {
    file: 'report.png',
    take: async (scenes, browser) => {
      const ended = await scenes.command('report', 'failed', '--html', 'report.html');
      if (ended.code !== 0) throw new Error(`there is no report: ${ended.stderr}`);
      const page = await browser.newPage({ viewport: { width: 1000, height: 1300 } });
      await page.goto(pathToFileURL(join(scenes.stack.folder, 'report.html')).href);
      return closing(page);
    },
  },
  { file: 'terminal-why.png', take: terminal('why', 'qa', `${STACK}/${SERVICES.failed}`) },
];

async function main(): Promise<void> {
  const browser = await openBrowser(say);
  const scenes = await Scenes.start(say);
  try {
    await scenes.play();
    mkdirSync(FOLDER, { recursive: true });
    for (const { file, take } of PICTURES) {
      const png = smallPng(await take(scenes, browser));
      if (png.length > MOST_BYTES) throw new Error(`${file} is too large for a repository: ${png.length} bytes`);
      writeFileSync(join(FOLDER, file), png);
      say(`docs/images/${file}: ${Math.ceil(png.length / 1000)} kB`);
    }
  } finally {
    await scenes.close();
    await browser.close();
  }
}

void main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
