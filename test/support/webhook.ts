import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that a webhook was sent. */
export interface Delivery {
  readonly path: string;
  readonly eventId: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
  /** What it was answered. */
  readonly status: number;
}

/** Somebody's webhook: keeps what it is sent, and answers as it is told. */
export class Webhook {
  readonly deliveries: Delivery[] = [];
  /** How many more deliveries about a service are refused with 503. */
  readonly refuses = new Map<string, number>();
  /** What becomes of a delivery that is not refused so: taken, refused, or taken with the connection broken off before the answer. */
  moods: () => 'takes' | 'refuses' | 'takes and breaks off' = () => 'takes';
  /** Services about which nothing is answered at all. */
  readonly hangs = new Set<string>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Webhook> {
    const server = createServer();
    const webhook = new Webhook(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
        const { headers, url: path = '' } = request;
        const delivery = { path, eventId: String(headers['event-id']), headers, body };
        const mood = webhook.moods();
        const status = mood === 'refuses' ? 503 : webhook.#answerTo(String(body['service']));
        webhook.deliveries.push({ ...delivery, status: status ?? 0 });
        if (mood === 'takes and breaks off') request.socket.destroy();
        else if (status !== null) response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return webhook;
  }

  #answerTo(service: string): number | null {
    if (this.hangs.has(service)) return null;
    const refusals = this.refuses.get(service) ?? 0;
    this.refuses.set(service, refusals - 1);
    return refusals > 0 ? 503 : 204;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Those that it took. */
  get taken(): Delivery[] {
    return this.deliveries.filter(({ status }) => status >= 200 && status < 300);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
