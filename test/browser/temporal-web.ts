import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { prepareChromium } from './prepare-chromium';

const LIMIT_MILLIS = 20_000;
const STEP_MILLIS = 10_000;
const ATTEMPTS = 5;

/** Starts Chromium, without a window. */
export async function openBrowser(onStep: (line: string) => void): Promise<Browser> {
  const executablePath = await prepareChromium(process.env, onStep);
  // Its sandbox does not start as root; nothing but our own pages is opened.
  return chromium.launch({
    executablePath,
    args: ['--disable-lcd-text', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}

/** The page of one workflow in Temporal Web. */
export class WorkflowPage {
  private constructor(readonly page: Page) {}

  static async open(browser: Browser, url: string, viewport = { width: 1280, height: 900 }): Promise<WorkflowPage> {
    const page = await browser.newPage({ viewport });
    page.setDefaultTimeout(LIMIT_MILLIS);
    await page.goto(url);
    await page.getByTestId('workflow-id-heading').waitFor();
    return new WorkflowPage(page);
  }

  get title(): Promise<string> {
    return this.page.getByTestId('workflow-id-heading').innerText();
  }

  /** Waits until the page shows a text, in itself or in one of its frames, in which it shows what is written as Markdown. */
  async shows(text: string | RegExp): Promise<void> {
    const deadline = Date.now() + LIMIT_MILLIS;
    while (!(await this.#isShown(text))) {
      if (Date.now() >= deadline) throw new Error(`the page does not show ${String(text)}`);
      await delay(100);
    }
  }

  async #isShown(text: string | RegExp): Promise<boolean> {
    for (const frame of this.page.frames()) {
      // A frame may be on its way out.
      const found = await frame
        .getByText(text)
        .filter({ visible: true })
        .count()
        .catch(() => 0);
      if (found > 0) return true;
    }
    return false;
  }

  /** The tab with the summary and the current details. */
  async openMetadata(): Promise<void> {
    await this.page.getByTestId('user-metadata-tab').click();
    await this.page.getByTestId('user-metadata-summary-heading').first().waitFor();
  }

  /** _More Actions → Send a Signal_, with JSON as its data. */
  async sendSignal(name: string, data: object): Promise<void> {
    const form = await this.#openForm('signal');
    await form.getByTestId('signal-select-button').click();
    await form
      .getByRole('option', { name: new RegExp(`^\\s*${name}\\b`) })
      .first()
      .click();
    // As it lays it out itself when it is left: the button would move from under the click.
    await form.locator('.cm-content').fill(JSON.stringify(data, null, 2));
    await form.getByTestId('confirm-modal-button').click();
    await form.waitFor({ state: 'hidden' });
  }

  /** What the form offers. */
  async offered(kind: 'signal' | 'update'): Promise<string[]> {
    const form = await this.#openForm(kind);
    await form.getByTestId(`${kind}-select-button`).click();
    await form.getByRole('option').first().waitFor();
    return form.getByRole('option').allInnerTexts();
  }

  /** Each form is in the page twice, for narrow windows and for wide ones. A page that gets news draws its menu anew. */
  async #openForm(kind: 'signal' | 'update'): Promise<Locator> {
    const form = this.page.getByTestId(`${kind}-confirmation-modal`).filter({ visible: true });
    for (let attempt = 1; ; attempt += 1) {
      try {
        const menu = this.page.getByRole('button', { name: 'More Actions' }).filter({ visible: true });
        const item = this.page.getByTestId(`${kind}-button`).filter({ visible: true });
        await menu.click({ timeout: STEP_MILLIS });
        await item.click({ timeout: STEP_MILLIS });
        await form.waitFor({ timeout: STEP_MILLIS });
        return form;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }
}
