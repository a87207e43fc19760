import { createServer, connect } from 'node:net';
import type { Server, Socket } from 'node:net';

/** An action that passes the front on its way to Rancher. */
export interface PassingAction {
  /** Id of the service, such as `1s2`. */
  readonly service: string;
  /** Such as `upgrade`. */
  readonly action: string;
  /** When its first byte came, milliseconds since the epoch. */
  readonly seenAt: number;
  /** The port from which the worker sent it. */
  readonly port: number;
  /** HTTP status of the answer; null where there was none (yet). */
  status: number | null;
}

/** What is done when an action passes; while it runs the bytes are held back, as a slow network would. */
export interface Interception {
  readonly service: string;
  readonly action: string;
  /** `sent`: the request is at the front, and not yet at Rancher. `answered`: Rancher has answered, and the worker does not know yet. */
  readonly moment: 'sent' | 'answered';
  readonly run: (passing: PassingAction) => Promise<void>;
}

/**
 * A TCP front on loopback between the workers and the simulated Rancher. It changes nothing that passes; it only sees actions (each has
 * a connection of its own) and can hold them back at a chosen moment. What was sent reaches Rancher even if its sender is gone.
 */
export class RancherFront {
  /** Every action that was seen, in the order in which they came. */
  readonly passed: PassingAction[] = [];
  readonly #interceptions = new Set<Interception>();
  readonly #lookups = new Map<string, () => Promise<void>>();
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;

  private constructor(
    private readonly behind: { readonly host: string; readonly port: number },
    private port: number,
  ) {}

  static async start(rancherUrl: string): Promise<RancherFront> {
    const { hostname: host, port } = new URL(rancherUrl);
    const front = new RancherFront({ host, port: Number(port) }, 0);
    await front.open();
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Meets one action, once; the answer takes it back. */
  intercept(interception: Interception): () => void {
    this.#interceptions.add(interception);
    return () => void this.#interceptions.delete(interception);
  }

  /** Holds the next lookup of a stack (in Rancher's sense) back while something is done, once; the answer takes it back. */
  interceptLookup(stack: string, run: () => Promise<void>): () => void {
    this.#lookups.set(stack, run);
    return () => void this.#lookups.delete(stack);
  }

  /** Listens; always on the same port. */
  async open(): Promise<void> {
    const server = createServer((socket) => this.#take(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.port = address.port;
  }

  /** Cuts every connection and refuses new ones, as a machine does whose server was killed. */
  async shut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #take(worker: Socket): void {
    const rancher = connect(this.behind.port, this.behind.host);
    this.#keep(worker);
    this.#keep(rancher);
    let passing: PassingAction | null = null;
    let toRancher: Promise<void> = Promise.resolve();
    let toWorker: Promise<void> = Promise.resolve();
    worker.on('data', (bytes) => {
      const first = passing === null ? actionIn(bytes, worker.remotePort ?? 0) : null;
      if (first !== null) {
        passing = first;
        this.passed.push(first);
        const hold = this.#interception(first, 'sent');
        if (hold !== null) toRancher = toRancher.then(() => hold.run(first)).catch(() => undefined);
      }
      const lookup = this.#lookup(bytes);
      if (lookup !== undefined) toRancher = toRancher.then(lookup).catch(() => undefined);
      toRancher = toRancher.then(() => void rancher.write(bytes));
    });
    rancher.on('data', (bytes) => {
      const first = passing;
      if (first !== null && first.status === null) {
        first.status = statusIn(bytes);
        const hold = this.#interception(first, 'answered');
        if (hold !== null) toWorker = toWorker.then(() => hold.run(first)).catch(() => undefined);
      }
      toWorker = toWorker.then(() => {
        if (!worker.destroyed) worker.write(bytes);
      });
    });
    // A sender that is gone takes back nothing of what it has sent.
    const lastWord = (): void => void toRancher.then(() => rancher.end());
    worker.on('end', lastWord).on('close', lastWord);
    rancher.on('end', () => void toWorker.then(() => worker.end()));
    rancher.on('close', () => void toWorker.then(() => worker.destroy()));
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => void this.#sockets.delete(socket));
  }

  #lookup(bytes: Buffer): (() => Promise<void>) | undefined {
    if (this.#lookups.size === 0) return undefined;
    const [, stack = ''] =
      /^GET \S*\/stacks\?(?:\S*&)?name=([^&\s]+)/.exec(bytes.subarray(0, 512).toString('latin1')) ?? [];
    const run = this.#lookups.get(stack);
    this.#lookups.delete(stack);
    return run;
  }

  #interception(passing: PassingAction, moment: Interception['moment']): Interception | null {
    for (const one of this.#interceptions) {
      if (one.service !== passing.service || one.action !== passing.action || one.moment !== moment) continue;
      this.#interceptions.delete(one);
      return one;
    }
    return null;
  }
}

function actionIn(bytes: Buffer, port: number): PassingAction | null {
  const line = bytes.subarray(0, 512).toString('latin1');
  const [, service, action] = /^POST \S*\/services\/(1s\d+)\/?\?action=(\w+) /.exec(line) ?? [];
  return service === undefined || action === undefined
    ? null
    : { service, action, seenAt: Date.now(), port, status: null };
}

function statusIn(bytes: Buffer): number | null {
  const [, status] = /^HTTP\/1\.\d (\d{3})/.exec(bytes.subarray(0, 32).toString('latin1')) ?? [];
  return status === undefined ? null : Number(status);
}
