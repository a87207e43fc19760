import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Api } from './api';
import type { Clock } from './clock';
import type { Change, Store } from './store';
import { type Base, type Resource, viewInstance, viewLog, viewService } from './views';

/** A subscriber hears of a resource about once a second, and of its latest state only. */
const SAMPLE_MILLIS = 1000;
const PING_MILLIS = 5000;

interface Subscriber {
  socket: WebSocket;
  project: number;
  base: Base;
  changed: Map<string, Change>;
  timer: NodeJS.Timeout;
}

/** `GET …/subscribe?eventNames=resource.change` as a websocket. */
export class Events {
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #subscribers = new Set<Subscriber>();

  constructor(
    private readonly store: Store,
    private readonly api: Api,
    private readonly clock: Clock,
  ) {
    store.onChange((change) => {
      for (const subscriber of this.#subscribers) {
        if (subscriber.project === change.project) subscriber.changed.set(keyOf(change), change);
      }
    });
  }

  /** @param refuses whether a fault cuts this attempt to subscribe. */
  attach(server: Server, refuses: (path: string) => boolean): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
      if (refuses(`${url.pathname}${url.search}`)) {
        socket.destroy();
        return;
      }
      const match = /^\/(v1|v2-beta)\/projects\/1a(\d+)\/subscribe\/?$/.exec(url.pathname);
      const key = this.api.keyOf(request.headers.authorization);
      if (match === null) return refuse(socket, 404, 'Not Found');
      if (key === undefined) return refuse(socket, 401, 'Unauthorized');
      const project = Number(match[2]);
      if (!this.api.maySee(key, project)) return refuse(socket, 403, 'Forbidden');
      const version = match[1] === 'v1' ? 'v1' : 'v2-beta';
      const base: Base = {
        version,
        url: `${url.origin}/${version}/projects/1a${project}`,
        readonly: key.role === 'readonly',
      };
      this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#subscribe(opened, project, base));
    });
  }

  /** Cuts every stream that is open, without a word; tells how many there were. */
  cut(): number {
    const count = this.#subscribers.size;
    this.close();
    return count;
  }

  close(): void {
    for (const subscriber of this.#subscribers) {
      clearInterval(subscriber.timer);
      subscriber.socket.terminate();
    }
    this.#subscribers.clear();
  }

  #subscribe(socket: WebSocket, project: number, base: Base): void {
    const period = SAMPLE_MILLIS / this.clock.speed;
    const subscriber: Subscriber = { socket, project, base, changed: new Map(), timer: setTimeout(() => undefined, 0) };
    let samples = 0;
    const sample = (): void => {
      samples += 1;
      const changes = [...subscriber.changed.values()];
      subscriber.changed.clear();
      for (const change of changes) this.#send(subscriber, this.#frame(change, base));
      if (samples % (PING_MILLIS / SAMPLE_MILLIS) === 0) this.#send(subscriber, this.#ping());
    };
    // The phase against the service's own steps is a matter of chance.
    subscriber.timer = setTimeout(() => {
      sample();
      subscriber.timer = setInterval(sample, period);
    }, this.store.random.next() * period);
    this.#subscribers.add(subscriber);
    const leave = (): void => {
      clearInterval(subscriber.timer);
      this.#subscribers.delete(subscriber);
    };
    socket.on('close', leave);
    socket.on('error', leave);
  }

  #send(subscriber: Subscriber, frame: Resource): void {
    if (subscriber.socket.readyState === subscriber.socket.OPEN) subscriber.socket.send(JSON.stringify(frame));
  }

  #frame(change: Change, base: Base): Resource {
    const resource = this.#resource(change, base);
    return {
      id: this.store.random.uuid(),
      name: 'resource.change',
      resourceId: resource['id'],
      resourceType: resource['type'],
      data: { resource },
      time: Date.now(),
    };
  }

  #resource(change: Change, base: Base): Resource {
    switch (change.type) {
      case 'service':
        return viewService(this.store, change.service, base);
      case 'container':
        return viewInstance(this.store, change.service, change.instance, base);
      case 'serviceLog':
        return viewLog(change.service, change.log, base);
      default: {
        const unexpected: never = change;
        return unexpected;
      }
    }
  }

  #ping(): Resource {
    return {
      id: this.store.random.uuid(),
      name: 'ping',
      resourceId: null,
      resourceType: null,
      data: { options: {}, resources: [] },
      time: Date.now(),
    };
  }
}

function keyOf(change: Change): string {
  switch (change.type) {
    case 'service':
      return `service ${change.service.num}`;
    case 'container':
      return `container ${change.instance.num}`;
    case 'serviceLog':
      return `log ${change.log.num}`;
    default: {
      const unexpected: never = change;
      return unexpected;
    }
  }
}

function refuse(socket: Duplex, status: number, reason: string): void {
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
