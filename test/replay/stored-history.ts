import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { temporal } from '@temporalio/proto';
import { ROOT } from '../support/root';

/** Packed, for there are many, and they are alike: `zcat` shows one. */
const EXTENSION = '.json.gz';
const FOLDER = join(ROOT, 'test', 'replay', 'histories');

/** One event, as Temporal's own tools export it. */
export type StoredEvent = Readonly<Record<string, unknown>> & { readonly eventType: string };

/** The history of one run of a workflow, as it is kept. */
export interface StoredHistory {
  /** Ids of its children depend on it. */
  readonly workflowId: string;
  readonly events: readonly StoredEvent[];
}

/** A stored history, and which one it is: `0.1.0/upgradeService.confirmed`. */
export interface NamedHistory extends StoredHistory {
  readonly name: string;
  readonly release: string;
}

/** All stored histories: those of every release that may still have workflows running, and of the code as it is. */
export function readHistories(): readonly NamedHistory[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: release }) =>
      readdirSync(join(FOLDER, release))
        .filter((file) => file.endsWith(EXTENSION))
        .map((file) => ({
          release,
          name: `${release}/${file.slice(0, -EXTENSION.length)}`,
          ...(JSON.parse(gunzipSync(readFileSync(join(FOLDER, release, file))).toString(), asBytes) as StoredHistory),
        })),
    );
}

/** Writes the histories of a release; where `isAll`, in the place of those that were there. */
export function writeHistories(release: string, histories: ReadonlyMap<string, StoredHistory>, isAll: boolean): void {
  const folder = join(FOLDER, release);
  if (isAll) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, { workflowId, events }] of histories) {
    // A line for each event: what a change does to a history can be read.
    const lines = events.map((event) => JSON.stringify(event, asText)).join(',\n');
    writeFileSync(
      join(folder, `${name}${EXTENSION}`),
      gzipSync(`{"workflowId":${JSON.stringify(workflowId)},"events":[\n${lines}\n]}\n`, { level: 9 }),
    );
  }
}

/** What a payload's bytes are called where they are stored as the text that they are: it can be read, and packs better. */
const TEXT = 'dataText';

function asText(_name: string, value: unknown): unknown {
  if (!isObject(value) || typeof value['data'] !== 'string') return value;
  const { data, ...rest } = value;
  const text = Buffer.from(data, 'base64').toString();
  return Buffer.from(text).toString('base64') === data ? { ...rest, [TEXT]: text } : value;
}

function asBytes(_name: string, value: unknown): unknown {
  if (!isObject(value) || typeof value[TEXT] !== 'string') return value;
  const { [TEXT]: text, ...rest } = value;
  return { ...rest, data: Buffer.from(text).toString('base64') };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** What replaying needs of a history, and nothing that tells of the machine that it was recorded on. */
export function storedOf(workflowId: string, history: temporal.api.history.v1.IHistory): StoredHistory {
  const events = JSON.parse(JSON.stringify(history.events ?? [])) as StoredEvent[];
  return { workflowId, events: events.map((event) => lean(event) as StoredEvent) };
}

/** As the SDK replays it. */
export function historyOf({ events }: StoredHistory): temporal.api.history.v1.IHistory {
  return temporal.api.history.v1.History.fromObject({ events });
}

/** Of events and their attributes: nothing that workflow code can see, or that is compared. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'identity',
  'taskId',
  'requestId',
  'binaryChecksum',
  'workerVersion',
  'userMetadata',
  'stackTrace',
  'historySizeBytes',
  'meteringMetadata',
  'eventLinks',
  'links',
]);

function lean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !LEFT_OUT.has(name))
      .map(([name, one]) => [name, lean(one)]),
  );
}
