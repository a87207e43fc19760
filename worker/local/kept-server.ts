import type { DevServer } from '../temporal-server/start-dev-server';
import { startDevServer } from '../temporal-server/start-dev-server';
import type { StateFolder } from './state-folder';

/** Ends of the server that are made good; more of them are a fault that lasts. */
const RESTARTS = 3;

/** A dev server on a state folder's file; where it ends by itself it is started again on the same ports. */
export class KeptServer {
  #server: DevServer;
  #isClosing = false;
  #restarts = 0;
  #watching: Promise<void>;

  private constructor(
    private readonly executable: string,
    private readonly folder: StateFolder,
    server: DevServer,
    private readonly searchAttributes: readonly string[],
    private readonly say: (line: string) => void,
    private readonly onGone: (why: string) => void,
  ) {
    this.#server = server;
    this.#watching = this.#watch();
  }

  /** @param onGone told once, where it cannot be had back */
  static async start(
    executable: string,
    folder: StateFolder,
    searchAttributes: readonly string[],
    say: (line: string) => void,
    onGone: (why: string) => void,
  ): Promise<KeptServer> {
    const { database, serverLog } = folder;
    const server = await startDevServer(executable, { dbFilename: database, logFile: serverLog, searchAttributes });
    return new KeptServer(executable, folder, server, searchAttributes, say, onGone);
  }

  get address(): string {
    return this.#server.address;
  }

  get webUrl(): string {
    return this.#server.uiUrl;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#server.stop();
    await this.#watching;
    // One that was being started meanwhile.
    await this.#server.stop();
  }

  async #watch(): Promise<void> {
    for (;;) {
      const { code, signal } = await this.#server.exited;
      if (this.#isClosing) return;
      const how = signal === null ? `exit code ${String(code)}` : signal;
      const again = await this.#startAgain();
      if (this.#isClosing) return;
      if (again !== undefined) return this.onGone(`Temporal's server ended (${how}), and ${again}`);
      this.say(`local: Temporal's server had ended (${how}); it was started again, and the deployment goes on`);
    }
  }

  /** @returns why not */
  async #startAgain(): Promise<string | undefined> {
    this.#restarts += 1;
    if (this.#restarts > RESTARTS)
      return `has done so ${String(this.#restarts)} times now; see ${this.folder.serverLog}`;
    const [port, uiPort] = [this.#server.address, this.#server.uiUrl].map((text) => Number(/:(\d+)$/.exec(text)?.[1]));
    try {
      this.#server = await startDevServer(this.executable, {
        dbFilename: this.folder.database,
        logFile: this.folder.serverLog,
        searchAttributes: this.searchAttributes,
        ...(port === undefined ? {} : { port }),
        ...(uiPort === undefined ? {} : { uiPort }),
      });
      return undefined;
    } catch (error) {
      return `could not be started again: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
