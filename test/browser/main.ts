import { stripVTControlCharacters } from 'node:util';
import type { Browser } from 'playwright-core';
import type { SceneName } from './scenes';
import { AFTER, BEFORE, imageOf, Scenes, SERVICES, STACK } from './scenes';
import { openBrowser, WorkflowPage } from './temporal-web';

// `npm run browser`: what people see of a deployment in Temporal Web, and what they do there.

interface Case {
  readonly title: string;
  readonly run: (scenes: Scenes, browser: Browser) => Promise<void>;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What each deployment's page tells, on its first tab and under _User Metadata_. */
const TELLS: Readonly<
  Record<SceneName, { readonly history: readonly (string | RegExp)[]; readonly metadata: readonly (string | RegExp)[] }>
> = {
  running: {
    history: [/resolveTarget •/, /postUpgrade •/, /wait .*Rancher to replace the containers/],
    metadata: ['waiting', 'upgrading', /cancel restores/, /release 42/],
  },
  held: {
    history: [/readService •/],
    metadata: ['confirming', 'upgraded', /confirm/, /held as asked/, /to be looked at first/],
  },
  parked: {
    history: [/rollBackUpgrade •/],
    metadata: ['parked', /403/, /drover retry prod storefront\/search/, /goes on where it stopped/],
  },
  failed: {
    history: [/rollBackUpgrade •/, /"rolled-back"/],
    metadata: ['rolled-back', /no progress for/, 'active'],
  },
};

const CASES: readonly Case[] = [
  ...(Object.keys(TELLS) as SceneName[]).map((scene): Case => ({
    title: `${scene}: its page tells what it does, what changes and what can be done`,
    run: async (scenes, browser) => {
      const one = await WorkflowPage.open(browser, await scenes.pageOf(scene));
      const title = await one.title;
      if (!title.endsWith(`/${STACK}/${SERVICES[scene]}`)) throw new Error(`the page is that of ${title}`);
      for (const text of TELLS[scene].history) await one.shows(text);
      await one.openMetadata();
      await one.shows(new RegExp(`${STACK}/${SERVICES[scene]} → ${imageOf(scene, AFTER)}`));
      for (const tag of [BEFORE, AFTER]) await one.shows(imageOf(scene, tag));
      for (const text of TELLS[scene].metadata) await one.shows(text);
      await one.page.close();
    },
  })),
  {
    title: 'the forms offer the four messages, as signals and as updates',
    run: async (scenes, browser) => {
      for (const kind of ['signal', 'update'] as const) {
        const one = await WorkflowPage.open(browser, await scenes.pageOf('held'));
        const offered = await one.offered(kind);
        for (const name of ['cancel', 'confirm', 'retry', 'rollback'])
          if (!offered.some((text) => text.trim().startsWith(name)))
            throw new Error(`as ${kind} there is no ${name}, but ${offered.join(', ')}`);
        await one.page.close();
      }
    },
  },
  {
    title: 'the signal `cancel`, sent with the form: the deployment ends as cancelled, and the page says who and why',
    run: async (scenes, browser) => {
      const one = await WorkflowPage.open(browser, await scenes.pageOf('running'));
      await one.openMetadata();
      await one.sendSignal('cancel', { by: 'jane', why: 'wrong tag' });
      const verdict = await scenes.verdict('running');
      if (verdict !== 'cancelled') throw new Error(`it ended as ${verdict}`);
      await one.page.goto(await scenes.pageOf('running'));
      await one.shows(/"cancelled"/);
      await one.openMetadata();
      await one.shows(/cancel by jane \(wrong tag\): restores the former configuration/);
      await one.page.close();
    },
  },
];

async function main(): Promise<number> {
  const browser = await openBrowser(say);
  let failed = 0;
  try {
    const scenes = await Scenes.start(say);
    try {
      await scenes.play();
      say(`Chromium ${browser.version()}; the deployments are where they are looked at`);
      for (const { title, run } of CASES) {
        const why = await run(scenes, browser).then(
          () => null,
          (error: unknown) => stripVTControlCharacters(error instanceof Error ? error.message : String(error)),
        );
        say(why === null ? `ok      ${title}` : `FAILED  ${title}\n    ${why.replaceAll('\n', '\n    ')}`);
        if (why !== null) failed += 1;
      }
    } finally {
      await scenes.close();
    }
  } finally {
    await browser.close();
  }
  say(`${CASES.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

void main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    say('0 passed, 1 failed');
    process.exitCode = 1;
  },
);
